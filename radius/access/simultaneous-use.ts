import type { Holder, LiveSessions } from '../live-sessions.ts'

/**
 * Whether one more session may begin, and if so notes that one is about to. A device that asks again is the same session. Where the
 * access server names no station, a repeated question cannot be told from a second device: then only sessions that have begun count.
 * What is counted heals by itself: a Stop, an Accounting-On or -Off, or silence ends it (`live-sessions.ts`).
 * @param most 0 is without limit.
 */
export function sessionsLeft(live: Pick<LiveSessions, 'inUse' | 'of' | 'opening'>, holder: Holder, station: string | undefined, most: number): boolean {
  if (most === 0) return true
  const others = station === undefined ? live.of(holder).length : live.inUse(holder, station)
  if (others >= most) return false
  if (station !== undefined) live.opening(holder, station)
  return true
}
