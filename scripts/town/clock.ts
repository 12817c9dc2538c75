import { systemClock, type Cancel, type Clock } from '#shared/clock.ts'

/** A delay this short is a time-out of something on the wire: a leap waits for the answer instead of jumping over it … */
const LONGEST_TIMEOUT_MS = 5_000
/** … but not for ever, because a few of them are appointments that only happen to be near. */
const PATIENCE_MS = 200
const LOOK_EVERY_MS = 2
/** After so many in a row that nothing cancelled, timers of exactly this delay are appointments (time-outs on the wire have jitter). */
const MISSES = 3

/**
 * A clock that runs like the machine's and can leap ahead: network time-outs stay real while the town's hours fly by.
 * `leap` runs what falls due on the way, in order, and lets their unfinished work go on between two timers.
 */
export type LeapingClock = Clock & {
  leap(ms: number): Promise<void>
  /** Leaps to a wall time; at once when it has passed. */
  leapTo(wallMs: number): Promise<void>
}

type Timer = { readonly due: number; readonly delay: number; readonly task: () => void; cancel: Cancel }

export function leapingClock(startMs: number): LeapingClock {
  const real = systemClock()
  const origin = real.monotonic()
  const timers = new Set<Timer>()
  const missed = new Map<number, number>()
  let leapt = 0
  const monotonic = (): number => real.monotonic() - origin + leapt

  function arm(timer: Timer): void {
    timer.cancel()
    timer.cancel = real.after(timer.due - monotonic(), () => fire(timer))
  }
  function fire(timer: Timer): void {
    if (timers.delete(timer)) timer.task()
  }
  function next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) if (timer.due <= until && (first === undefined || timer.due < first.due)) first = timer
    return first
  }

  function isTimeout({ delay }: Timer): boolean {
    return delay <= LONGEST_TIMEOUT_MS && (missed.get(delay) ?? 0) < MISSES
  }
  async function answered(timer: Timer): Promise<void> {
    const until = real.monotonic() + PATIENCE_MS
    while (timers.has(timer) && real.monotonic() < until) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    missed.set(timer.delay, timers.has(timer) ? (missed.get(timer.delay) ?? 0) + 1 : 0)
  }

  async function leap(ms: number): Promise<void> {
    const until = monotonic() + ms
    for (let timer = next(until); timer; timer = next(until)) {
      if (isTimeout(timer)) await answered(timer)
      if (timers.has(timer)) {
        leapt += Math.max(0, timer.due - monotonic())
        timer.cancel()
        fire(timer)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    leapt += Math.max(0, until - monotonic())
    for (const timer of timers) arm(timer)
  }

  return {
    // Whole milliseconds, as the machine’s clock gives them: they go into columns of integers.
    now: () => Math.floor(startMs + monotonic()),
    monotonic,
    after(ms, task) {
      const delay = Math.max(0, ms)
      const timer: Timer = { due: monotonic() + delay, delay, task, cancel: () => {} }
      timers.add(timer)
      arm(timer)
      return () => {
        timer.cancel()
        timers.delete(timer)
      }
    },
    leap,
    leapTo: (wallMs) => leap(Math.max(0, wallMs - startMs - monotonic())),
  }
}
