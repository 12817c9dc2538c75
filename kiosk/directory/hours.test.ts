import { describe, expect, test } from 'vitest'
import { parseHours } from './hours.ts'
import { localMoment } from './local-time.ts'
import { openState, slotsOn } from './open-state.ts'

const PARIS = 'Europe/Paris'
const at = (instant: string, zone = PARIS) => localMoment(Date.parse(instant), zone)
const week = (byday: string, opens_at: string, closes_at: string, more: object = {}) => ({ id: 'h', freq: 'WEEKLY', byday, opens_at, closes_at, ...more })
const clinic = parseHours([week('MO,TU,WE,TH,FR', '09:00', '12:00'), week('MO,TU,WE,TH,FR', '14:00', '18:00'), week('SA', '09:00', '12:30')])

describe('the three answers', () => {
  // 2026-11-24 is a Tuesday; Paris is one hour ahead of UTC.
  test('open until the end of the slot', () => expect(openState(clinic, at('2026-11-24T08:30Z'))).toEqual({ kind: 'open', until: '12:00', minutesLeft: 150, allDay: false }))
  test('the minute of opening is open, the minute of closing is not', () => {
    expect(openState(clinic, at('2026-11-24T08:00Z')).kind).toBe('open')
    expect(openState(clinic, at('2026-11-24T07:59Z')).kind).toBe('closed')
    expect(openState(clinic, at('2026-11-24T11:00Z')).kind).toBe('closed')
  })
  test('closed at noon, opens today', () => expect(openState(clinic, at('2026-11-24T11:30Z'))).toEqual({ kind: 'closed', opens: { at: '14:00', date: '2026-11-24', inDays: 0 } }))
  test('closed on Saturday evening, opens on Monday', () =>
    expect(openState(clinic, at('2026-11-28T17:00Z'))).toEqual({ kind: 'closed', opens: { at: '09:00', date: '2026-11-30', inDays: 2 } }))
  test('no hours at all are unknown hours', () => expect(openState(parseHours([]), at('2026-11-24T08:30Z'))).toEqual({ kind: 'unknown' }))
})

test.each([
  ['words only', { notes: 'sur rendez-vous' }], ['a week number', { byweekno: '41' }], ['days that are none', { byday: 'LUNDI' }], ['every second week since nobody knows when', { interval: 2 }],
  ['only an opening', { closes_at: undefined }],
])('hours in %s are unknown, never closed', (_, more) => {
  const row = Object.fromEntries(Object.entries({ ...week('MO', '09:00', '12:00'), ...more }).filter((pair): pair is [string, string | number] => pair[1] !== undefined))
  const hours = parseHours(Object.hasOwn(more, 'notes') ? [{ id: 'h', ...more } as Record<string, string>] : [row])
  expect(openState(hours, at('2026-11-23T20:00Z'))).toEqual({ kind: 'unknown' })
})

test('one slot that can be read says open, though another cannot be read', () => {
  const hours = parseHours([week('MO', '09:00', '12:00'), { id: 'x', byweekno: '3', opens_at: '09:00', closes_at: '10:00' }])
  expect(openState(hours, at('2026-11-23T09:00Z')).kind).toBe('open')
  expect(openState(hours, at('2026-11-23T14:00Z')).kind).toBe('unknown')
})

describe('over midnight', () => {
  const bar = parseHours([week('FR,SA', '18:00', '02:00')])
  test('still open at one in the morning after', () => expect(openState(bar, at('2026-11-28T00:30Z'))).toMatchObject({ kind: 'open', until: '02:00', minutesLeft: 30 }))
  test('Sunday after two it is over', () => expect(openState(bar, at('2026-11-29T01:30Z'))).toMatchObject({ kind: 'closed', opens: { date: '2026-12-04' } }))
  test('day and night is said as such', () => expect(openState(parseHours([week('MO,TU,WE,TH,FR,SA,SU', '00:00', '24:00')]), at('2026-11-24T23:30Z'))).toMatchObject({ kind: 'open', allDay: true }))
  test('midnight between two full days closes nothing', () => {
    const night = parseHours([week('MO', '20:00', '24:00'), week('TU', '00:00', '06:00')])
    expect(openState(night, at('2026-11-23T22:30Z'))).toMatchObject({ kind: 'open', until: '06:00' })
  })
})

