import type { Clock } from './clock.ts'
import { nextTurn } from './next-turn.ts'

/** Of the time that it lasts, unhurried work takes the loop for a tenth. */
const REST_PER_WORK = 9
/** A piece that the kernel held up does not make the whole take minutes. */
const LONGEST_REST_MS = 100

/**
 * For long work that nobody waits for. On a processor that is just enough for the crowd of the moment, a look at ten thousand
 * sessions would otherwise be half a second's taps that wait.
 */
export type Unhurried = {
  /** To be called between the pieces: rests nine times as long as was worked since the last rest, 100 ms at most. */
  rest(): Promise<void>
  /** All of it so far, without the rests. */
  workedMs(): number
  /** No rest from now on; one that is under way is over. */
  hurry(): void
}

export function unhurried(clock: Pick<Clock, 'monotonic' | 'after'>): Unhurried {
  let sinceMs = clock.monotonic()
  let workedMs = 0
  let owedMs = 0
  let isHurried = false
  let wake: () => void = () => {}

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve)
      wake = () => {
        cancel()
        resolve()
      }
    })
  }

  return {
    async rest() {
      const pieceMs = clock.monotonic() - sinceMs
      workedMs += pieceMs
      owedMs += pieceMs * REST_PER_WORK
      if (owedMs < 1 || isHurried) await nextTurn()
      else {
        const restMs = Math.min(owedMs, LONGEST_REST_MS)
        owedMs = 0
        await sleep(restMs)
      }
      sinceMs = clock.monotonic()
    },
    workedMs: () => workedMs + clock.monotonic() - sinceMs,
    hurry() {
      isHurried = true
      wake()
    },
  }
}
