// Once a minute: counters, limits, differences, checkpoints, and whatever did not succeed before.
import type { Statement } from '#shared/db/group-commit.ts'
import { reason } from '#shared/log.ts'
import { nextTurn, unhurried } from '#shared/next-turn.ts'
import type { TerminateCause } from '#radius/nas.ts'
import type { OpenClient } from '../gateway/enforcer.ts'
import { writeInTime, type Desk } from './desk.ts'
import { journalChecked, journalDone, journalLost, openedBy, type OpenRow } from './journal.ts'
import { admit, grantOf } from './opening.ts'
import { createComparison, SETTLING_MS, type Comparison, type Difference } from './reconcile.ts'
import type { Reporting } from './reporting.ts'
import { causeToEnd, clientKey, keyOf, minuteOf, mostOf, type OpenSession, type Session } from './session.ts'

export const ROUND_MS = 60_000
const CHECKPOINT_MS = 5 * 60_000
/** No log-in takes this long: a journal row older than this without a session was never opened. */
const NEVER_OPENED_MINUTES = 10
const MOST_KEPT_PER_ROUND = 500
const CLOSING_AT_ONCE = 64
const PAGE = 256
/** After a kernel that forgot its table, all of a town. */
const MENDING_AT_ONCE = 256
/** A RADIUS server that is silent for longer gets its Stops without the device. */
const KEEP_FAREWELL_MS = 24 * 3_600_000

export type Upkeep = {
  /** Compares gate and store, and mends. */
  reconcile(settlingMs: number): Promise<void>
  /** When the first of those who are online will have been silent for as long as they may, by what was last seen; Infinity for never. */
  silentMs(): number
  /** Takes its time. */
  round(): Promise<void>
  /** The process ends: the round that is under way takes its time no longer. */
  hurry(): void
  /** Sessions of the journal that have no row: those of another boot get their Stop, those that were never opened go. */
  settleOrphans(openedBeforeMinute: number): Promise<void>
}

/** What one look at all sessions has found so far. */
type Found = { silentMs: number; readonly checked: OpenSession[] }
type UpkeepParts = {
  readonly reporting: Reporting
  readonly inTurn: <R>(key: string, task: () => Promise<R>) => Promise<R>
  /** Ends a session in its client's turn. */
  readonly end: (session: Session, cause: TerminateCause) => Promise<void>
  /** To be called before the wall clock is compared with what the store says. */
  readonly keepPace: () => void
}

