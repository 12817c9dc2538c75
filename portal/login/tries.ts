// What slows down the guessing of codes and passwords at this portal, whoever decides behind it: each device waits longer after each
// wrong try, and all devices together are wrong a hundred times a second at most. Nobody is ever locked out (protocols.md §5).
import { createDelays } from '#radius/access/delays.ts'
import type { Clock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'

const WRONG_PER_SECOND = 100
/** Until there is room again for one more. */
const ROOM_AGAIN_SECONDS = 1

export type Tries = {
  /** Whole seconds that this device has to wait before its next try; 0 when it may try now. */
  waitSeconds(mac: MacAddress): number
  wrong(mac: MacAddress): void
  right(mac: MacAddress): void
}

export function createTries(clock: Pick<Clock, 'monotonic' | 'after'>): Tries {
  const delays = createDelays(clock)
  let room = WRONG_PER_SECOND
  let filledMs = clock.monotonic()

  function fill(): void {
    const nowMs = clock.monotonic()
    room = Math.min(WRONG_PER_SECOND, room + ((nowMs - filledMs) * WRONG_PER_SECOND) / 1_000)
    filledMs = nowMs
  }

  return {
    waitSeconds(mac) {
      fill()
      const own = Math.ceil(delays.leftMs(mac) / 1_000)
      return room < 1 ? Math.max(own, ROOM_AGAIN_SECONDS) : own
    },
    wrong(mac) {
      // Many that were under way at once leave no debt: whoever sends them would keep all others waiting for as long as they like.
      room = Math.max(0, room - 1)
      delays.wrong(mac)
    },
    right: (mac) => delays.right(mac),
  }
}
