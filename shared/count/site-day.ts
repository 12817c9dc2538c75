/** The calendar of a site: when its days close, in its own time zone, as UTC instants. Pure. */

export type SiteDay = {
  /** Local date on which it begins, `YYYY-MM-DD`. Compares as text. */
  readonly day: string
  /** [startsMs, closesMs): 23 to 25 hours, by the zone's rules. */
  readonly startsMs: number
  readonly closesMs: number
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone)
  if (!format) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, calendar: 'iso8601', numberingSystem: 'latn', ...fields })
    formats.set(timezone, format)
  }
  return format
}

/** The zone's wall time, written as if it were UTC. */
export function wallMs(timezone: string, ms: number): number {
  const part: Record<string, number> = {}
  for (const { type, value } of formatFor(timezone).formatToParts(ms)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function offsetMs(timezone: string, ms: number): number {
  const whole = Math.floor(ms / 1_000) * 1_000
  return wallMs(timezone, whole) - whole
}

/**
 * The instant of a local wall time: its first occurrence where the clocks go back over it, and where they jump over it, as
 * much later as they jump.
 */
export function instantOf(timezone: string, wall: number): number {
  const before = offsetMs(timezone, wall - DAY_MS)
  const after = offsetMs(timezone, wall + DAY_MS)
  for (const offset of [before, after]) {
    if (offsetMs(timezone, wall - offset) === offset) return wall - offset
  }
  return wall - before
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
