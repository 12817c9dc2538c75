import type { Clock } from '#shared/clock.ts'

/** Reading N counters takes N · 20 µs: it is done at most this often, and never for more than a twentieth of the time. */
const LEAST_PAUSE_MS = 1_000
const PAUSE_FACTOR = 20

export type Looks = {
  /** A look that begins after this call, as soon as one may. */
  next(): Promise<void>
  /** At most one pause old: looks by itself only if the last one is older. */
  fresh(): Promise<void>
  /** Somebody else has looked, which took so long. */
  looked(tookMs: number): void
  /** Waits for the one that is under way. */
  settle(): Promise<void>
}

/** Reads the counters between the minutes' rounds without letting anyone, by asking often, make it cost much. */
export function createLooks(clock: Clock, look: () => Promise<void>): Looks {
  let freshUntil = -Infinity
  let underway: Promise<void> | undefined
  let queued: Promise<void> | undefined

  function looked(tookMs: number): void {
    freshUntil = clock.monotonic() + Math.max(LEAST_PAUSE_MS, PAUSE_FACTOR * tookMs)
  }

  async function now(): Promise<void> {
    const began = clock.monotonic()
    try {
      await look()
    } finally {
      looked(clock.monotonic() - began)
    }
  }
  const begin = (): Promise<void> => (underway ??= now().finally(() => (underway = undefined)))

  async function later(): Promise<void> {
    await underway?.catch(() => {})
    const wait = freshUntil - clock.monotonic()
    if (wait > 0) await new Promise<void>((resolve) => void clock.after(wait, resolve))
    queued = undefined
    await begin()
  }

  return {
    next: () => (queued ??= later()),
    fresh: () => underway ?? (clock.monotonic() < freshUntil ? Promise.resolve() : begin()),
    looked,
    settle: async () => void (await underway?.catch(() => {})),
  }
}
