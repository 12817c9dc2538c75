/**
 * The city's vouchers at a gateway. Their balance is at the hub; a gateway is lent half an hour of a voucher at a time, asks for more
 * while it is used and gives back what is left (`protocols.md` §7). A session that was let in on one goes on until its voucher is
 * used up, void or carried elsewhere, or until the hub has been out of reach for longer than lease and courtesy last.
 */
import { every, type Cancel, type Clock } from '#shared/clock.ts'
import { reason, type Log } from '#shared/log.ts'
import { createPassingMap } from '#shared/passing-map.ts'
import type { LeaseRefusal } from '#shared/voucher-lease.ts'
import { sessionsLeft } from '../access/simultaneous-use.ts'
import type { Remainder } from '../coa/policy.ts'
import type { Holder, LiveSessions } from '../live-sessions.ts'
import { createCourtesies } from './courtesy.ts'
import { createAsking, type Lessor } from './lessor.ts'
import { createLoanBook, type LoanBookParts } from './loan-book.ts'
import { newLoan, type Loan } from './loan.ts'
import { MINUTE_MS } from './table.ts'

export type { Lessor }

const ROUND_MS = 15_000
/** Renewals are no more frequent than that, however little is left: a voucher's last half hour is not asked for in ever smaller pieces. */
const LEAST_RENEWAL_MS = 300_000
/** Who has gone is not given back at once: a phone that sleeps comes back. */
const IDLE_MS = 60_000
/** Whoever signs in waits so long for the hub: RADIUS waits for three seconds. */
const SIGN_IN_PATIENCE_MS = 2_000
const PATIENCE_MS = 10_000
/** Codes that nobody here knows, asked at the same time. */
const MOST_ASKED = 64
/** The part of those that no stranger with an invented code can use up. */
const KEPT_FOR_TRUSTED = 16
const MOST_LOANS = 65_536

export type Entry =
  | { readonly kind: 'in'; readonly seconds: number | undefined; readonly octets: number | undefined; readonly downKbps: number | undefined; readonly upKbps: number | undefined }
  | { readonly kind: 'refused'; readonly reason: LeaseRefusal | 'busy' | 'cut_off' }

export type City = {
  /** Whether the hub has told of this code. */
  mayBe(code: string): boolean
  /**
   * Somebody brings a code that no batch of this gateway has.
   * @param id the code's id here.
   * @param trusted a voucher has let in this station before, or the hub has told of this code.
   */
  enter(code: string, id: string, holder: Holder, station: string | undefined, trusted: boolean): Promise<Entry>
  /** What is left of a session's voucher; undefined when it is none of the city's. */
  remainderOf(id: string): Remainder | undefined
  /** Looks at every loan at once; otherwise each quarter of a minute. */
  round(): Promise<void>
  /** Asks for all that are in use, now: something was voided. */
  renewAll(): Promise<void>
  /** Once no question is under way. */
  settled(): Promise<void>
  close(): Promise<void>
}

export type CityParts = LoanBookParts & {
  readonly lessor: Lessor
  readonly live: Pick<LiveSessions, 'inUse' | 'of' | 'opening'>
  /** Ends the sessions of a holder. */
  readonly withdraw: (holder: Holder) => void
  readonly clock: Clock
  readonly random: (length: number) => Buffer
  readonly log: Log
}

