/** What a clock on the wall shows in a time zone, and when it shows it. Pure. */
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
