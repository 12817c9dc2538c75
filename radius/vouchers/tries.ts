/** What slows down guessing: whoever was wrong waits longer each time, and all together are wrong a hundred times a second at most. */
import type { Clock } from '#shared/clock.ts'

const WRONG_PER_SECOND = 100
/** At one client: whoever guesses there, under a new address each time, must not spoil the right codes of all other places. */
const WRONG_PER_CLIENT = 25
const FIRST_DELAY_MS = 250
/** Below the three seconds after which an access server gets no answer. */
const LONGEST_DELAY_MS = 2_000
const FORGIVEN_AFTER_MS = 600_000
const MOST_STATIONS = 8_192

export type Tries = {
  /** Why this one may not try now; nobody is ever locked out for longer than a delay. @param client by name: their number is bounded. */
  refusal(station: string | undefined, client: string): 'voucher_too_soon' | 'voucher_tries' | undefined
  /** Counts a wrong code; how long its answer waits, in milliseconds. */
  wrong(station: string | undefined, client: string): number
  right(station: string | undefined): void
}

type Wrong = { count: number; untilMs: number }
type Room = { left: number; filledMs: number }

function hasRoom(room: Room, perSecond: number, nowMs: number): boolean {
  room.left = Math.min(perSecond, room.left + ((nowMs - room.filledMs) * perSecond) / 1_000)
  room.filledMs = nowMs
  return room.left >= 1
}

export function createTries(clock: Pick<Clock, 'monotonic'>): Tries {
  // In the order of the last wrong code: the first is the oldest.
  const stations = new Map<string, Wrong>()
  const everywhere: Room = { left: WRONG_PER_SECOND, filledMs: clock.monotonic() }
  const clients = new Map<string, Room>()

  function roomOf(client: string): Room {
    const known = clients.get(client)
    if (known) return known
    const room = { left: WRONG_PER_CLIENT, filledMs: clock.monotonic() }
    clients.set(client, room)
    return room
  }

  function remember(station: string, wrong: Wrong): void {
    stations.delete(station)
    stations.set(station, wrong)
    const [oldest] = stations.keys()
    if (stations.size > MOST_STATIONS && oldest !== undefined) stations.delete(oldest)
  }

  return {
    refusal(station, client) {
      const nowMs = clock.monotonic()
      // One answer at a time: else a thousand tries at once would wait no longer than one.
      if (station !== undefined && nowMs < (stations.get(station)?.untilMs ?? 0)) return 'voucher_too_soon'
      return hasRoom(everywhere, WRONG_PER_SECOND, nowMs) && hasRoom(roomOf(client), WRONG_PER_CLIENT, nowMs) ? undefined : 'voucher_tries'
    },
    wrong(station, client) {
      everywhere.left -= 1
      roomOf(client).left -= 1
      if (station === undefined) return FIRST_DELAY_MS
      const nowMs = clock.monotonic()
      const known = stations.get(station)
      const count = known && nowMs - known.untilMs < FORGIVEN_AFTER_MS ? known.count + 1 : 1
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - 1))
      remember(station, { count, untilMs: nowMs + delayMs })
      return delayMs
    },
    right(station) {
      if (station !== undefined) stations.delete(station)
    },
  }
}
