import type { Clock } from '#shared/clock.ts'

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

/** Answers that are being waited for, none of them for longer than `answerMs`. */
export function createPending<T>(clock: Clock, limits: Limits): Pending<T> {
  let waiting = 0
  let onDrained: (() => void) | undefined

  return {
    watch(answer, outcome) {
      waiting++
      let open = true
      function finish(tell: () => void): void {
        if (!open) return
        open = false
        waiting--
        cancel()
        tell()
        if (waiting === 0) onDrained?.()
      }
      const cancel = clock.after(limits.answerMs, () => finish(() => outcome.late()))
      answer.then(
        (value) => finish(() => outcome.done(value)),
        (error: unknown) => finish(() => outcome.failed(error)),
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
