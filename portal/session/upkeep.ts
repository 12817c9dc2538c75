// Once a minute: a look at all sessions, what gate and store disagree about, and whatever did not succeed before.
import type { Statement } from '#shared/db/group-commit.ts'
import { nextTurn } from '#shared/next-turn.ts'
import { unhurried, type Unhurried } from '#shared/unhurried.ts'
import type { OpenClient } from '../gateway/enforcer.ts'
import { createAttempt, writeInTime, type Desk } from './desk.ts'
import { journalDone, journalLost, openedBy, type OpenRow } from './journal.ts'
import { admit, grantOf } from './opening.ts'
import { createLookAtAll, PAGE, type LookParts } from './look-at-all.ts'
import { SETTLING_MS, type Difference } from './reconcile.ts'
import { clientKey, keyOf, minuteOf, type Session } from './session.ts'

export const ROUND_MS = 60_000
/** No log-in takes this long: a journal row older than this without a session was never opened. */
const NEVER_OPENED_MINUTES = 10
const MOST_KEPT_PER_ROUND = 500
const CLOSING_AT_ONCE = 64
/** After a kernel that forgot its table, all of a town. */
const MENDING_AT_ONCE = 256
/** A RADIUS server that is silent for longer gets its Stops without the device. */
const KEEP_FAREWELL_MS = 24 * 3_600_000

export type Upkeep = {
  /** Compares gate and store, and mends. */
  reconcile(settlingMs: number): Promise<void>
  /** On the monotonic clock, when the first of those who are online will have been silent for as long as they may; Infinity for never. */
  silentAt(): number
  /** Takes its time. How many milliseconds of that it had the loop. */
  round(): Promise<number>
  /** The process ends: the round that is under way takes its time no longer. */
  hurry(): void
  /** Sessions of the journal that have no row: those of another boot get their Stop, those that were never opened go. */
  settleOrphans(openedBeforeMinute: number): Promise<void>
}

type UpkeepParts = LookParts & { readonly inTurn: <R>(key: string, task: () => Promise<R>) => Promise<R> }

export function createUpkeep(desk: Desk, parts: UpkeepParts): Upkeep {
  const { store, enforcer, journal, effects } = desk
  const { reporting, inTurn, end, keepPace } = parts
  const attempt = createAttempt(effects)
  const lookAtAll = createLookAtAll(desk, parts)
  let silentAt = Infinity
  let looks = 0
  let pace: Unhurried | undefined

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

  /** Who was ended or paused while the look lasted is a stranger by its list alone: the gate is asked once more. */
  async function stillThere(strangers: readonly OpenClient[]): Promise<Difference[]> {
    if (strangers.length === 0) return []
    const marks = new Map((await enforcer.list()).map((client) => [clientKey(client.mac, client.controller), client.mark]))
    return strangers.flatMap((client) => (marks.get(clientKey(client.mac, client.controller)) === client.mark ? { kind: 'stranger', client } : []))
  }

  async function reconcile(settlingMs: number, between = nextTurn): Promise<void> {
    const before = looks
    const open = await enforcer.list()
    keepPace()
    const seen = await lookAtAll(open, settlingMs, between)
    // A look that began later and is over knows of sessions that this one has passed.
    silentAt = looks === before ? seen.silentAt : Math.min(silentAt, seen.silentAt)
    looks++
    const found = [...seen.missing, ...(await stillThere(seen.strangers))]
    for (let at = 0; at < found.length; at += MENDING_AT_ONCE) {
      await Promise.all(found.slice(at, at + MENDING_AT_ONCE).map((difference) => {
        effects.metrics.counter('portal_differences_total', 'Gate and session store disagreed.', { kind: difference.kind })()
        return attempt('a difference stays', () => mend(difference))
      }))
    }
  }

  return {
    reconcile: (settlingMs) => reconcile(settlingMs),
    silentAt: () => silentAt,
    settleOrphans: (openedBeforeMinute) => settleOrphans(openedBeforeMinute),
    hurry: () => pace?.hurry(),
    async round() {
      const { rest, workedMs } = (pace = unhurried(effects.clock))
      await finishClosing()
      for (const session of store.ofKind('opening')) await attempt('a session is still opening', () => rollForward(session))
      await attempt('the gate does not answer', () => reconcile(SETTLING_MS, rest))
      await attempt('acknowledgements still wait for the disk', writeKept)
      await attempt('the journal was not tidied', () => settleOrphans(minuteOf(desk.now()) - NEVER_OPENED_MINUTES, rest))
      store.dropFarewells(desk.now() - KEEP_FAREWELL_MS)
      await reporting.retry()
      return workedMs()
    },
  }
}
