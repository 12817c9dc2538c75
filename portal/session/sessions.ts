// One door to all sessions: whoever opens, shows or ends one goes through here, one client at a time.
import { every, type Cancel } from '#shared/clock.ts'
import { reason } from '#shared/log.ts'
import type { Authorisation, TerminateCause } from '#radius/nas.ts'
import { UnavailableError } from '#shared/errors.ts'
import type { MacAddress, SessionToken } from '#shared/personal.ts'
import type { SiteId } from '#shared/place.ts'
import { createTurns } from '#shared/turns.ts'
import type { Openness } from '#shared/week-hours.ts'
import type { Behind } from '../gateway/enforcer.ts'
import { changeSession } from './changing.ts'
import type { Desk } from './desk.ts'
import { endSession } from './ending.ts'
import { openSession, type Opened, type Opening } from './opening.ts'
import { createPace } from './pace.ts'
import { pauseSession, resumeSession } from './pausing.ts'
import { recover } from './recovery.ts'
import { createReporting } from './reporting.ts'
import { createServerRequests, type ServerRequests } from './requests.ts'
import { clientKey, keyOf, type EndedSession, type OpenSession, type PausedSession, type Session, type SessionId } from './session.ts'
import { hashToken } from './token.ts'
import { createUpkeep, ROUND_MS } from './upkeep.ts'
import { createWatch } from './watch.ts'

/** A timer that fires a little early must not spin. */
const SHORTEST_WAIT_MS = 10
const ENDING_AT_ONCE = 64

/** `untilMs` is absent for a site that has no opening hours this week. */
export type Barrier = { readonly kind: 'closed' | 'barred'; readonly untilMs?: number }

export type Sessions = ServerRequests & {
  /** Before the first answer: closes what expired meanwhile, finishes what was begun, makes the gate agree with the store. */
  start(): Promise<void>
  /**
   * One act at a time for each client: two taps make one session. `live` is the client's open session; one whose time has
   * passed is ended first. @throws UnavailableError `enforcer` when that fails.
   */
  inTurn<Result>(mac: MacAddress, act: (live: OpenSession | undefined) => Promise<Result>, behind?: Behind): Promise<Result>
  /** The client's open session, that of this very redirect where a controller keeps several; one whose time has passed is ended first. */
  live(mac: MacAddress, behind?: Behind): Promise<OpenSession | undefined>
  /** The open session whose token this is. */
  held(token: SessionToken): Promise<OpenSession | undefined>
  /** In the client's turn. What is live there ends: it is another's, who claimed to be this client. @throws UnavailableError `enforcer` */
  open(opening: Opening): Promise<Opened>
  /**
   * Undefined when it is not there any more.
   * @param goesOn another session will carry it on: it is the same visit to the counter.
   * @throws UnavailableError when gate or disk do not answer; it is tried again each minute.
   */
  end(id: SessionId, cause: TerminateCause, goesOn?: boolean): Promise<EndedSession | undefined>
  /** Stops its clock and shuts its gate, until it is resumed or the site's day is over. Undefined when it is not open. @throws UnavailableError `enforcer` */
  pause(id: SessionId): Promise<PausedSession | undefined>
  /** Undefined when it is not paused any more. @throws UnavailableError `enforcer`: it stays paused. */
  resume(id: SessionId): Promise<OpenSession | undefined>
  /** The client's session that is paused. */
  paused(mac: MacAddress, controller?: string): PausedSession | undefined
  heldPaused(token: SessionToken): PausedSession | undefined
  /** Other limits, as a server would change them. False when it is not open, or the gate does not answer. */
  change(id: SessionId, change: Authorisation): Promise<boolean>
  /** Whether a site is open, and until when. */
  openness(site: SiteId, nowMs: number): Openness
  /** Why nobody, or not this client, may open a session at a site now; `open` refuses it too. Without a client: why nobody. */
  barrier(site: SiteId, mac?: MacAddress, controller?: string): Barrier | undefined
  /** Ends a session and keeps its client out until the site's day is over. @returns until when */
  bar(id: SessionId): Promise<number | undefined>
  liftBar(mac: MacAddress, controller?: string): void
  /** Reads the counters anew, unless that was done a moment ago. */
  fresh(): Promise<void>
  /** All that are open now. */
  list(): OpenSession[]
  /** Whether a session that used the portal token with this nonce is alive. */
  alive(nonce: string): boolean
  /** The minute's work; runs by itself after `start`. */
  round(): Promise<void>
  /** Ends all that are open (`on_portal_loss = "close"`). */
  endAll(cause: TerminateCause): Promise<void>
  /** Stops the timers and waits for what is on its way. What is open stays open. */
  close(): Promise<void>
}

