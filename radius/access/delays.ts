/** Whoever was wrong waits before it may try again, longer each time; nobody is ever locked out for longer than such a delay. */
import type { Clock } from '#shared/clock.ts'

export const FIRST_DELAY_MS = 250
/** Below the three seconds after which an access server gets no answer. */
const LONGEST_DELAY_MS = 2_000
const FORGIVEN_AFTER_MS = 600_000
const ROUND_MS = 60_000
const MOST_REMEMBERED = 8_192

export type Delays = {
  /** How long this one still has to wait, in milliseconds; 0 when it may try. */
  leftMs(who: string): number
  /** Whether it is too soon for this one to try again. */
  waits(who: string): boolean
  /** Counts a wrong try; how long the next one has to wait, in milliseconds. */
  wrong(who: string): number
  /** Forgets its wrong tries. */
  right(who: string): void
  /** How many are remembered: nobody whose tries are forgiven. */
  remembered(): number
}

type Wrong = { readonly count: number; readonly untilMs: number }

const isForgiven = ({ untilMs }: Wrong, nowMs: number): boolean => nowMs - untilMs >= FORGIVEN_AFTER_MS

export function createDelays(clock: Pick<Clock, 'monotonic' | 'after'>): Delays {
  // In the order of the last wrong try: the first is the oldest.
  const remembered = new Map<string, Wrong>()

  let forgiving = false

  /** Nobody's name or device is kept for longer than it is needed. One timer serves all, and none runs while nobody was wrong. */
  function forgiveInTime(): void {
    if (forgiving) return
    forgiving = true
    clock.after(ROUND_MS, () => {
      forgiving = false
      for (const [who, wrong] of remembered) if (isForgiven(wrong, clock.monotonic())) remembered.delete(who)
      if (remembered.size > 0) forgiveInTime()
    })
  }

  function remember(who: string, wrong: Wrong): void {
    remembered.delete(who)
    remembered.set(who, wrong)
    if (remembered.size > MOST_REMEMBERED) forgetOldest(remembered)
    forgiveInTime()
  }

  return {
    leftMs: (who) => Math.max(0, (remembered.get(who)?.untilMs ?? -Infinity) - clock.monotonic()),
    waits: (who) => clock.monotonic() < (remembered.get(who)?.untilMs ?? -Infinity),
    wrong(who) {
      const nowMs = clock.monotonic()
      const known = remembered.get(who)
      const count = known && !isForgiven(known, nowMs) ? known.count + 1 : 1
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - 1))
      remember(who, { count, untilMs: nowMs + delayMs })
      return delayMs
    },
    right: (who) => void remembered.delete(who),
    remembered: () => remembered.size,
  }
}

/** Takes out what was put in first. */
export function forgetOldest(some: Map<string, unknown> | Set<string>): void {
  const [oldest] = some.keys()
  if (oldest !== undefined) some.delete(oldest)
}
