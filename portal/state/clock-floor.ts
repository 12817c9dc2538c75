// Whether the wall clock can be believed (protocols.md §8): the floor is the newest of when this was released and what the hub has
// signed, never NTP nor the clock itself. Access does not depend on it: sessions run on the monotonic clock.
import type { Clock } from '#shared/clock.ts'
import type { ClockSync } from '../consent/receipt.ts'

/** Moved with each release: no gateway with this code has lived before. */
export const RELEASED_MS = Date.UTC(2026, 10, 1)
/** What a citizen reads is minutes, and a form lives 30. */
const MOST_OFF_MS = 5 * 60_000
/** A clock that has run alone for a day has drifted by seconds at most. */
const TRUST_MS = 24 * 3_600_000

export type ClockWatch = {
  /** `hub`: as the hub's, by its signed word; `none`: wrong; `system`: nothing speaks against it. */
  sync(): ClockSync
  /** By how much the wall clock is ahead of the hub's; undefined where its word is old or was never heard. */
  offByMs(): number | undefined
  /** What the hub signed, received now, with half the time that the answer took. */
  heard(hubMs: number, halfTripMs: number): void
  floorMs(): number
}

/** @param floorMs the newest time that the hub had signed before this start. */
export function watchClock(clock: Pick<Clock, 'now' | 'monotonic'>, floorMs = 0): ClockWatch {
  let floor = Math.max(RELEASED_MS, floorMs)
  let hub: { ms: number; at: number } | undefined

  function offByMs(): number | undefined {
    const age = hub && clock.monotonic() - hub.at
    return hub === undefined || age === undefined || age > TRUST_MS ? undefined : clock.now() - (hub.ms + age)
  }
  return {
    offByMs,
    sync() {
      const off = offByMs()
      if (off !== undefined) return Math.abs(off) > MOST_OFF_MS ? 'none' : 'hub'
      return clock.now() < floor - MOST_OFF_MS ? 'none' : 'system'
    },
    heard(hubMs, halfTripMs) {
      hub = { ms: hubMs + halfTripMs, at: clock.monotonic() }
      floor = Math.max(floor, hubMs)
    },
    floorMs: () => floor,
  }
}
