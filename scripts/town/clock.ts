import { systemClock, type Cancel, type Clock } from '#shared/clock.ts'

/**
 * A clock that runs like the machine's and can leap ahead: network time-outs stay real while the town's hours fly by.
 * `leap` runs what falls due on the way, in order, and lets their unfinished work go on between two timers.
 */
export type LeapingClock = Clock & { leap(ms: number): Promise<void> }

type Timer = { readonly due: number; readonly task: () => void; cancel: Cancel }

export function leapingClock(startMs: number): LeapingClock {
  const real = systemClock()
  const origin = real.monotonic()
  const timers = new Set<Timer>()
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

  return {
    now: () => startMs + monotonic(),
    monotonic,
    after(ms, task) {
      const timer: Timer = { due: monotonic() + Math.max(0, ms), task, cancel: () => {} }
      timers.add(timer)
      arm(timer)
      return () => {
        timer.cancel()
        timers.delete(timer)
      }
    },
    async leap(ms) {
      const until = monotonic() + ms
      for (let timer = next(until); timer; timer = next(until)) {
        leapt += Math.max(0, timer.due - monotonic())
        timer.cancel()
        fire(timer)
        await new Promise((resolve) => setImmediate(resolve))
      }
      leapt += Math.max(0, until - monotonic())
      for (const timer of timers) arm(timer)
    },
  }
}
