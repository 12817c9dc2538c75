import type { Clock } from './clock.ts'

/** Whoever waits for the loop has it now. Long work goes in pieces with this between them: a tap, or a RADIUS request, waits for one piece. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Of the time that it lasts, unhurried work takes the loop for a tenth. */
const REST_PER_WORK = 9
/** A piece that the kernel held up does not make the whole take minutes. */
const LONGEST_REST_MS = 50

/**
 * For long work that nobody waits for: to be called between its pieces. On a processor that is just enough for the crowd of the
 * moment, a look at ten thousand sessions would otherwise be half a second's taps that wait.
 */
export function unhurried(clock: Pick<Clock, 'monotonic' | 'after'>, isHurried: () => boolean): () => Promise<void> {
  let sinceMs = clock.monotonic()
  let owedMs = 0
  return async () => {
    owedMs += (clock.monotonic() - sinceMs) * REST_PER_WORK
    if (owedMs < 1 || isHurried()) await nextTurn()
    else {
      const restMs = Math.min(owedMs, LONGEST_REST_MS)
      owedMs = 0
      await new Promise<void>((resolve) => void clock.after(restMs, resolve))
    }
    sinceMs = clock.monotonic()
  }
}
