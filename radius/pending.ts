import type { Clock } from '#shared/clock.ts'

/** A dead source must neither hold a request for longer nor memory for more. */
const ANSWER_LIMIT_MS = 3_000
const MOST_PENDING = 16_384
const DRAIN_LIMIT_MS = 9_000

export type Outcome<T> = { done(value: T): void; late(): void; failed(error: unknown): void }
export type Pending<T> = {
  /** Calls exactly one of `outcome`'s functions: `late` after 3 s, whatever comes then. */
  watch(answer: Promise<T>, outcome: Outcome<T>): void
  /** True when 16,384 are awaited. */
  full(): boolean
  /** Resolves when none is awaited any more, or after 9 s. */
  drained(): Promise<void>
}

/** Answers that are being waited for, none of them for longer than 3 s. */
export function createPending<T>(clock: Clock): Pending<T> {
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
      const cancel = clock.after(ANSWER_LIMIT_MS, () => finish(() => outcome.late()))
      answer.then(
        (value) => finish(() => outcome.done(value)),
        (error: unknown) => finish(() => outcome.failed(error)),
      )
    },
    full: () => waiting >= MOST_PENDING,
    drained() {
      if (waiting === 0) return Promise.resolve()
      return new Promise((resolve) => {
        onDrained = resolve
        clock.after(DRAIN_LIMIT_MS, resolve)
      })
    },
  }
}
