/** What slows down guessing: whoever was wrong waits longer each time, and all together are wrong a hundred times a second at most. */
import type { Clock } from '#shared/clock.ts'
import { createDelays, FIRST_DELAY_MS, forgetOldest } from '../access/delays.ts'

const WRONG_PER_SECOND = 100
/** At one client: whoever guesses there, under a new address each time, must not spoil the right codes of all other places. */
const WRONG_PER_CLIENT = 25
/** The part of both that is kept for stations which were let in: where all come through one gateway they share its client with the guesser. */
const KEPT_FOR_KNOWN = 0.2
const MOST_KNOWN = 8_192

export type Tries = {
  /** Why this one may not try now; nobody is ever locked out for longer than a delay. @param client by name: their number is bounded. */
  refusal(station: string | undefined, client: string): 'voucher_too_soon' | 'voucher_tries' | undefined
  /**
   * Counts a try as wrong. Returns how to take that back: a code that is judged elsewhere counts until its answer is there, or as many
   * as one likes, asked at once, would all find room.
   */
  counts(client: string): () => void
  /** How long the answer to a wrong code waits, in milliseconds. */
  wrong(station: string | undefined): number
  right(station: string | undefined): void
  /**
   * It was let in: until the next start others' wrong codes leave room for its own. A right code alone is not enough, or one voucher
   * would make as many stations known as somebody can invent.
   */
  letIn(station: string | undefined): void
  wasLetIn(station: string | undefined): boolean
}

type Room = { left: number; filledMs: number }

function hasRoom(room: Room, perSecond: number, known: boolean, nowMs: number): boolean {
  room.left = Math.min(perSecond, room.left + ((nowMs - room.filledMs) * perSecond) / 1_000)
  room.filledMs = nowMs
  return room.left >= 1 + (known ? 0 : perSecond * KEPT_FOR_KNOWN)
}

export function createTries(clock: Pick<Clock, 'monotonic' | 'after'>): Tries {
  const delays = createDelays(clock)
  // In the order in which they were last let in.
  const known = new Set<string>()
  const everywhere: Room = { left: WRONG_PER_SECOND, filledMs: clock.monotonic() }
  const clients = new Map<string, Room>()

  function roomOf(client: string): Room {
    const kept = clients.get(client)
    if (kept) return kept
    const room = { left: WRONG_PER_CLIENT, filledMs: clock.monotonic() }
    clients.set(client, room)
    return room
  }

  const wasLetIn = (station: string | undefined): boolean => station !== undefined && known.has(station)

  return {
    wasLetIn,
    refusal(station, client) {
      // One answer at a time: else a thousand tries at once would wait no longer than one.
      if (station !== undefined && delays.waits(station)) return 'voucher_too_soon'
      const nowMs = clock.monotonic()
      const isKnown = wasLetIn(station)
      return hasRoom(everywhere, WRONG_PER_SECOND, isKnown, nowMs) && hasRoom(roomOf(client), WRONG_PER_CLIENT, isKnown, nowMs) ? undefined : 'voucher_tries'
    },
    counts(client) {
      const rooms = [everywhere, roomOf(client)]
      for (const room of rooms) room.left -= 1
      return () => {
        for (const room of rooms) room.left += 1
      }
    },
    wrong: (station) => (station === undefined ? FIRST_DELAY_MS : delays.wrong(station)),
    right(station) {
      if (station !== undefined) delays.right(station)
    },
    letIn(station) {
      if (station === undefined) return
      known.delete(station)
      known.add(station)
      if (known.size > MOST_KNOWN) forgetOldest(known)
    },
  }
}
