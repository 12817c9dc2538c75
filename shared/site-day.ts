/** The calendar of a site: when its days close, in its own time zone, as UTC instants. Pure. */
import { DAY_MS, HOUR_MS, instantOf, wallMs } from './wall-clock.ts'

export type SiteDay = {
  /** Local date on which it begins, `YYYY-MM-DD`. Compares as text. */
  readonly day: string
  /** [startsMs, closesMs): 23 to 25 hours, by the zone's rules. */
  readonly startsMs: number
  readonly closesMs: number
}

function minutesOf(closeAt: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(closeAt) ?? []
  if (hours === undefined || minutes === undefined) throw new TypeError(`close_at must be HH:MM between 00:00 and 23:59, not "${closeAt}"`)
  return Number(hours) * 60 + Number(minutes)
}

/**
 * The site-day that holds the instant `ms`.
 * @throws TypeError when `closeAt` is no `HH:MM`, RangeError when the zone is unknown (both are settings, checked at start).
 */
export function siteDayAt(ms: number, timezone: string, closeAt: string): SiteDay {
  const minutes = minutesOf(closeAt)
  const closeOf = (date: number): number => instantOf(timezone, date + minutes * 60_000)
  const today = Math.floor(wallMs(timezone, ms) / DAY_MS) * DAY_MS
  const date = ms < closeOf(today) ? today - DAY_MS : today
  return { day: new Date(date).toISOString().slice(0, 10), startsMs: closeOf(date), closesMs: closeOf(date + DAY_MS) }
}

/** The hours of a site-day as instants [from, to); the last is shorter where a zone shifts by half an hour. */
export function hoursOf(day: SiteDay): readonly (readonly [from: number, to: number])[] {
  const hours: [number, number][] = []
  for (let from = day.startsMs; from < day.closesMs; from += HOUR_MS) hours.push([from, Math.min(from + HOUR_MS, day.closesMs)])
  return hours
}
