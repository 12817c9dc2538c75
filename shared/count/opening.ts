import { HOUR_MS } from '../wall-clock.ts'

/** When a site-day may begin to count (privacy.md, "Unit, day, clock"): ε is spent per opening, so openings are rationed. */

/** Less than the shortest site-day, so that an ordinary close opens the next at once. */
export const APART_MS = 20 * HOUR_MS
const MOST_BOOTS_PER_DAY = 2
const MOST_OPENINGS_WITHIN = 2

/** An opening as the ledger keeps it; it outlives boots. */
export type Opening = { readonly day: string; readonly boot: string; readonly openedMs: number }

export type OpeningAsked = {
  /** The site-day that the wall clock shows. */
  readonly day: string
  readonly nowMs: number
  readonly boot: string
  /** Steady time since this boot last opened this site's counter; undefined when it never did. */
  readonly sinceOpeningMs: number | undefined
  readonly openings: readonly Opening[]
  /** The last site-day whose day cells were let out: it is over for good. */
  readonly releasedDay: string | undefined
  /** False while nothing vouches for the wall clock: then no other boot's opening can be dated. */
  readonly clockKnown: boolean
}

/** Undefined: heartbeats only, for now. Otherwise the instant from which events count. */
export function countsFrom(asked: OpeningAsked, startsMs: number): number | undefined {
  const { openings, day, nowMs } = asked
  if (openings.length === 0) return nowMs
  if (asked.releasedDay !== undefined && day <= asked.releasedDay) return undefined
  if (openings.some((opening) => opening.day > day)) return undefined
  return asked.sinceOpeningMs === undefined ? afterReboot(asked) : inSameBoot(asked, asked.sinceOpeningMs, startsMs)
}

/** The next day of a running boot counts from the close itself, however late the first event or tick notices it. */
function inSameBoot({ openings, day, boot, nowMs }: OpeningAsked, sinceOpeningMs: number, startsMs: number): number | undefined {
  const again = openings.some((opening) => opening.day === day && opening.boot === boot)
  if (again || sinceOpeningMs < APART_MS) return undefined
  return Math.min(nowMs, Math.max(startsMs, nowMs - (sinceOpeningMs - APART_MS)))
}

function afterReboot({ openings, day, nowMs, clockKnown }: OpeningAsked): number | undefined {
  const thatDay = openings.filter((opening) => opening.day === day).length
  // An opening dated in the future counts as recent: the clock has gone back, and leniency would sell a second day.
  const recent = openings.filter((opening) => opening.openedMs > nowMs - APART_MS).length
  return clockKnown && thatDay < MOST_BOOTS_PER_DAY && recent < MOST_OPENINGS_WITHIN ? nowMs : undefined
}
