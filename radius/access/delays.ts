/** Whoever was wrong waits before it may try again, longer each time; nobody is ever locked out for longer than such a delay. */
import type { Clock } from '#shared/clock.ts'

export const FIRST_DELAY_MS = 250
/** Below the three seconds after which an access server gets no answer. */
const LONGEST_DELAY_MS = 2_000
const FORGIVEN_AFTER_MS = 600_000
const MOST_REMEMBERED = 8_192

export type Delays = {
  /** Whether it is too soon for this one to try again. */
  waits(who: string): boolean
  /** Counts a wrong try; how long the next one has to wait, in milliseconds. */
  wrong(who: string): number
  /** Forgets its wrong tries. */
  right(who: string): void
}

type Wrong = { readonly count: number; readonly untilMs: number }

export function createDelays(clock: Pick<Clock, 'monotonic'>): Delays {
  // In the order of the last wrong try: the first is the oldest.
  const remembered = new Map<string, Wrong>()

  function remember(who: string, wrong: Wrong): void {
    remembered.delete(who)
    remembered.set(who, wrong)
    if (remembered.size > MOST_REMEMBERED) forgetOldest(remembered)
  }

  return {
    waits: (who) => clock.monotonic() < (remembered.get(who)?.untilMs ?? -Infinity),
    wrong(who) {
      const nowMs = clock.monotonic()
      const known = remembered.get(who)
      const count = known && nowMs - known.untilMs < FORGIVEN_AFTER_MS ? known.count + 1 : 1
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - 1))
      remember(who, { count, untilMs: nowMs + delayMs })
      return delayMs
    },
    right: (who) => void remembered.delete(who),
  }
}

/** Takes out what was put in first. */
export function forgetOldest(some: Map<string, unknown> | Set<string>): void {
  const [oldest] = some.keys()
  if (oldest !== undefined) some.delete(oldest)
}