export function createCity(parts: CityParts): City {
  const { lessor, live, clock, random, holderOf } = parts
  const log = parts.log.scoped('radius')
  const book = createLoanBook(parts)
  const { loans, isAlive, sessionsOf, secondsLeft, octetsLeft, hasNoData } = book
  const courtesies = createCourtesies(parts)
  const { ask, isCutOff } = createAsking({ lessor, book, clock, random, granted: alarmAt, forget })
  const turns = createPassingMap<string, Promise<unknown>>()
  const alarms = new Map<string, Cancel>()
  let asked = 0
  let closed = false

  /** One thing at a time happens to a voucher. */
  function inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(act, act)
    const settled = turn.catch(() => undefined).then(() => void (turns.get(id) === settled && turns.delete(id)))
    turns.set(id, settled)
    return turn
  }

  async function forget(id: string): Promise<void> {
    alarms.get(id)?.()
    alarms.delete(id)
    courtesies.forget(id)
    if (loans.has(id)) await book.forget(id)
  }

  function letIn(id: string, loan: Loan, holder: Holder, station: string | undefined): Entry {
    const [seconds, octets] = [secondsLeft(id, loan), octetsLeft(id, loan)]
    if (seconds < 1 || hasNoData(id, loan)) return { kind: 'refused', reason: 'spent' }
    if (!sessionsLeft(live, holder, station, loan.devices === 0 ? 0 : (loan.lease?.places ?? 1))) return { kind: 'refused', reason: 'in_use' }
    return { kind: 'in', seconds: seconds === Infinity ? undefined : seconds, octets, downKbps: loan.downKbps, upKbps: loan.upKbps }
  }

  /** One device: what each gateway may give too much is half an hour and no more. */
  async function byCourtesy(id: string, loan: Loan, holder: Holder, station: string | undefined): Promise<Entry> {
    loan.known ||= loan.code !== undefined && lessor.mayBe(loan.code)
    if (!loan.known || (loan.untilMinute !== undefined && loan.untilMinute * MINUTE_MS <= clock.now())) return { kind: 'refused', reason: 'cut_off' }
    if (live.inUse(holder, station) > 0) return { kind: 'refused', reason: 'in_use' }
    await book.keep(id, loan)
    const seconds = Math.floor(await courtesies.open(id))
    if (seconds < 1 || !sessionsLeft(live, holder, station, 1)) return { kind: 'refused', reason: 'cut_off' }
    alarmAt(id, loan)
    return { kind: 'in', seconds, octets: undefined, downKbps: loan.downKbps, upKbps: loan.upKbps }
  }

  async function admit(id: string, loan: Loan, holder: Holder, station: string | undefined): Promise<Entry> {
    const places = live.inUse(holder, station) + 1
    if (isAlive(loan)) {
      if (loan.devices > 0 && places > loan.devices) return { kind: 'refused', reason: 'in_use' }
      if (places <= (loan.lease?.places ?? 0)) return letIn(id, loan, holder, station)
    }
    const outcome = isCutOff() ? 'cut_off' : await ask(id, loan, places, SIGN_IN_PATIENCE_MS)
    if (outcome === 'granted') return letIn(id, loan, holder, station)
    return outcome === 'cut_off' || outcome === 'returned' ? byCourtesy(id, loan, holder, station) : { kind: 'refused', reason: outcome }
  }

  async function busyWith<T>(loan: Loan, act: () => Promise<T>): Promise<T> {
    loan.busy++
    try {
      return await act()
    } finally {
      loan.busy--
    }
  }

  /** Of a lease that is over, or nearly: how it goes on. */
  async function goOn(id: string, loan: Loan, sessions: number): Promise<void> {
    const outcome = await ask(id, loan, sessions, PATIENCE_MS)
    if (outcome === 'granted' || closed) return
    if (outcome !== 'cut_off') return parts.withdraw(holderOf(id))
    if (isAlive(loan)) return
    // What several devices are given together is no more than one alone would be.
    const courtesy = sessions > 1 ? 0 : await courtesies.open(id)
    if (courtesy > 0) alarmAt(id, loan)
    else parts.withdraw(holderOf(id))
  }

  async function lookAfter(id: string, loan: Loan, atOnce: boolean): Promise<void> {
    const [sessions, steadyMs] = [sessionsOf(id), clock.monotonic()]
    const { lease } = loan
    if (sessions === 0) {
      const untold = book.sinceTold(loan, book.usedHere(id))
      const isUntold = loan.code !== undefined && untold.seconds + untold.octets > 0
      if (lease ? steadyMs - lease.grantedMs >= Math.min(IDLE_MS, lease.endsMs - lease.grantedMs) : isUntold || loan.pending) await ask(id, loan, 0, PATIENCE_MS)
      if (!loan.lease && !loan.pending && !isUntold) loan.code = undefined
      return
    }
    const octets = octetsLeft(id, loan)
    if (octets !== undefined && octets <= 0) parts.withdraw(holderOf(id))
    const half = lease ? lease.grantedMs + Math.max(LEAST_RENEWAL_MS, (lease.endsMs - lease.grantedMs) / 2) : steadyMs
    if (atOnce || steadyMs >= Math.min(half, lease?.endsMs ?? half)) await goOn(id, loan, sessions)
  }

  function look(id: string, atOnce = false): Promise<void> {
    const loan = loans.get(id)
    if (!loan || closed) return Promise.resolve()
    return inTurn(id, () => busyWith(loan, () => lookAfter(id, loan, atOnce))).catch((error: unknown) => log.warn('a lent voucher was not looked after', { reason: reason(error) }))
  }

  function alarmAt(id: string, loan: Loan): void {
    alarms.get(id)?.()
    const leftMs = Math.max((loan.lease?.endsMs ?? 0) - clock.monotonic(), courtesies.secondsLeft(id) * 1_000)
    alarms.set(id, clock.after(Math.max(0, leftMs), () => void look(id, true)))
  }

  async function forgetOld(): Promise<void> {
    for (const id of book.old()) await forget(id)
    for (const id of courtesies.over()) courtesies.forget(id)
  }
  async function round(): Promise<void> {
    const due = [...loans].filter(([id, loan]) => loan.lease ?? loan.pending ?? loan.code ?? (sessionsOf(id) > 0 || undefined))
    await Promise.all(due.map(([id]) => look(id)))
    if (!closed) await forgetOld()
  }
  async function settled(): Promise<void> {
    while (turns.size > 0) await Promise.all(turns.values())
  }
  const failed = (error: unknown): void => log.warn('lent vouchers were not looked after', { reason: reason(error) })
  const cancel = every(clock, ROUND_MS, () => void round().catch(failed), failed)
  for (const [id, loan] of loans) if (loan.lease) alarmAt(id, loan)

  return {
    mayBe: lessor.mayBe,
    async enter(code, id, holder, station, trusted) {
      const known = loans.has(id)
      const room = trusted ? MOST_ASKED : MOST_ASKED - KEPT_FOR_TRUSTED
      if (!known && (asked >= room || loans.size >= MOST_LOANS)) return { kind: 'refused', reason: 'busy' }
      if (!known) asked++
      try {
        return await inTurn(id, () => {
          const loan = loans.get(id) ?? newLoan(code, book.today())
          Object.assign(loan, { code, day: book.today() })
          return busyWith(loan, () => admit(id, loan, holder, station))
        })
      } finally {
        if (!known) asked--
      }
    },
    remainderOf(id) {
      const loan = loans.get(id)
      if (!loan) return undefined
      if (loan.busy === 0 && !isAlive(loan) && courtesies.secondsLeft(id) === 0) return { kind: 'withdrawn' }
      const [seconds, octets] = [secondsLeft(id, loan), octetsLeft(id, loan)]
      return { kind: 'left', ...(seconds !== Infinity && isAlive(loan) && { seconds }), ...(octets !== undefined && { octets }) }
    },
    round,
    async renewAll() {
      await Promise.all([...loans].filter(([id, { lease }]) => lease && sessionsOf(id) > 0).map(([id]) => look(id, true)))
    },
    settled,
    async close() {
      closed = true
      cancel()
      for (const stop of alarms.values()) stop()
      lessor.close()
      await settled()
    },
  }
}
