/**
 * The city's vouchers at a gateway. Their balance is at the hub; a gateway is lent half an hour of a voucher at a time, asks for more
 * while it is used and gives back what is left (`protocols.md` §7). A session that was let in on one goes on until its voucher is
 * used up, void or carried elsewhere, or until the hub has been out of reach for longer than lease and courtesy last.
 */
import { every, type Cancel, type Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { reason, type Log } from '#shared/log.ts'
import type { LeaseAnswer, LeaseRefusal } from '#shared/voucher-lease.ts'
import { sessionsLeft } from '../access/simultaneous-use.ts'
import type { Remainder } from '../coa/policy.ts'
import type { Holder, LiveSessions } from '../live-sessions.ts'
import { forgetStatements, KEPT_DAYS, knownStatement, LEASES, leaseStatement, USED_HERE, type LeaseRow } from './city-table.ts'
import { createCourtesies } from './courtesy.ts'
import { loanOf, newLoan, NOTHING, rowOf, take, type Loan, type Question, type Used } from './loan.ts'
import { MINUTE_MS } from './table.ts'
import { unheardSeconds } from './unheard.ts'

const ROUND_MS = 15_000
const DAY_MS = 86_400_000
/** Renewals are no more frequent than that, however little is left: a voucher's last half hour is not asked for in ever smaller pieces. */
const LEAST_RENEWAL_MS = 300_000
/** Who has gone is not given back at once: a phone that sleeps comes back. */
const IDLE_MS = 60_000
/** Whoever signs in waits so long for the hub: RADIUS waits for three seconds. */
const SIGN_IN_PATIENCE_MS = 2_000
const PATIENCE_MS = 10_000
/** After a question that nobody answered, sign-ins do not wait for the next. */
const CUT_OFF_MS = 10_000
/** Codes that nobody here knows, asked at the same time. */
const MOST_ASKED = 64
const MOST_LOANS = 65_536
const ID_BYTES = 16

/** Whoever holds the balances. */
export type Lessor = {
  /** Undefined when no answer came in time. */
  ask(question: Question, patienceMs: number): Promise<LeaseAnswer | undefined>
  /** Whether somebody may have made this code, as far as one can tell without asking. */
  mayBe(code: string): boolean
  /** Whoever waits for an answer hears that there is none. */
  close(): void
}

export type Entry =
  | { readonly kind: 'in'; readonly seconds: number | undefined; readonly octets: number | undefined; readonly downKbps: number | undefined; readonly upKbps: number | undefined }
  | { readonly kind: 'refused'; readonly reason: LeaseRefusal | 'busy' | 'cut_off' }

export type City = {
  /** Somebody brings a code that no batch of this gateway has. @param id the code's id here. */
  enter(code: string, id: string, holder: Holder, station: string | undefined): Promise<Entry>
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

export type CityParts = {
  readonly lessor: Lessor
  /** vouchers.db. */
  readonly durable: Pick<DurableWriter, 'write'>
  readonly reader: Db
  readonly live: Pick<LiveSessions, 'inUse' | 'of' | 'opening'>
  /** Ends the sessions of a holder. */
  readonly withdraw: (holder: Holder) => void
  readonly holderOf: (id: string) => Holder
  readonly clock: Clock
  readonly random: (length: number) => Buffer
  readonly log: Log
}

type Asked = 'granted' | 'returned' | 'cut_off' | LeaseRefusal

export function createCity(parts: CityParts): City {
  const { lessor, durable, reader, live, clock, random, holderOf } = parts
  const log = parts.log.scoped('radius')
  const usedRow = reader.prepare<[Buffer], Used>(USED_HERE)
  const courtesies = createCourtesies(parts)
  const now = () => ({ wallMs: clock.now(), steadyMs: clock.monotonic() })
  const today = (): number => Math.floor(clock.now() / DAY_MS)
  const loans = new Map(reader.prepare<[], LeaseRow>(LEASES).all().map((row) => [row.voucher.toString('hex'), loanOf(row, now())]))
  const turns = new Map<string, Promise<unknown>>()
  const alarms = new Map<string, Cancel>()
  let silentMs = -Infinity
  let asked = 0
  let closed = false

  const isAlive = ({ lease }: Loan): boolean => lease !== undefined && clock.monotonic() < lease.endsMs
  const sessionsOf = (id: string): number => live.inUse(holderOf(id), undefined)

  /** One thing at a time happens to a voucher. */
  function inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(act, act)
    const settled = turn.catch(() => undefined).then(() => void (turns.get(id) === settled && turns.delete(id)))
    turns.set(id, settled)
    return turn
  }

  /** Running sessions have used more than they have said. */
  function usedHere(id: string): Used {
    const { seconds, octets } = usedRow.get(Buffer.from(id, 'hex')) ?? NOTHING
    return { seconds: seconds + unheardSeconds(live, clock, holderOf(id)), octets }
  }
  function sinceTold(loan: Loan, used: Used): Used {
    return { seconds: Math.max(0, used.seconds - loan.told.seconds), octets: Math.max(0, used.octets - loan.told.octets) }
  }

  async function keep(id: string, loan: Loan): Promise<void> {
    loans.set(id, loan)
    await durable.write(knownStatement(Buffer.from(id, 'hex')), leaseStatement(rowOf(id, loan, now())))
  }
  async function forget(id: string): Promise<void> {
    alarms.get(id)?.()
    alarms.delete(id)
    loans.delete(id)
    courtesies.forget(id)
    await durable.write(...forgetStatements(Buffer.from(id, 'hex')))
  }

  function questionFor(loan: Loan, used: Used, places: number): Question | undefined {
    const whose = loan.lease ? { renews: loan.lease.id } : loan.code === undefined ? undefined : { code: loan.code }
    return whose && { id: random(ID_BYTES).toString('hex'), ...whose, used: sinceTold(loan, used), places }
  }

  async function settle(id: string, loan: Loan, answer: LeaseAnswer, told: Used): Promise<Asked> {
    if (answer.state === 'granted') {
      take(loan, answer, told, clock.monotonic())
      await keep(id, loan)
      alarmAt(id, loan)
      return 'granted'
    }
    if (answer.state === 'clock') return 'cut_off'
    loan.lease = undefined
    loan.told = told
    if (answer.state === 'refused' && answer.reason === 'unknown') {
      if (loans.has(id)) await forget(id)
    } else {
      // What is worth nothing gets no courtesy either.
      if (answer.state === 'refused' && answer.reason !== 'moved' && answer.reason !== 'in_use') loan.untilMinute = 0
      if (loan.known) await keep(id, loan)
    }
    return answer.state === 'refused' ? answer.reason : 'returned'
  }

  async function ask(id: string, loan: Loan, places: number, patienceMs: number): Promise<Asked> {
    const used = usedHere(id)
    const question = loan.pending?.question ?? questionFor(loan, used, places)
    if (!question) return 'cut_off'
    loan.pending ??= { question, used }
    const told = loan.pending.used
    const answer = await lessor.ask(question, patienceMs)
    silentMs = answer ? -Infinity : clock.monotonic()
    if (!answer) {
      // Should it have been granted, it is not lost: the same question is asked again.
      loans.set(id, loan)
      return 'cut_off'
    }
    loan.pending = undefined
    const outcome = await settle(id, loan, answer, told)
    // An old question was answered, by whatever was asked for then.
    const few = outcome === 'granted' && places > 0 && (loan.lease?.places ?? 0) < places
    return question.places !== places && (few || outcome === 'returned') ? ask(id, loan, places, patienceMs) : outcome
  }

  function secondsLeft(id: string, loan: Loan): number {
    const online = loan.left.seconds === undefined ? Infinity : loan.left.seconds - sinceTold(loan, usedHere(id)).seconds
    const untilEnd = loan.untilMinute === undefined ? Infinity : (loan.untilMinute * MINUTE_MS - clock.now()) / 1_000
    return Math.floor(Math.min(online, untilEnd))
  }
  function octetsLeft(id: string, loan: Loan): number | undefined {
    return loan.left.octets === undefined ? undefined : loan.left.octets - sinceTold(loan, usedHere(id)).octets
  }

  function letIn(id: string, loan: Loan, holder: Holder, station: string | undefined): Entry {
    const [seconds, octets] = [secondsLeft(id, loan), octetsLeft(id, loan)]
    if (seconds < 1 || (octets !== undefined && octets < 1)) return { kind: 'refused', reason: 'spent' }
    if (!sessionsLeft(live, holder, station, loan.devices === 0 ? 0 : (loan.lease?.places ?? 1))) return { kind: 'refused', reason: 'in_use' }
    return { kind: 'in', seconds: seconds === Infinity ? undefined : seconds, octets, downKbps: loan.downKbps, upKbps: loan.upKbps }
  }

  /** One device: what each gateway may give too much is half an hour and no more. */
  async function byCourtesy(id: string, loan: Loan, holder: Holder, station: string | undefined): Promise<Entry> {
    loan.known ||= loan.code !== undefined && lessor.mayBe(loan.code)
    if (!loan.known || (loan.untilMinute !== undefined && loan.untilMinute * MINUTE_MS <= clock.now())) return { kind: 'refused', reason: 'cut_off' }
    if (live.inUse(holder, station) > 0) return { kind: 'refused', reason: 'in_use' }
    await keep(id, loan)
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
    const outcome = clock.monotonic() - silentMs < CUT_OFF_MS ? 'cut_off' : await ask(id, loan, places, SIGN_IN_PATIENCE_MS)
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
      const told = sinceTold(loan, usedHere(id))
      const isUntold = loan.code !== undefined && told.seconds + told.octets > 0
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
    const isOld = ({ known, day }: Loan): boolean => !known || day < today() - KEPT_DAYS
    for (const [id, loan] of loans) if (isOld(loan) && !loan.lease && !loan.pending && loan.busy === 0 && sessionsOf(id) === 0) await forget(id)
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
    async enter(code, id, holder, station) {
      const known = loans.get(id)
      if (!known && (asked >= MOST_ASKED || loans.size >= MOST_LOANS)) return { kind: 'refused', reason: 'busy' }
      if (!known) asked++
      try {
        return await inTurn(id, () => {
          const loan = loans.get(id) ?? newLoan(code, today())
          Object.assign(loan, { code, day: today() })
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
