// One look at all sessions: counters, limits, reports that are due, checkpoints, and what the gate and the store disagree about.
import type { TerminateCause } from '#radius/nas.ts'
import type { OpenClient } from '../gateway/enforcer.ts'
import { createAttempt, writeInTime, type Desk } from './desk.ts'
import { journalChecked } from './journal.ts'
import { createComparison, type Difference } from './reconcile.ts'
import type { Reporting } from './reporting.ts'
import { causeToEnd, mostOf, type OpenSession, type Session } from './session.ts'

const CHECKPOINT_MS = 5 * 60_000
export const PAGE = 64

export type LookParts = {
  readonly reporting: Reporting
  /** Ends a session in its client's turn. */
  readonly end: (session: Session, cause: TerminateCause) => Promise<void>
  /** To be called before the wall clock is compared with what the store says. */
  readonly keepPace: () => void
}
export type Seen = {
  readonly missing: readonly Difference[]
  /** Open by the list, and met in no row. */
  readonly strangers: readonly OpenClient[]
  /** On the monotonic clock, when the first of those who are online will have been silent for as long as they may; Infinity for never. */
  readonly silentAt: number
}
export type LookAtAll = (open: readonly OpenClient[], settlingMs: number, between: () => Promise<void>) => Promise<Seen>

/** Of one page. The gate was asked at `listedMs` by the wall clock of now, `listedAt` by the monotonic one. */
type Page = { readonly listedMs: number; readonly listedAt: number; readonly checked: OpenSession[]; readonly ended: [session: OpenSession, cause: TerminateCause][] }

export function createLookAtAll(desk: Desk, { reporting, end, keepPace }: LookParts): LookAtAll {
  const { store, effects } = desk
  const { clock } = effects
  const attempt = createAttempt(effects)

  function count(session: OpenSession, client: OpenClient, listedMs: number): OpenSession {
    const usage = mostOf(session.usage, client.usage)
    const heardMs = client.quietSeconds === undefined ? (usage.upPackets > session.usage.upPackets ? listedMs : session.activeMs) : listedMs - client.quietSeconds * 1000
    const activeMs = Math.max(session.activeMs, heardMs)
    if (activeMs !== session.activeMs || usage.upPackets !== session.usage.upPackets || usage.downPackets !== session.usage.downPackets) store.setUsage(session.id, usage, activeMs)
    return { ...session, usage, activeMs }
  }

  function tellInterim(session: OpenSession, now: number): void {
    const { interimSeconds } = session.limits
    if (interimSeconds !== undefined && now - session.interimMs >= interimSeconds * 1000) void reporting.interim(session)
  }

  /** What may not go on is to be ended; what may is told about, and due for a checkpoint now and then. When its silence is too long. */
  function look(session: OpenSession, client: OpenClient, { listedMs, listedAt, checked, ended }: Page): number {
    const counted = count(session, client, listedMs)
    // By the counters' own time: who has been silent since may have been heard since.
    const cause = causeToEnd(counted, listedMs, desk.rules.overQuota)
    if (cause !== undefined) {
      ended.push([counted, cause])
      return Infinity
    }
    const now = desk.now()
    tellInterim(counted, now)
    if (now - counted.checkedMs >= CHECKPOINT_MS) checked.push(counted)
    // The wall clock is read in whole milliseconds.
    return listedAt + counted.activeMs - listedMs + (counted.limits.idleSeconds ?? Infinity) * 1000 + 1
  }

  async function checkpoint(checked: readonly OpenSession[]): Promise<void> {
    if (checked.length === 0) return
    const now = desk.now()
    await attempt('no checkpoint', () => writeInTime(desk, checked.map((session) => journalChecked(session, store.boot, now))))
    for (const session of checked) store.setChecked(session.id, now)
  }

  /**
   * Page by page, and between two pages whoever waits has the loop: ten thousand sessions at once are more than a small gateway's memory
   * holds beside the rest, and would keep every tap of that moment waiting. A page is looked at in one go; what it takes comes after.
   */
  return async function lookAtAll(open, settlingMs, between) {
    const comparison = createComparison(open, settlingMs)
    const missing: Difference[] = []
    const listedAt = clock.monotonic()
    let silentAt = Infinity
    for (let sessions = store.page('', PAGE); sessions.length > 0; sessions = store.page(sessions.at(-1)?.id ?? '', PAGE)) {
      const page: Page = { listedMs: desk.now() - Math.round(clock.monotonic() - listedAt), listedAt, checked: [], ended: [] }
      for (const session of sessions) {
        const { gate, difference } = comparison.compare(session, page.listedMs)
        if (difference) missing.push(difference)
        if (gate && session.kind === 'open') silentAt = Math.min(silentAt, look(session, gate, page))
      }
      await checkpoint(page.checked)
      await Promise.all(page.ended.map(([session, cause]) => attempt('a session did not end', () => end(session, cause))))
      if (sessions.length < PAGE) break
      await between()
      keepPace()
    }
    return { missing, strangers: comparison.strangers(), silentAt }
  }
}
