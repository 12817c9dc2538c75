/** Questions that wait for one source. */

/** One dead source must not use up what a door can wait for (`pending.ts`): three of them still leave room. */
export const MOST_WAITING = 4_096

export type Lane = {
  /** A place for one more question, to be given back to `leave`; undefined when there is none. */
  enter(nowMs: number): number | undefined
  leave(place: number): void
  readonly waiting: number
}

/** @param patienceMs after which a question has been answered without the source, whatever it does: its place is free then. */
export function createLane(patienceMs: number): Lane {
  // In the order of coming in: the first is the oldest.
  const sinceMs = new Map<number, number>()
  let next = 0

  function dropGivenUp(nowMs: number): void {
    for (const [place, began] of sinceMs) {
      if (nowMs - began < patienceMs) return
      sinceMs.delete(place)
    }
  }

  return {
    enter(nowMs) {
      dropGivenUp(nowMs)
      if (sinceMs.size >= MOST_WAITING) return undefined
      sinceMs.set(next, nowMs)
      return next++
    },
    leave: (place) => void sinceMs.delete(place),
    get waiting() {
      return sinceMs.size
    },
  }
}
