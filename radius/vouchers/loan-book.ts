/** Every loan of this gateway, on the disk and in memory, and what is left of each. */
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import type { Holder, LiveSessions } from '../live-sessions.ts'
import { forgetStatements, KEPT_DAYS, knownStatement, LEASES, leaseStatement, USED_HERE, type LeaseRow } from './city-table.ts'
import { loanOf, NOTHING, rowOf, type Loan, type Used } from './loan.ts'
import { isDataSpent } from './spent-data.ts'
import { MINUTE_MS } from './table.ts'
import { unheardSeconds } from './unheard.ts'

const DAY_MS = 86_400_000

export type LoanBookParts = {
  /** vouchers.db. */
  readonly durable: Pick<DurableWriter, 'write'>
  readonly reader: Db
  readonly live: Pick<LiveSessions, 'inUse' | 'of'>
  readonly holderOf: (id: string) => Holder
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
}

export type LoanBook = {
  readonly loans: Map<string, Loan>
  today(): number
  isAlive(loan: Loan): boolean
  /** Begun or about to, of all devices here. */
  sessionsOf(id: string): number
  /** By all sessions so far, what running ones have not said included. */
  usedHere(id: string): Used
  /** What of that its hub has not heard. */
  sinceTold(loan: Loan, used: Used): Used
  /** Until its time or its end; infinite where it has neither. */
  secondsLeft(id: string, loan: Loan): number
  octetsLeft(id: string, loan: Loan): number | undefined
  /** So little is left, or nothing, that no packet fits. */
  hasNoData(id: string, loan: Loan): boolean
  /** Resolves after fsync. */
  keep(id: string, loan: Loan): Promise<void>
  forget(id: string): Promise<void>
  /** Of which nothing is out, and that nobody has brought for long. */
  old(): string[]
}

export function createLoanBook({ durable, reader, live, holderOf, clock }: LoanBookParts): LoanBook {
  const usedRow = reader.prepare<[Buffer], Used>(USED_HERE)
  const now = () => ({ wallMs: clock.now(), steadyMs: clock.monotonic() })
  const today = (): number => Math.floor(clock.now() / DAY_MS)
  const sessionsOf = (id: string): number => live.inUse(holderOf(id), undefined)
  const loans = new Map(reader.prepare<[], LeaseRow>(LEASES).all().map((row) => [row.voucher.toString('hex'), loanOf(row, now())]))

  function usedHere(id: string): Used {
    const { seconds, octets } = usedRow.get(Buffer.from(id, 'hex')) ?? NOTHING
    return { seconds: seconds + unheardSeconds(live, clock, holderOf(id)), octets }
  }
  function sinceTold({ told }: Loan, used: Used): Used {
    return { seconds: Math.max(0, used.seconds - told.seconds), octets: Math.max(0, used.octets - told.octets) }
  }

  const octetsLeft = (id: string, loan: Loan) => (loan.left.octets === undefined ? undefined : loan.left.octets - sinceTold(loan, usedHere(id)).octets)

  return {
    loans, today, sessionsOf, usedHere, sinceTold, octetsLeft,
    isAlive: ({ lease }) => lease !== undefined && clock.monotonic() < lease.endsMs,
    secondsLeft(id, loan) {
      const online = loan.left.seconds === undefined ? Infinity : loan.left.seconds - sinceTold(loan, usedHere(id)).seconds
      const untilEnd = loan.untilMinute === undefined ? Infinity : (loan.untilMinute * MINUTE_MS - clock.now()) / 1_000
      return Math.floor(Math.min(online, untilEnd))
    },
    hasNoData(id, loan) {
      const [left, used] = [octetsLeft(id, loan), usedHere(id).octets]
      // What was used elsewhere is not known here: the hub, who is asked next, counts it too.
      return left !== undefined && isDataSpent(left + used, used)
    },
    keep(id, loan) {
      loans.set(id, loan)
      return durable.write(knownStatement(Buffer.from(id, 'hex')), leaseStatement(rowOf(id, loan, now())))
    },
    forget(id) {
      loans.delete(id)
      return durable.write(...forgetStatements(Buffer.from(id, 'hex')))
    },
    old() {
      const isOld = ({ known, day }: Loan): boolean => !known || day < today() - KEPT_DAYS
      return [...loans].filter(([id, loan]) => isOld(loan) && !loan.lease && !loan.pending && loan.busy === 0 && sessionsOf(id) === 0).map(([id]) => id)
    },
  }
}
