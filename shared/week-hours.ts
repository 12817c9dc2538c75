/** The opening hours of a place: local wall times by the day of the week, and what they come to as instants. Pure. */
import { DAY_MS, instantOf, wallMs } from './wall-clock.ts'

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

/** Minutes after midnight; `to` beyond 1,440 reaches into the next day. */
export type Span = { readonly from: number; readonly to: number }
/** Seven lists, Monday first. */
export type WeekHours = readonly (readonly Span[])[]

const DAY_MINUTES = 1_440
const MINUTE_MS = 60_000
/** Over this many days at least one opening and one closing are found, if there are any. */
const SEARCHED_DAYS = 8
const MOST_SPANS = 8
const FORM = 'hours such as "07:00-22:00", several separated by spaces, "00:00-24:00" or "closed"'

function minutes(text: string): number {
  const [, hour = '', minute = ''] = /^(\d{2}):([0-5]\d)$/.exec(text) ?? []
  const value = Number(hour) * 60 + Number(minute)
  if (hour === '' || value > DAY_MINUTES) throw new TypeError(`expected ${FORM}`)
  return value
}

/** `07:00-12:00 14:00-02:00`: a span that ends before it begins reaches into the next day. @throws TypeError */
export function parseSpans(text: string): readonly Span[] {
  if (text.trim() === 'closed') return []
  const parts = text.trim().split(/\s+/)
  if (parts.length > MOST_SPANS) throw new TypeError(`expected ${FORM}`)
  return parts.map((part) => {
    const [first = '', last = '', ...more] = part.split('-')
    const [from, to] = [minutes(first), minutes(last)]
    if (more.length > 0 || from === to || from === DAY_MINUTES) throw new TypeError(`expected ${FORM}`)
    return { from, to: to > from ? to : to + DAY_MINUTES }
  })
}

function isDay(name: string): name is Day {
  return DAYS.some((day) => day === name)
}

/** A text holds for every day; a table names days, and those it does not name are closed. @throws TypeError */
export function parseWeekHours(value: unknown): WeekHours {
  if (typeof value === 'string') return DAYS.map(() => parseSpans(value))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`expected ${FORM}, or a table of days (${DAYS.join(', ')})`)
  const named = new Map<Day, readonly Span[]>()
  for (const [name, hours] of Object.entries(value)) {
    if (!isDay(name)) throw new TypeError(`${name} is none of ${DAYS.join(', ')}`)
    if (typeof hours !== 'string') throw new TypeError(`expected ${FORM}`)
    named.set(name, parseSpans(hours))
  }
  return DAYS.map((day) => named.get(day) ?? [])
}

/** Open spans around an instant, in order, those that touch or overlap joined: a night through Sunday is one. */
function spansAround(hours: WeekHours, timezone: string, nowMs: number): readonly { fromMs: number; toMs: number }[] {
  const today = Math.floor(wallMs(timezone, nowMs) / DAY_MS) * DAY_MS
  const found: { fromMs: number; toMs: number }[] = []
  for (let offset = -1; offset <= SEARCHED_DAYS; offset++) {
    const midnight = today + offset * DAY_MS
    // 1970-01-01 was a Thursday.
    const weekday = (Math.floor(midnight / DAY_MS) + 3) % DAYS.length
    for (const { from, to } of hours[weekday] ?? []) found.push({ fromMs: instantOf(timezone, midnight + from * MINUTE_MS), toMs: instantOf(timezone, midnight + to * MINUTE_MS) })
  }
  const joined: { fromMs: number; toMs: number }[] = []
  for (const span of found.sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1)
    if (last && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs)
    else joined.push({ ...span })
  }
  return joined
}

/** `untilMs`: when that changes; absent when it does not within a week. */
export type Openness = { readonly open: boolean; readonly untilMs?: number }

export function opennessAt(hours: WeekHours, timezone: string, nowMs: number): Openness {
  const spans = spansAround(hours, timezone, nowMs)
  const current = spans.find(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs)
  // Open for as long as was searched: always open.
  if (current) return current.toMs - nowMs > (SEARCHED_DAYS - 1) * DAY_MS ? { open: true } : { open: true, untilMs: current.toMs }
  const next = spans.find(({ fromMs }) => fromMs > nowMs)
  return next ? { open: false, untilMs: next.fromMs } : { open: false }
}
