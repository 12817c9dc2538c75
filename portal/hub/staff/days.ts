import type { CellRow } from '../store/store.ts'
import { combine, sum, type Estimate } from './noise.ts'

/** Cells up to this long are hours; longer ones tell of a whole site-day. */
const HOUR_MS = 3_600_000
const FULL_COVERAGE = 60

/** A closed site-day, named by the local date on which it opened. */
export type Day = {
  readonly date: string
  /** Undefined where nothing was released: a gap. */
  readonly arrivals: Estimate | undefined
  readonly sessions: Estimate | undefined
  /** Share of the day during which the gateway counted, 0–1. */
  readonly coverage: number
  readonly cells: readonly CellRow[]
}

type Zoned = { readonly timezone: string }

type Format = 'date' | 'time'
const FORMATS: Readonly<Record<Format, readonly [locale: string, options: Intl.DateTimeFormatOptions]>> = {
  date: ['en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }],
  time: ['en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }],
}
const made = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter costs a hundred times more than using it. */
function local(format: Format, { timezone }: Zoned, ms: number): string {
  const name = `${format} ${timezone}`
  let one = made.get(name)
  if (!one) {
    const [locale, options] = FORMATS[format]
    made.set(name, (one = new Intl.DateTimeFormat(locale, { ...options, timeZone: timezone })))
  }
  return one.format(ms)
}

/** The local date `YYYY-MM-DD` of an instant. */
export function localDate(zone: Zoned, ms: number): string {
  return local('date', zone, ms)
}

export function nextDate(date: string, days = 1): string {
  return new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

export function isHour({ fromMs, toMs }: CellRow): boolean {
  return toMs - fromMs <= HOUR_MS
}

/** Local wall time `HH:MM` of an instant; compares as text. */
function localTime(zone: Zoned, ms: number): string {
  return local('time', zone, ms)
}

type Interval = { readonly fromMs: number; readonly toMs: number; readonly cells: CellRow[] }

/**
 * The complete site-days in `cells`, oldest first, a gap for each date between them without a release. A day is complete once
 * its day cells were released and its end has passed: hours of a day that still runs are never shown ("today so far").
 * Hours of a day whose close nobody was there to count come without a total, once a later day is complete.
 */
export function completeDays(site: Zoned, cells: readonly CellRow[], nowMs: number): Day[] {
  const intervals = new Map<number, Interval>()
  for (const cell of cells) {
    if (!isHour(cell) && cell.toMs <= nowMs) intervals.set(cell.fromMs, { fromMs: cell.fromMs, toMs: cell.toMs, cells: [] })
  }
  const ordered = [...intervals.values()].sort((a, b) => a.fromMs - b.fromMs)
  const orphans: CellRow[] = []
  for (const cell of cells) (ordered.findLast(({ fromMs, toMs }) => fromMs <= cell.fromMs && cell.toMs <= toMs)?.cells ?? orphans).push(cell)
  const last = ordered.at(-1)
  if (!last) return []
  const days = [...ordered.map((interval) => dayOf(site, interval)), ...brokenDays(site, orphans.filter(({ toMs }) => toMs <= last.toMs), localTime(site, last.fromMs))]
  return withGaps(days.sort((a, b) => (a.date < b.date ? -1 : 1)))
}

function dayOf(site: Zoned, { fromMs, toMs, cells }: Interval): Day {
  const of = (release: string) => totalOf(cells.filter((cell) => cell.release === release), toMs - fromMs)
  return { date: localDate(site, fromMs), arrivals: of('arrivals'), sessions: of('sessions'), coverage: coverageOf(cells, toMs - fromMs), cells }
}

/** Days that have hours and no close, by the wall time at which this site's days begin. */
function brokenDays(site: Zoned, orphans: readonly CellRow[], closeAt: string): Day[] {
  const byDate = Map.groupBy(orphans, ({ fromMs }) => {
    const date = localDate(site, fromMs)
    return localTime(site, fromMs) < closeAt ? nextDate(date, -1) : date
  })
  return [...byDate].map(([date, cells]) => ({ date, arrivals: undefined, sessions: undefined, coverage: coverageOf(cells, 24 * HOUR_MS), cells }))
}

/** Hours count only when all are there: a sum with holes would pass for a quiet day. */
function totalOf(cells: readonly CellRow[], lengthMs: number): Estimate | undefined {
  const estimates = (some: readonly CellRow[]) => some.map(({ value, sdMilli }): Estimate => ({ value, sd: sdMilli / 1_000, single: true }))
  const hours = cells.filter(isHour)
  const days = cells.filter((cell) => !isHour(cell))
  const hourly = covered(hours) >= lengthMs ? sum(estimates(hours)) : undefined
  const daily = days.length > 0 ? sum(estimates(days)) : undefined
  return hourly && daily ? combine(hourly, daily) : (daily ?? hourly)
}

/** Milliseconds of distinct hours, whichever gateways told of them. */
function covered(hours: readonly CellRow[]): number {
  const lengths = new Map(hours.map(({ fromMs, toMs }) => [fromMs, toMs - fromMs]))
  return [...lengths.values()].reduce((total, length) => total + length, 0)
}

function coverageOf(cells: readonly CellRow[], lengthMs: number): number {
  const hours = new Map<number, number>()
  for (const cell of cells.filter(isHour)) hours.set(cell.fromMs, Math.max(hours.get(cell.fromMs) ?? 0, ((cell.toMs - cell.fromMs) * cell.coverage) / FULL_COVERAGE))
  if (hours.size > 0) return [...hours.values()].reduce((total, ms) => total + ms, 0) / lengthMs
  return Math.max(0, ...cells.map(({ coverage }) => coverage)) / FULL_COVERAGE
}

function withGaps(days: readonly Day[]): Day[] {
  const all: Day[] = []
  for (const day of days) {
    const last = all.at(-1)
    for (let date = last && nextDate(last.date); date !== undefined && date < day.date; date = nextDate(date)) all.push(gap(date))
    all.push(day)
  }
  return all
}

export function gap(date: string): Day {
  return { date, arrivals: undefined, sessions: undefined, coverage: 0, cells: [] }
}