export function createUpkeep(desk: Desk, { reporting, inTurn, end, keepPace }: UpkeepParts): Upkeep {
  const { store, enforcer, journal, effects } = desk
  const { clock } = effects
  let silentMs = Infinity
  let hurried = false

  async function attempt(what: string, task: () => Promise<unknown>): Promise<void> {
    try {
      await task()
    } catch (error) {
      effects.log.warn(what, { reason: reason(error) })
    }
  }

  /** In the client's turn, and only if the store still says so: an answer of the kernel is old when it arrives. */
  function mend(difference: Difference): Promise<void> {
    const { mac } = difference.kind === 'stranger' ? difference.client : difference.session
    const controller = difference.kind === 'stranger' ? difference.client.controller : difference.session.behind?.controller
    return inTurn(clientKey(mac, controller), async () => {
      const row = store.ofClient(mac, controller)
      if (difference.kind === 'stranger' && (!row || row.kind === 'paused')) await enforcer.close(mac, controller)
      if (difference.kind === 'missing' && row?.kind === 'open' && row.id === difference.session.id) await enforcer.open(grantOf(row, desk.now(), desk.rules.overQuota))
    })
  }

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

  /** Ends an open session that may not go on; what may is told about, and due for a checkpoint now and then. */
  async function look(session: OpenSession, client: OpenClient, listedMs: number, found: Found): Promise<void> {
    const now = desk.now()
    const counted = count(session, client, listedMs)
    const cause = causeToEnd(counted, now, desk.rules.overQuota)
    if (cause !== undefined) return attempt('a session did not end', () => end(counted, cause))
    found.silentMs = Math.min(found.silentMs, counted.activeMs + (counted.limits.idleSeconds ?? Infinity) * 1000)
    tellInterim(counted, now)
    if (now - counted.checkedMs >= CHECKPOINT_MS) found.checked.push(counted)
  }

  async function checkpoint(checked: readonly OpenSession[]): Promise<void> {
    if (checked.length === 0) return
    const now = desk.now()
    await attempt('no checkpoint', () => writeInTime(desk, checked.map((session) => journalChecked(session, store.boot, now))))
    for (const session of checked) store.setChecked(session.id, now)
  }

  /**
   * Page by page, and between two pages whoever waits has the loop: ten thousand sessions at once are more than a small gateway's memory
   * holds beside the rest, and would keep every tap of that moment waiting.
   */
  async function lookAtAll(comparison: Comparison, between: () => Promise<void>): Promise<readonly Difference[]> {
    const differences: Difference[] = []
    const found: Found = { silentMs: Infinity, checked: [] }
    const listedAt = clock.monotonic()
    for (let page = store.page('', PAGE); page.length > 0; page = store.page(page.at(-1)?.id ?? '', PAGE)) {
      const listedMs = desk.now() - Math.round(clock.monotonic() - listedAt)
      for (const session of page) {
        const { gate, difference } = comparison.meet(session, listedMs)
        if (difference) differences.push(difference)
        if (gate && session.kind === 'open') await look(session, gate, listedMs, found)
      }
      await checkpoint(found.checked.splice(0))
      if (page.length < PAGE) break
      await between()
      keepPace()
    }
    silentMs = found.silentMs
    return [...differences, ...comparison.strangers()]
  }

  async function writeKept(): Promise<void> {
    for (const { id, statements } of store.kept(MOST_KEPT_PER_ROUND)) {
      // The opening of a session that has its Stop meanwhile would come to life again, and after a reboot have another Stop.
      const wanted = statements.filter((statement) => openedBy(statement) === undefined || store.byId(openedBy(statement) ?? ''))
      await writeInTime(desk, wanted)
      store.unkeep(id)
    }
  }

  /** Of this boot and without a row: it died, or the gate refused it, between disk and row, so nobody ever heard of a Start. */
  function settling({ session, boot, openedMinute }: OpenRow, openedBeforeMinute: number): Statement | undefined {
    if (boot === store.boot && openedMinute >= openedBeforeMinute) return undefined
    if (store.has(session)) return undefined
    return boot === store.boot ? journalDone(session) : journalLost(session, 'nasReboot')
  }

  async function settleOrphans(openedBeforeMinute: number, between = nextTurn): Promise<void> {
    const statements: Statement[] = []
    for (let page = journal.open('', PAGE); page.length > 0; page = journal.open(page.at(-1)?.session ?? '', PAGE)) {
      statements.push(...page.flatMap((row) => settling(row, openedBeforeMinute) ?? []))
      if (page.length < PAGE) break
      await between()
    }
    if (statements.length > 0) await writeInTime(desk, statements)
  }

  /** In its client's turn a row is `opening` only when a start found the gate broken. */
  function rollForward({ id, ...session }: Session): Promise<void> {
    return inTurn(keyOf(session), async () => {
      const row = store.byId(id)
      if (row?.kind === 'opening' && row.deadlineMs > desk.now()) await admit(desk, row)
    })
  }

  async function finishClosing(): Promise<void> {
    const closing = store.ofKind('closing')
    for (let at = 0; at < closing.length; at += CLOSING_AT_ONCE) {
      await Promise.all(closing.slice(at, at + CLOSING_AT_ONCE).map((session) => attempt('a session is still closing', () => end(session, session.cause))))
    }
  }

  async function reconcile(settlingMs: number, between = nextTurn): Promise<void> {
    const open = await enforcer.list()
    keepPace()
    const found = await lookAtAll(createComparison(open, settlingMs), between)
    for (let at = 0; at < found.length; at += MENDING_AT_ONCE) {
      await Promise.all(found.slice(at, at + MENDING_AT_ONCE).map((difference) => {
        effects.metrics.counter('portal_differences_total', 'Gate and session store disagreed.', { kind: difference.kind })()
        return attempt('a difference stays', () => mend(difference))
      }))
    }
  }

  return {
    reconcile: (settlingMs) => reconcile(settlingMs),
    silentMs: () => silentMs,
    settleOrphans: (openedBeforeMinute) => settleOrphans(openedBeforeMinute),
    hurry: () => void (hurried = true),
    async round() {
      const rest = unhurried(clock, () => hurried)
      await finishClosing()
      for (const session of store.ofKind('opening')) await attempt('a session is still opening', () => rollForward(session))
      await attempt('the gate does not answer', () => reconcile(SETTLING_MS, rest))
      await attempt('acknowledgements still wait for the disk', writeKept)
      await attempt('the journal was not tidied', () => settleOrphans(minuteOf(desk.now()) - NEVER_OPENED_MINUTES, rest))
      store.dropFarewells(desk.now() - KEEP_FAREWELL_MS)
      await reporting.retry()
    },
  }
}
