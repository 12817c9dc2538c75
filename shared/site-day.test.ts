import { expect, test } from 'vitest'
import { hoursOf, siteDayAt, type SiteDay } from './site-day.ts'
import { HOUR_MS } from './wall-clock.ts'

const at = (instant: string, timezone = 'Europe/Paris', closeAt = '04:00'): SiteDay => siteDayAt(Date.parse(instant), timezone, closeAt)
const iso = ({ day, startsMs, closesMs }: SiteDay): string[] => [day, new Date(startsMs).toISOString().slice(0, 16), new Date(closesMs).toISOString().slice(0, 16)]

test('a site-day runs from close to close, and an instant at close belongs to the next', () => {
  expect(iso(at('2026-06-10T01:59:59Z'))).toEqual(['2026-06-09', '2026-06-09T02:00', '2026-06-10T02:00'])
  expect(iso(at('2026-06-10T02:00:00Z'))).toEqual(['2026-06-10', '2026-06-10T02:00', '2026-06-11T02:00'])
  expect(iso(at('2026-06-10T23:30:00Z'))).toEqual(['2026-06-10', '2026-06-10T02:00', '2026-06-11T02:00'])
})

test('the day on which clocks go forward has 23 hours, the one on which they go back 25', () => {
  expect(hoursOf(at('2026-03-28T12:00:00Z'))).toHaveLength(23)
  expect(hoursOf(at('2026-03-29T12:00:00Z'))).toHaveLength(24)
  expect(hoursOf(at('2026-10-24T12:00:00Z'))).toHaveLength(25)
  expect(hoursOf(at('2026-03-29T12:00:00Z', 'Europe/Paris', '00:00'))).toHaveLength(23)
})

test('a close at an hour that the clocks skip or repeat is still one instant', () => {
  expect(iso(at('2026-03-29T12:00:00Z', 'Europe/Paris', '02:30'))).toEqual(['2026-03-29', '2026-03-29T01:30', '2026-03-30T00:30'])
  expect(iso(at('2026-10-25T00:45:00Z', 'Europe/Paris', '02:30'))).toEqual(['2026-10-25', '2026-10-25T00:30', '2026-10-26T01:30'])
})

test('zones off the full hour keep hours that start at close; a half-hour shift shortens the last', () => {
  expect(iso(at('2026-06-10T12:00:00Z', 'Asia/Kolkata'))).toEqual(['2026-06-10', '2026-06-09T22:30', '2026-06-10T22:30'])
  const [from, to] = hoursOf(at('2026-04-04T12:00:00Z', 'Australia/Lord_Howe')).at(-1) ?? [0, 0]
  expect(to - from).toBe(HOUR_MS / 2)
})

test('through a whole year, in zones all over the world, days follow one another without gap or overlap', () => {
  for (const timezone of ['Europe/Paris', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca', 'UTC']) {
    let day = at('2026-01-01T12:00:00Z', timezone)
    for (let n = 0; n < 370; n++) {
      const next = siteDayAt(day.closesMs, timezone, '04:00')
      expect(next.startsMs).toBe(day.closesMs)
      expect(next.day > day.day).toBe(true)
      expect([22.5, 23, 23.5, 24, 24.5, 25]).toContain((next.closesMs - next.startsMs) / HOUR_MS)
      day = next
    }
  }
})

test('settings that name no time or no zone are refused', () => {
  expect(() => at('2026-01-01T12:00:00Z', 'Europe/Paris', '4:00')).toThrow(/close_at/)
  expect(() => at('2026-01-01T12:00:00Z', 'Europe/Paris', '24:00')).toThrow(/close_at/)
  expect(() => at('2026-01-01T12:00:00Z', 'Europe/Atlantis')).toThrow(RangeError)
})
