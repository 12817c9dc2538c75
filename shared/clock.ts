/**
 * Time as an effect. `now` is the wall clock and may jump; `monotonic` never goes back and measures durations;
 * `after` runs on the monotonic clock. Only scripts and tests choose which clock a process lives by.
 */
export type Clock = {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number
  /** Milliseconds since an arbitrary instant of this boot. */
  monotonic(): number
  /** Runs `task` once, `ms` from now. Returns what cancels it. Never keeps the process alive. */
  after(ms: number, task: () => void): Cancel
}
export type Cancel = () => void

/** The longest delay that setTimeout keeps; a longer one fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export function systemClock(): Clock {
  // CLOCK_MONOTONIC counts from the boot; performance.now() is cheaper to read and counts from the start of the process.
  const processStart = Number(process.hrtime.bigint()) / 1e6 - performance.now()
  return {
    now: () => Date.now(),
    monotonic: () => processStart + performance.now(),
    after(ms, task) {
      const timer = setTimeout(task, Math.min(Math.max(0, ms), LONGEST_TIMEOUT_MS))
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

/** A clock that starts at `startMs` and runs `factor` times as fast as the machine's: a day in a minute at 1,440. */
export function scaledClock(factor: number, startMs: number): Clock {
  const origin = performance.now()
  const elapsed = () => (performance.now() - origin) * factor
  return {
    now: () => startMs + elapsed(),
    monotonic: elapsed,
    after(ms, task) {
      const timer = setTimeout(task, Math.min(Math.max(0, ms / factor), LONGEST_TIMEOUT_MS))
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

export type ManualClock = Clock & {
  /** Moves both clocks forward and runs, in order of their time, what falls due on the way. */
  advance(ms: number): void
  /** Makes the wall clock jump without moving the monotonic one. */
  setNow(ms: number): void
}

/** A clock that stands still until told otherwise: for tests and for the demonstration's four past weeks. */
export function manualClock(startMs: number): ManualClock {
  type Timer = { at: number; order: number; task: () => void }
  let wall = startMs
  let steady = 0
  let order = 0
  const timers = new Set<Timer>()

  function nextDue(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.at <= until && (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))) first = timer
    }
    return first
  }

  return {
    now: () => wall,
    monotonic: () => steady,
    after(ms, task) {
      const timer = { at: steady + Math.max(0, ms), order: order++, task }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      const until = steady + ms
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer)
        wall += timer.at - steady
        steady = timer.at
        timer.task()
      }
      wall += until - steady
      steady = until
    },
    setNow(ms) {
      wall = ms
    },
  }
}

/** Repeats `task` every `ms` on `clock` until cancelled; a round that throws is reported and does not stop the next. */
export function every(clock: Clock, ms: number, task: () => void, onError: (error: unknown) => void): Cancel {
  let cancel: Cancel
  function round(): void {
    cancel = clock.after(ms, round)
    try {
      task()
    } catch (error) {
      onError(error)
    }
  }
  cancel = clock.after(ms, round)
  return () => cancel()
}
