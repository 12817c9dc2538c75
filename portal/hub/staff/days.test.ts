import { expect, test } from 'vitest'
import type { CellRow } from '../store/store.ts'
import { completeDays, localDate, nextDate } from './days.ts'

const PARIS = { timezone: 'Europe/Paris' }
const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
function cell(from: string, hours: number, value: number, change: Partial<CellRow> = {}): CellRow {
  return { site: 'gare', release: 'arrivals', bin: 'all', fromMs: at(from), toMs: at(from) + hours * HOUR, value, epsMilli: 350, sdMilli: 4_000, coverage: 60, ...change }
}
/** All hours of the site-day that opens at `from`. */
const hours = (from: string, count = 24) => Array.from({ length: count }, (_, hour) => cell(new Date(at(from) + hour * HOUR).toISOString(), 1, 10))
const LATER = at('2026-12-01T00:00Z')

test('an open day is not told, however many of its hours are there', () => {
  const cells = [...hours('2026-11-05T03:00Z'), cell('2026-11-05T03:00Z', 24, 250), ...hours('2026-11-06T03:00Z', 20)]
  expect(completeDays(PARIS, cells, LATER).map(({ date }) => date)).toEqual(['2026-11-05'])
  expect(completeDays(PARIS, cells, at('2026-11-06T02:59Z'))).toEqual([])
  expect(completeDays(PARIS, hours('2026-11-05T03:00Z'), LATER)).toEqual([])
})

test('hours with a hole are not added up: the day’s own cell stands alone', () => {
  const [whole] = completeDays(PARIS, [...hours('2026-11-05T03:00Z'), cell('2026-11-05T03:00Z', 24, 250, { sdMilli: 9_400 })], LATER)
  expect(whole?.arrivals?.value).toBeGreaterThan(240)
  expect(whole?.arrivals?.sd).toBeLessThan(9.4)
  const [holed] = completeDays(PARIS, [...hours('2026-11-05T03:00Z', 23), cell('2026-11-05T03:00Z', 24, 250, { sdMilli: 9_400 })], LATER)
  expect(holed?.arrivals).toEqual({ value: 250, sd: 9.4, single: true })
  expect(holed?.coverage).toBeCloseTo(23 / 24)
})

test('a day whose close nobody counted keeps its hours and has no total', () => {
  const cells = [cell('2026-11-03T03:00Z', 24, 240), ...hours('2026-11-04T03:00Z', 10), ...hours('2026-11-05T03:00Z'), cell('2026-11-05T03:00Z', 24, 250)]
  const days = completeDays(PARIS, cells, LATER)
  expect(days.map(({ date, arrivals, cells: own }) => [date, arrivals?.value === undefined, own.length])).toEqual([['2026-11-03', false, 1], ['2026-11-04', true, 10], ['2026-11-05', false, 25]])
  expect(days[1]?.coverage).toBeCloseTo(10 / 24)
})

test('hours before the close belong to the day before, also in the night that is an hour longer', () => {
  const night = ['2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z', '2026-10-25T03:00Z'].map((from) => cell(from, 1, 5))
  const days = completeDays(PARIS, [...night, cell('2026-10-26T03:00Z', 24, 30)], LATER)
  expect(days.map(({ date, cells }) => [date, cells.length])).toEqual([['2026-10-24', 3], ['2026-10-25', 1], ['2026-10-26', 1]])
})

test('two gateways of one site add up, and their uncertainty with them', () => {
  const [day] = completeDays(PARIS, [cell('2026-11-05T03:00Z', 24, 30), cell('2026-11-05T03:00Z', 24, 12)], LATER)
  expect(day?.arrivals).toMatchObject({ value: 42, sd: Math.hypot(4, 4), single: false })
})

test('dates without a release between two days are gaps', () => {
  const days = completeDays(PARIS, [cell('2026-11-02T03:00Z', 24, 30), cell('2026-11-05T03:00Z', 24, 12)], LATER)
  expect(days.map(({ date, cells }) => [date, cells.length])).toEqual([['2026-11-02', 1], ['2026-11-03', 0], ['2026-11-04', 0], ['2026-11-05', 1]])
})

test('a day is named by its local date', () => {
  expect(localDate(PARIS, at('2026-11-05T23:30Z'))).toBe('2026-11-06')
  expect(nextDate('2026-02-28')).toBe('2026-03-01')
  expect(nextDate('2026-03-01', -1)).toBe('2026-02-28')
})
