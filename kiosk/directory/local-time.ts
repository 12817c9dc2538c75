// Wall time of a town. Opening hours live in it: no instant is ever computed from a local time, so no change of clocks can shift one.

const MS_PER_DAY = 86_400_000
export const MINUTES_PER_DAY = 1_440

/** A moment as the clock on the town hall shows it. */
export type LocalMoment = {
  /** Whole days since 1970-01-01, counted on the local calendar. */
  readonly day: number
  /** Minutes since local midnight, 0 … 1439. */
  readonly minute: number
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(timezone: string): Intl.DateTimeFormat {
  let one = formatters.get(timezone)
  if (!one) {
    one = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
      year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    })
    formatters.set(timezone, one)
  }
  return one
}

/** @param ms milliseconds since the epoch. @param timezone IANA name. */
export function localMoment(ms: number, timezone: string): LocalMoment {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of formatter(timezone).formatToParts(ms)) part[type] = Number(value)
  const day = Date.UTC(part.year ?? 1970, (part.month ?? 1) - 1, part.day ?? 1) / MS_PER_DAY
  return { day, minute: (part.hour ?? 0) * 60 + (part.minute ?? 0) }
}

/** Day number of a `YYYY-MM-DD`. */
export function dayOf(date: string): number {
  return Date.parse(`${date.slice(0, 10)}T00:00Z`) / MS_PER_DAY
}

/** `YYYY-MM-DD` of a day number. */
export function dateOf(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10)
}

/** 0 is Monday, as in RFC 5545 with WKST=MO. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}

export function dayOfMonth(day: number): number {
  return new Date(day * MS_PER_DAY).getUTCDate()
}

/** Months since 1970-01. */
export function monthOf(day: number): number {
  const date = new Date(day * MS_PER_DAY)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}

export function daysInMonth(day: number): number {
  const date = new Date(day * MS_PER_DAY)
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
}

/** Minutes since midnight of `HH:MM[:SS][offset]`; the offset is not believed. 24:00 is 1440. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}

/** `HH:MM`, past midnight too. */
export function clockText(minute: number): string {
  const within = ((minute % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`
}
