import type { Cancel, Clock } from '#shared/clock.ts'

const MOST_PENDING = 16_384

/** How long a door waits. Milliseconds of `effects.clock`: on a fast clock they must be longer, because disks and peers are not faster. */
export type Limits = {
  /** For a decision: a dead source must not hold a request for longer. */
  readonly answerMs: number
  /** On closing, for what is being decided. */
  readonly drainMs: number
  /** A reply is kept for the same request to come again: RFC 5080 §2.2.2 asks for 5 to 30 s. */
  readonly rememberMs: number
}
export const LIMITS: Limits = { answerMs: 3_000, drainMs: 9_000, rememberMs: 10_000 }

export type Outcome<T> = { done(value: T): void; late(): void; failed(error: unknown): void }
export type Pending<T> = {
  /** Calls exactly one of `outcome`'s functions: `late` after `answerMs`, whatever comes then. */
  watch(answer: Promise<T>, outcome: Outcome<T>): void
  /** True when 16,384 are awaited. */
  full(): boolean
  /** How many are awaited now. */
  waiting(): number
  /** Resolves when none is awaited any more, or after `drainMs`. */
  drained(): Promise<void>
}

/** In the order of their deadlines, which is that of their arrival. `outcome` is gone once it was told. */
type Waiting<T> = { outcome: Outcome<T> | undefined; readonly dueMs: number; next: Waiting<T> | undefined }

/** Answers that are being waited for, none of them for longer than `answerMs`. One timer serves all: the oldest is due first. */
export function createPending<T>(clock: Clock, limits: Limits): Pending<T> {
  let waiting = 0
  let oldest: Waiting<T> | undefined
  let newest: Waiting<T> | undefined
  let cancel: Cancel | undefined
  let onDrained: (() => void) | undefined

  function dropTold(): void {
    while (oldest && !oldest.outcome) oldest = oldest.next
    if (oldest || !cancel) return
    // Nothing ticks in a server that has nothing to do.
    cancel()
    cancel = undefined
  }

  function due(nowMs: number): Waiting<T> | undefined {
    return oldest && oldest.dueMs <= nowMs ? oldest : undefined
  }

  function finish(one: Waiting<T>, tell: (outcome: Outcome<T>) => void): void {
    const { outcome } = one
    if (!outcome) return
    one.outcome = undefined
    waiting--
    dropTold()
    tell(outcome)
    if (waiting === 0) onDrained?.()
  }

  function arm(nowMs: number): void {
    if (cancel || !oldest) return
    cancel = clock.after(oldest.dueMs - nowMs, () => {
      cancel = undefined
      const thenMs = clock.monotonic()
      for (let one = due(thenMs); one; one = due(thenMs)) finish(one, (outcome) => outcome.late())
      arm(thenMs)
    })
  }

  return {
    watch(answer, outcome) {
      const nowMs = clock.monotonic()
      const one: Waiting<T> = { outcome, dueMs: nowMs + limits.answerMs, next: undefined }
      if (oldest && newest) newest.next = one
      else oldest = one
      newest = one
      waiting++
      arm(nowMs)
      answer.then(
        (value) => finish(one, () => outcome.done(value)),
        (error: unknown) => finish(one, () => outcome.failed(error)),
      )
    },
    full: () => waiting >= MOST_PENDING,
    waiting: () => waiting,
    drained() {
      if (waiting === 0) return Promise.resolve()
      return new Promise((resolve) => {
        onDrained = resolve
        clock.after(limits.drainMs, resolve)
      })
    },
  }
}
