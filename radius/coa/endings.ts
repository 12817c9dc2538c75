/** Ends running sessions at their access servers: quota and time used up, holder withdrawn, staff. Decided in `policy.ts`. */
import { every, type Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { reason as textOf } from '#shared/log.ts'
import { unhurried, type Unhurried } from '#shared/unhurried.ts'
import type { Holder, LiveSession, LiveSessions } from '../live-sessions.ts'
import { isDue, isGone, outcomeOf, reasonToEnd, type Attempt, type EndReason, type Remainder } from './policy.ts'
import type { Told } from './sender.ts'

const ROUND_MS = 30_000
/** Looked at in one go: some 2 µs each, and up to 70 where a holder has a thousand sessions. */
const SLICE = 64
/** A wall clock that moves by more against the steady one was set (the first answer of NTP after a start in 1970). */
const JUMP_MS = 5_000

/** Our own gateway, where it lives in this process: it keeps time and quota itself and is asked without a packet. */
export type OwnGateway = {
  /** As which our server knows it. */
  readonly client: string
  readonly nasIdentifier: string
  end(acctSessionId: string): Promise<Told>
}
export type EndingsParts = {
  readonly live: LiveSessions
  readonly remainderOf: (session: LiveSession) => Remainder | undefined
  /** Disconnect-Request to the access server. */
  readonly disconnect: (session: LiveSession) => Promise<Told>
}
export type Endings = {
  /** Asked again, with growing pauses, until the session is over. */
  end(session: LiveSession, why: EndReason): Promise<Told>
  /** Ends the sessions of a holder that is no more, as far as they answer; the rounds go on with the others. How many were ended. */
  withdraw(holder: Holder): Promise<number>
  /** What is left of a session, as far as its source knows. */
  remainderOf(session: LiveSession): Remainder | undefined
  /** Looks at all sessions; runs by itself every half minute. */
  round(): Promise<void>
  attach(own: OwnGateway): void
  close(): Promise<void>
}

export function createEndings({ live, remainderOf, disconnect }: EndingsParts, effects: Pick<Effects, 'clock' | 'log' | 'metrics'>): Endings {
  const { clock, metrics } = effects
  const log = effects.log.scoped('radius')
  // By the session itself: what is tried with it is forgotten with it.
  const attempts = new WeakMap<LiveSession, Attempt>()
  // Decided once: what a source has forgotten since, or is told meanwhile, gives nothing back.
  const decided = new WeakMap<LiveSession, EndReason>()
  const underway = new Map<LiveSession, Promise<Told>>()
  // Begun before the clock was set: when their time is over only their access servers know.
  const undated = new WeakSet<LiveSession>()
  let offsetMs = clock.now() - clock.monotonic()
  let own: OwnGateway | undefined
  let closed = false
  let pace: Unhurried | undefined

  const isOwn = ({ origin, nasIdentifier }: LiveSession): boolean => nasIdentifier === own?.nasIdentifier && origin.client === own.client

  function note(session: LiveSession, why: EndReason, told: Told): void {
    const { client } = session.origin
    const outcome = outcomeOf(told)
    metrics.counter('parvis_radius_endings_total', 'Sessions that access servers were asked to end', { client, reason: why, outcome })()
    log.info('an access server was asked to end a session', { client, reason: why, outcome })
    const tries = (attempts.get(session)?.tries ?? 0) + 1
    attempts.set(session, { tries, atMs: clock.now(), confirmed: told.kind === 'done' })
    if (isGone(told)) forget(session)
  }

  /** The Stop that was lost, as far as this memory is concerned. */
  function forget({ origin, nasIdentifier, acctSessionId, userName }: LiveSession): void {
    live.heard(origin, { status: 'stop', nasIdentifier, acctSessionId, userName, eventSeconds: Math.floor(clock.now() / 1000) }, () => undefined)
  }

  function end(session: LiveSession, why: EndReason): Promise<Told> {
    decided.set(session, why)
    const known = underway.get(session)
    if (known) return known
    const asking = (own && isOwn(session) ? own.end(session.acctSessionId) : disconnect(session))
      .catch((error: unknown): Told => {
        // A name that no packet can carry: its access server cannot be told which session is meant.
        log.warn('a session could not be named to its access server', { client: session.origin.client, reason: textOf(error) })
        return { kind: 'refused', cause: undefined }
      })
      .then((told) => {
        note(session, why, told)
        return told
      })
      .finally(() => underway.delete(session))
    underway.set(session, asking)
    return asking
  }

  function keepPace(): void {
    const movedMs = clock.now() - clock.monotonic() - offsetMs
    if (Math.abs(movedMs) < JUMP_MS) return
    offsetMs += movedMs
    for (const session of live.all()) undated.add(session)
  }

  function endIfDue(session: LiveSession): void {
    const why = decided.get(session) ?? reasonToEnd(remainderOf(session))
    if (why === undefined || (why === 'time' && undated.has(session)) || (isOwn(session) && (why === 'time' || why === 'quota'))) return
    if (isDue(attempts.get(session), session.lastMs, clock.now())) void end(session, why)
  }

  /** What one session's source cannot say must not keep the others from their end. */
  function lookAfter(session: LiveSession): void {
    try {
      endIfDue(session)
    } catch (error) {
      failed(error)
    }
  }

  async function round(): Promise<void> {
    const { rest } = (pace = unhurried(clock))
    let looked = 0
    keepPace()
    // No list of them: who has gone meanwhile is not met any more.
    for (const session of live.all()) {
      lookAfter(session)
      if (++looked % SLICE > 0) continue
      await rest()
      if (closed) return
      keepPace()
    }
  }

  const failed = (error: unknown): void => log.error('sessions were not looked after', { reason: textOf(error) })
  const cancel: Cancel = every(clock, ROUND_MS, () => void round().catch(failed), failed)

  return {
    end,
    async withdraw(holder) {
      const sessions = [...live.of(holder)]
      const told = await Promise.all(sessions.map((session) => end(session, 'withdrawn')))
      return told.filter((one) => one.kind === 'done' || isGone(one)).length
    },
    remainderOf,
    round,
    attach: (gateway) => void (own = gateway),
    async close() {
      closed = true
      cancel()
      pace?.hurry()
      await Promise.all(underway.values())
    },
  }
}
