import { nextDate } from './days.ts'

/** Local dates of site-days, both included. */
export type Period = { readonly from: string; readonly to: string }

const LONGEST_DAYS = 366
const DATE = /^(20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/

function isDate(text: string): boolean {
  const ms = DATE.test(text) ? Date.parse(`${text}T00:00Z`) : Number.NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

export function monthPeriod(month: string): Period | undefined {
  if (!MONTH.test(month)) return undefined
  const first = `${month}-01`
  return { from: first, to: nextDate(`${nextDate(first, 31).slice(0, 7)}-01`, -1) }
}

/** `from=` and `to=` when both are there, else `month=YYYY-MM`; undefined when it is neither, or longer than a year. */
export function parsePeriod(query: { month?: string | undefined; from?: string | undefined; to?: string | undefined }): Period | undefined {
  const { from = '', to = '', month = '' } = query
  if (from === '' && to === '') return monthPeriod(month)
  if (!isDate(from) || !isDate(to) || from > to || nextDate(from, LONGEST_DAYS - 1) < to) return undefined
  return { from, to }
}

/** The month before the one of `date`. */
export function monthBefore(date: string): string {
  return nextDate(`${date.slice(0, 7)}-01`, -1).slice(0, 7)
}

/** Instants that hold every site-day of the period, in whatever zone: its ends are checked by date afterwards. */
export function instants({ from, to }: Period): readonly [fromMs: number, toMs: number] {
  return [Date.parse(`${nextDate(from, -1)}T00:00Z`), Date.parse(`${nextDate(to, 3)}T00:00Z`)]
}

/** Every date of the period, oldest first. */
export function dates({ from, to }: Period): string[] {
  const all: string[] = []
  for (let date = from; date <= to; date = nextDate(date)) all.push(date)
  return all
}