export function createSessions(desk: Desk): Sessions {
  const { store, effects, bars } = desk
  const turns = createTurns()
  const reporting = createReporting(desk)
  const keepPace = createPace(effects.clock, (ms) => {
    effects.log.warn('the wall clock jumped', { seconds: Math.round(ms / 1000) })
    store.shift(ms)
    bars.shift(ms)
    armExpiry()
  })
  const upkeep = createUpkeep(desk, { reporting, inTurn: turns, end: async (session, cause) => void (await end(session.id, cause)), keepPace })
  const watch = createWatch(desk, upkeep, turns, (id) => end(id, 'nasRequest'))
  const failed = (error: unknown) => effects.log.error('upkeep failed', { reason: reason(error) })
  let cancelExpiry: Cancel = () => {}
  /** For which deadline. */
  let armedMs = Infinity
  let cancelRounds: Cancel = () => {}
  let running = false
  let roundUnderway: Promise<void> | undefined

  async function finish(session: Session, cause: TerminateCause, goesOn = false): Promise<EndedSession> {
    const ended = await endSession(desk, session, cause, goesOn)
    void reporting.stopped(session.id).catch(failed)
    return ended
  }

  /** The row may have changed while waiting for the turn, so it is read again. */
  function end(id: SessionId, cause: TerminateCause, goesOn = false): Promise<EndedSession | undefined> {
    const known = store.byId(id)
    if (!known) return Promise.resolve(undefined)
    return turns(keyOf(known), async () => {
      const session = store.byId(id)
      return session && finish(session, cause, goesOn)
    })
  }

  async function expire(): Promise<void> {
    keepPace()
    await endMany(store.due(desk.now()), 'sessionTimeout')
    armExpiry()
  }

  function armExpiry(next = running ? store.nextDeadline() : undefined): void {
    cancelExpiry()
    armedMs = next ?? Infinity
    if (next !== undefined) cancelExpiry = effects.clock.after(Math.max(SHORTEST_WAIT_MS, next - desk.now()), () => void expire().catch(failed))
  }

  /** Never shows a session whose time has passed, nor one that is half open or half closed. */
  async function openOne(session: Session | undefined): Promise<OpenSession | undefined> {
    if (session?.kind !== 'open') return undefined
    if (session.deadlineMs > desk.now()) return session
    await end(session.id, 'sessionTimeout').catch((error: unknown) => effects.log.warn('an expired session did not end', { reason: reason(error) }))
    return undefined
  }

  async function endMany(ids: readonly SessionId[], cause: TerminateCause): Promise<number> {
    let ended = 0
    for (let at = 0; at < ids.length; at += ENDING_AT_ONCE) {
      const results = await Promise.allSettled(ids.slice(at, at + ENDING_AT_ONCE).map((id) => end(id, cause)))
      for (const result of results) {
        if (result.status === 'rejected') effects.log.warn('a session did not end; the next round tries again', { reason: reason(result.reason) })
        else if (result.value) ended++
      }
    }
    return ended
  }
  const idsOf = (sessions: readonly Session[]) => sessions.map((session) => session.id)

  /** In the client's turn. A session that holds the gate and may not must be ended before another is opened. */
  async function clear(mac: MacAddress, controller: string | undefined): Promise<OpenSession | undefined> {
    const before = store.ofClient(mac, controller)
    if (before?.kind === 'open' && before.deadlineMs > desk.now()) return before
    if (before === undefined) return undefined
    // A tap takes up what stands still, instead of beginning anew.
    if (before.kind === 'paused' && before.deadlineMs > desk.now()) return resumeSession(desk, before)
    await makeWay(before, before.kind === 'open' || before.kind === 'paused' ? 'sessionTimeout' : 'nasError')
    return undefined
  }

  /** In the client's turn. */
  async function makeWay(before: Session, cause: TerminateCause): Promise<void> {
    try {
      await finish(before, cause)
    } catch (error) {
      // With the gate shut and only the journal outstanding, the next session may open.
      if (store.ofClient(before.mac, before.behind?.controller)) throw error
    }
  }

  const isOpen = (session: Session): session is OpenSession => session.kind === 'open'

  function round(): Promise<void> {
    return (roundUnderway ??= (async () => {
      keepPace()
      watch.looked(await upkeep.round())
      armExpiry()
    })().finally(() => (roundUnderway = undefined)))
  }

  function barrier(site: SiteId, mac?: MacAddress, controller?: string): Barrier | undefined {
    const now = desk.now()
    const barredUntil = mac && bars.until(clientKey(mac, controller), now)
    if (barredUntil !== undefined) return { kind: 'barred', untilMs: barredUntil }
    const { open, untilMs } = desk.rules.openness(site, now)
    return open ? undefined : { kind: 'closed', ...(untilMs !== undefined && { untilMs }) }
  }

  /** In its client's turn, if it still is what it was. */
  function actOn<Kind extends Session['kind'], Result>(id: SessionId, kind: Kind, act: (session: Extract<Session, { kind: Kind }>) => Promise<Result>): Promise<Result | undefined> {
    keepPace()
    const known = store.byId(id)
    if (known?.kind !== kind) return Promise.resolve(undefined)
    return turns(keyOf(known), async () => {
      const session = store.byId(id)
      const isWanted = (one: Session): one is Extract<Session, { kind: Kind }> => one.kind === kind && one.deadlineMs > desk.now()
      const result = session && isWanted(session) ? await act(session) : undefined
      armExpiry()
      return result
    })
  }
  const pausedOnly = (session: Session | undefined) => (session?.kind === 'paused' && session.deadlineMs > desk.now() ? session : undefined)

  return {
    async start() {
      await recover(desk, async (session, cause) => void (await end(session.id, cause)))
      try {
        await upkeep.settleOrphans(Infinity)
      } catch (error) {
        // A disk that is full must not keep a town offline: the next round tries again.
        effects.log.error('the journal was not settled', { reason: reason(error) })
      }
      try {
        await upkeep.reconcile(0)
      } catch (error) {
        effects.log.error('the gate does not answer; the next round tries again', { reason: reason(error) })
      }
      running = true
      armExpiry()
      watch.start()
      cancelRounds = every(effects.clock, ROUND_MS, () => void round().catch(failed), failed)
      void reporting.retry().catch(failed)
    },
    inTurn(mac, act, behind) {
      keepPace()
      return turns(clientKey(mac, behind?.controller), async () => act(await clear(mac, behind?.controller)))
    },
    async live(mac, behind) {
      keepPace()
      return openOne(store.ofClient(mac, behind?.controller))
    },
    async held(token) {
      keepPace()
      return openOne(store.byTokenHash(hashToken(token)))
    },
    async open(opening) {
      const { site, mac, behind } = opening
      if (barrier(site, mac, behind?.controller)) throw new UnavailableError('barred', 'nobody may go online here now')
      const before = store.ofClient(mac, behind?.controller)
      const opened = await openSession(desk, opening, before && makeWay(before, 'nasRequest'))
      const { deadlineMs } = opened.session
      if (running && deadlineMs < armedMs) armExpiry(deadlineMs)
      void reporting.started(opened.session)
      return opened
    },
    end,
    ...createServerRequests(desk, turns, (id) => end(id, 'adminReset'), () => armExpiry()),
    pause: (id) => actOn(id, 'open', (session) => pauseSession(desk, session)),
    resume: (id) => actOn(id, 'paused', (session) => resumeSession(desk, session)),
    paused: (mac, controller) => pausedOnly(store.ofClient(mac, controller)),
    heldPaused: (token) => pausedOnly(store.byTokenHash(hashToken(token))),
    change: async (id, change) => (await actOn(id, 'open', (session) => changeSession(desk, session, change).then(() => true))) ?? false,
    openness: desk.rules.openness,
    barrier,
    async bar(id) {
      const session = store.byId(id)
      if (!session) return undefined
      const untilMs = desk.rules.dayEndsMs(session.site, desk.now())
      bars.bar(keyOf(session), untilMs)
      await end(id, 'adminReset')
      return untilMs
    },
    liftBar: (mac, controller) => bars.lift(clientKey(mac, controller)),
    fresh: watch.fresh,
    list: () => store.all().filter(isOpen),
    alive: (nonce) => store.byNonce(nonce) !== undefined,
    round,
    endAll: async (cause) => void (await endMany(idsOf(store.all().filter(isOpen)), cause)),
    async close() {
      running = false
      cancelExpiry()
      cancelRounds()
      upkeep.hurry()
      await watch.stop()
      await roundUnderway
      await reporting.settle()
    },
  }
}