describe('when the clocks change', () => {
  const office = parseHours([week('MO,TU,WE,TH,FR,SA,SU', '09:00', '17:00', { timezone: 3 })])
  test.each([['the day before spring', '2026-03-28T08:00Z'], ['the day of spring', '2026-03-29T07:00Z'], ['the day before autumn', '2026-10-24T07:00Z'], ['the day of autumn', '2026-10-25T08:00Z']])(
    '%s the door opens at nine by the clock on the wall', (_, instant) => {
      expect(openState(office, at(instant))).toMatchObject({ kind: 'open', until: '17:00', minutesLeft: 480 })
      expect(openState(office, localMoment(Date.parse(instant) - 60_000, PARIS)).kind).toBe('closed')
    })
  test('in the hour that comes twice a night shelter stays open both times', () => {
    const shelter = parseHours([week('SA', '18:00', '08:00')])
    for (const instant of ['2026-10-25T00:30Z', '2026-10-25T01:30Z']) expect(openState(shelter, at(instant))).toMatchObject({ kind: 'open', until: '08:00' })
  })
  test('in the night with no half past two, nothing opens a day late', () => {
    const bakery = parseHours([week('SU', '02:30', '12:00')])
    expect(openState(bakery, at('2026-03-29T00:59Z'))).toMatchObject({ kind: 'closed', opens: { inDays: 0 } })
    expect(openState(bakery, at('2026-03-29T01:00Z')).kind).toBe('open')
  })
  test('the same hours are read by the clock of another town', () => {
    expect(openState(office, at('2026-07-01T01:00Z', 'Asia/Tokyo')).kind).toBe('open')
    expect(openState(office, at('2026-07-01T01:00Z', 'America/New_York')).kind).toBe('closed')
  })
})

describe('rules that recur', () => {
  const days = (row: object, from: string, length: number) => {
    const hours = parseHours([row as Record<string, string | number>])
    const first = Date.parse(`${from}T00:00Z`) / 86_400_000
    return Array.from({ length }, (_, ahead) => first + ahead).filter((day) => slotsOn(hours, day).length > 0).map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10))
  }
  test('every second week counts from its start', () =>
    expect(days(week('WE', '09:00', '10:00', { interval: 2, dtstart: '2026-11-04' }), '2026-11-01', 40)).toEqual(['2026-11-04', '2026-11-18', '2026-12-02']))
  test('WKST moves the edge of the week (RFC 5545, the example with TU,SU)', () => {
    const rule = { interval: 2, dtstart: '1997-08-05', count: 4 }
    expect(days(week('TU,SU', '09:00', '10:00', { ...rule, wkst: 'MO' }), '1997-08-01', 40)).toEqual(['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'])
    expect(days(week('TU,SU', '09:00', '10:00', { ...rule, wkst: 'SU' }), '1997-08-01', 40)).toEqual(['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'])
  })
  test('first and last weekday of the month', () => {
    const monthly = (byday: string) => ({ id: 'h', freq: 'MONTHLY', byday, opens_at: '09:00', closes_at: '10:00' })
    expect(days(monthly('1SA'), '2026-11-01', 60)).toEqual(['2026-11-07', '2026-12-05'])
    expect(days(monthly('-1FR'), '2026-11-01', 60)).toEqual(['2026-11-27', '2026-12-25'])
  })
  test('days of the month, from its end too', () =>
    expect(days({ id: 'h', freq: 'MONTHLY', bymonthday: '15,-1', opens_at: '09:00', closes_at: '10:00' }, '2026-02-01', 30)).toEqual(['2026-02-15', '2026-02-28']))
  test('UNTIL, valid_from and valid_to bound a rule, their days included', () => {
    expect(days(week('MO', '09:00', '10:00', { until: '2026-11-16' }), '2026-11-01', 30)).toEqual(['2026-11-02', '2026-11-09', '2026-11-16'])
    expect(days(week('MO', '09:00', '10:00', { valid_from: '2026-11-09', valid_to: '2026-11-16' }), '2026-11-01', 30)).toEqual(['2026-11-09', '2026-11-16'])
  })
  test('a single date is open once', () => expect(days({ id: 'h', dtstart: '2026-11-11', opens_at: '09:00', closes_at: '10:00' }, '2026-11-01', 30)).toEqual(['2026-11-11']))
})
