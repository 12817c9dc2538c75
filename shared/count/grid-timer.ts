import type { Cancel, Clock } from '../clock.ts'

/** Runs `task` whenever the wall clock stands `offsetMs` after a multiple of `everyMs`. */
export function onGrid(clock: Clock, everyMs: number, offsetMs: number, task: () => void): Cancel {
  let cancel: Cancel
  function schedule(): void {
    const into = (clock.now() - offsetMs) % everyMs
    cancel = clock.after(everyMs - into, () => {
      schedule()
      task()
    })
  }
  schedule()
  return () => cancel()
}

/** A timer's task has nobody to throw to. */
export function attempt(task: () => void, onError: (error: unknown) => void): void {
  try {
    task()
  } catch (error) {
    onError(error)
  }
}
