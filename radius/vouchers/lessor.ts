/** Asking whoever holds the balance of a voucher, and what the answer makes of its loan. */
import type { Clock } from '#shared/clock.ts'
import type { LeaseAnswer, LeaseRefusal } from '#shared/voucher-lease.ts'
import type { LoanBook } from './loan-book.ts'
import { take, type Loan, type Question, type Used } from './loan.ts'

/** After a question that nobody answered, sign-ins do not wait for the next. */
const CUT_OFF_MS = 10_000
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

export type Asked = 'granted' | 'returned' | 'cut_off' | LeaseRefusal

export type Asking = {
  /** @param places devices that are to be online here; 0 gives back. One question at a time for each voucher. */
  ask(id: string, loan: Loan, places: number, patienceMs: number): Promise<Asked>
  /** Nobody has answered lately. */
  isCutOff(): boolean
}
export type AskingParts = { readonly lessor: Lessor; readonly book: LoanBook; readonly clock: Pick<Clock, 'monotonic'>; readonly random: (length: number) => Buffer; /** A loan has a new lease. */ readonly granted: (id: string, loan: Loan) => void; readonly forget: (id: string) => Promise<void> }

export function createAsking({ lessor, book, clock, random, granted, forget }: AskingParts): Asking {
  let silentMs = -Infinity

  function questionFor(loan: Loan, used: Used, places: number): Question | undefined {
    const whose = loan.lease ? { renews: loan.lease.id } : loan.code === undefined ? undefined : { code: loan.code }
    return whose && { id: random(ID_BYTES).toString('hex'), ...whose, used: book.sinceTold(loan, used), places }
  }

  async function settle(id: string, loan: Loan, answer: LeaseAnswer, told: Used): Promise<Asked> {
    if (answer.state === 'clock') return 'cut_off'
    if (answer.state === 'granted') {
      take(loan, answer, told, clock.monotonic())
      await book.keep(id, loan)
      granted(id, loan)
      return 'granted'
    }
    Object.assign(loan, { lease: undefined, told })
    const refusal = answer.state === 'refused' ? answer.reason : undefined
    // What is worth nothing gets no courtesy either.
    if (refusal === 'void' || refusal === 'expired' || refusal === 'spent') loan.untilMinute = 0
    if (refusal === 'unknown') await forget(id)
    else if (loan.known) await book.keep(id, loan)
    return refusal ?? 'returned'
  }

  async function ask(id: string, loan: Loan, places: number, patienceMs: number): Promise<Asked> {
    const used = book.usedHere(id)
    const question = loan.pending?.question ?? questionFor(loan, used, places)
    if (!question) return 'cut_off'
    loan.pending ??= { question, used }
    const told = loan.pending.used
    const answer = await lessor.ask(question, patienceMs)
    silentMs = answer ? -Infinity : clock.monotonic()
    if (!answer) {
      // Should it have been granted, it is not lost: the same question is asked again.
      book.loans.set(id, loan)
      return 'cut_off'
    }
    loan.pending = undefined
    const outcome = await settle(id, loan, answer, told)
    // An old question was answered, by whatever was asked for then.
    const few = outcome === 'granted' && places > 0 && (loan.lease?.places ?? 0) < places
    return question.places !== places && (few || outcome === 'returned') ? ask(id, loan, places, patienceMs) : outcome
  }

  return { ask, isCutOff: () => clock.monotonic() - silentMs < CUT_OFF_MS }
}
