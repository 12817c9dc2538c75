/**
 * HSDS schedules (a part of RFC 5545 §3.3.10) as rules on local days. The schedule's `timezone`, a fixed offset, is not
 * believed: it would be wrong for half of the year. What this file cannot read makes the hours unknown, never "closed".
 */
import { numberOf, textOf, type Row } from './hsds.ts'
import { dayOf, dayOfMonth, daysInMonth, minuteOf, MINUTES_PER_DAY, monthOf, weekdayOf } from './local-time.ts'

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
/** Far enough for COUNT: a weekly offer of ten years. */
const MOST_DAYS_COUNTED = 3_660

/** A weekday, and which of the month when it has a number: 1MO, -1FR. */
type ByDay = { readonly weekday: number; readonly nth: number }

/** One line of opening hours. Plain data, so that it can be stored with the entry. */
export type OpeningRule = {
  readonly freq: 'WEEKLY' | 'MONTHLY' | 'ONCE'
  readonly interval: number
  readonly days: readonly ByDay[]
  readonly monthDays: readonly number[]
  /** Day numbers; the rule holds from `first` to `last`, both included. `start` is where intervals are counted from. */
  readonly start: number | null
  readonly first: number | null
  readonly last: number | null
  readonly weekStart: number
  /** Minutes since local midnight; `closes` is past 1440 when the slot ends after midnight. */
  readonly opens: number
  readonly closes: number
}

export type Hours = {
  readonly rules: readonly OpeningRule[]
  /** At least one schedule could not be read: where no rule says "open", nobody knows. */
  readonly incomplete: boolean
}

function parseByDay(text: string | undefined): ByDay[] | undefined {
  const days: ByDay[] = []
  for (const part of (text ?? '').toUpperCase().split(/[,;\s]+/).filter(Boolean)) {
    const match = /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/.exec(part)
    if (!match) return undefined
    days.push({ weekday: WEEKDAYS.indexOf(match[2] ?? ''), nth: Number(match[1] ?? 0) })
  }
  return days
}

function parseMonthDays(text: string | undefined): number[] | undefined {
  const days = (text ?? '').split(/[,;\s]+/).filter(Boolean).map(Number)
  return days.every((day) => Number.isInteger(day) && day !== 0 && Math.abs(day) <= 31) ? days : undefined
}

function optionalDay(row: Row, field: string): number | null {
  const text = textOf(row, field)
  return text === undefined ? null : dayOf(text)
}

/** The later of two optional bounds. */
function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b)
}
function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

/** The rule of a schedule row, or undefined when it says nothing that can be relied on. */
export function parseSchedule(row: Row): OpeningRule | undefined {
  const opensAt = textOf(row, 'opens_at')
  const closesAt = textOf(row, 'closes_at')
  const days = parseByDay(textOf(row, 'byday'))
  const monthDays = parseMonthDays(textOf(row, 'bymonthday'))
  const interval = numberOf(row, 'interval') ?? 1
  const start = optionalDay(row, 'dtstart')
  if (!opensAt || !closesAt || !days || !monthDays || !Number.isInteger(interval) || interval < 1) return undefined
  if (textOf(row, 'byweekno') ?? textOf(row, 'byyearday')) return undefined
  if (interval > 1 && start === null) return undefined

  const named = textOf(row, 'freq')
  const freq = named === 'WEEKLY' || named === 'MONTHLY' ? named : days.length > 0 ? 'WEEKLY' : 'ONCE'
  if (freq === 'WEEKLY' && (monthDays.length > 0 || days.some((day) => day.nth !== 0))) return undefined
  if (start === null && (freq === 'ONCE' || (days.length === 0 && monthDays.length === 0))) return undefined

  const opens = minuteOf(opensAt)
  const sameDay = minuteOf(closesAt)
  const rule: OpeningRule = {
    freq, interval, days, monthDays, start, opens,
    // 22:00–02:00 ends tomorrow; 00:00–00:00 is the whole day.
    closes: sameDay > opens ? sameDay : sameDay + MINUTES_PER_DAY,
    first: latest(start, optionalDay(row, 'valid_from')),
    last: earliest(optionalDay(row, 'until'), optionalDay(row, 'valid_to')),
    weekStart: Math.max(0, WEEKDAYS.indexOf(textOf(row, 'wkst') ?? 'MO')),
  }
  const count = numberOf(row, 'count')
  if (count === undefined) return rule
  const counted = lastCounted(rule, count)
  return counted === undefined ? undefined : { ...rule, last: earliest(rule.last, counted) }
}

/** The day of the `count`-th occurrence. */
function lastCounted(rule: OpeningRule, count: number): number | undefined {
  if (rule.start === null || count < 1) return undefined
  let left = count
  for (let day = rule.start; day < rule.start + MOST_DAYS_COUNTED; day++) {
    if (recurs(rule, day) && --left === 0) return day
  }
  return undefined
}

function isNth(day: number, { weekday, nth }: ByDay): boolean {
  if (weekdayOf(day) !== weekday) return false
  const date = dayOfMonth(day)
  return nth === 0 || Math.ceil(date / 7) === nth || -Math.ceil((daysInMonth(day) - date + 1) / 7) === nth
}

function isMonthDay(day: number, wanted: number): boolean {
  const date = dayOfMonth(day)
  return wanted > 0 ? date === wanted : date === daysInMonth(day) + 1 + wanted
}

const RECURS: Readonly<Record<OpeningRule['freq'], (rule: OpeningRule, day: number) => boolean>> = {
  ONCE: (rule, day) => day === rule.start,
  WEEKLY(rule, day) {
    const weekOf = (one: number) => Math.floor((one - ((weekdayOf(one) - rule.weekStart + 7) % 7)) / 7)
    if (rule.start !== null && (weekOf(day) - weekOf(rule.start)) % rule.interval !== 0) return false
    const weekday = weekdayOf(day)
    return rule.days.length > 0 ? rule.days.some((one) => one.weekday === weekday) : rule.start !== null && weekday === weekdayOf(rule.start)
  },
  MONTHLY(rule, day) {
    if (rule.start !== null && (monthOf(day) - monthOf(rule.start)) % rule.interval !== 0) return false
    if (rule.days.length === 0 && rule.monthDays.length === 0) return rule.start !== null && dayOfMonth(day) === dayOfMonth(rule.start)
    if (rule.days.length > 0 && !rule.days.some((one) => isNth(day, one))) return false
    return rule.monthDays.length === 0 || rule.monthDays.some((wanted) => isMonthDay(day, wanted))
  },
}

function recurs(rule: OpeningRule, day: number): boolean {
  return RECURS[rule.freq](rule, day)
}

/** True when a slot of this rule begins on that local day. */
export function holdsOn(rule: OpeningRule, day: number): boolean {
  if (rule.first !== null && day < rule.first) return false
  if (rule.last !== null && day > rule.last) return false
  return recurs(rule, day)
}

/** The hours that a set of schedule rows describes together. */
export function parseHours(schedules: readonly Row[]): Hours {
  const rules = schedules.map(parseSchedule)
  return { rules: rules.filter((rule) => rule !== undefined), incomplete: rules.includes(undefined) || rules.length === 0 }
}
