import { siteDayAt } from '#shared/site-day.ts'

const HALF_DAY_MS = 43_200_000
const MINUTE_MS = 60_000

/** The end of a local day `YYYY-MM-DD`, as minutes since 1970; undefined when it is no date. */
export function endOfDay(date: string, timezone: string): number | undefined {
  const noon = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T12:00:00Z`) : NaN
  if (Number.isNaN(noon)) return undefined
  const days = [noon, noon - HALF_DAY_MS, noon + HALF_DAY_MS].map((ms) => siteDayAt(ms, timezone, '00:00'))
  const closesMs = days.find((one) => one.day === date)?.closesMs
  return closesMs === undefined ? undefined : closesMs / MINUTE_MS
}

/** The local date that ends at this minute. */
export function lastDay(untilMinute: number, timezone: string): string {
  return siteDayAt((untilMinute - 1) * MINUTE_MS, timezone, '00:00').day
}
