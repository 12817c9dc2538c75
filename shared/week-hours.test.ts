import { expect, test } from 'vitest'
import { opennessAt, parseSpans, parseWeekHours } from './week-hours.ts'

const PARIS = 'Europe/Paris'
const at = (text: string) => Date.parse(text)
const EVERY_DAY = parseWeekHours('07:00-22:00')

test('a place that is open from seven to ten closes at ten and opens at seven, by its own clock', () => {
  expect(opennessAt(EVERY_DAY, PARIS, at('2026-11-23T06:59:59+01:00'))).toEqual({ open: false, untilMs: at('2026-11-23T07:00:00+01:00') })
  expect(opennessAt(EVERY_DAY, PARIS, at('2026-11-23T07:00:00+01:00'))).toEqual({ open: true, untilMs: at('2026-11-23T22:00:00+01:00') })
  expect(opennessAt(EVERY_DAY, PARIS, at('2026-11-23T22:00:00+01:00'))).toEqual({ open: false, untilMs: at('2026-11-24T07:00:00+01:00') })
  expect(opennessAt(EVERY_DAY, 'Africa/Dakar', at('2026-11-23T22:00:00+01:00'))).toMatchObject({ open: true, untilMs: at('2026-11-23T22:00:00Z') })
})

test('on the night when clocks go back it closes at ten by the clock all the same', () => {
  expect(opennessAt(EVERY_DAY, PARIS, at('2026-10-25T00:30:00+02:00')).untilMs).toBe(at('2026-10-25T07:00:00+01:00'))
  expect(opennessAt(parseWeekHours('20:00-04:00'), PARIS, at('2026-10-25T00:30:00+02:00')).untilMs).toBe(at('2026-10-25T04:00:00+01:00'))
})

test('a bar that is open past midnight on Saturday closes on Sunday, and a week without hours says nothing', () => {
  const bar = parseWeekHours({ sat: '18:00-02:00' })
  expect(opennessAt(bar, PARIS, at('2026-11-22T01:00:00+01:00'))).toEqual({ open: true, untilMs: at('2026-11-22T02:00:00+01:00') })
  expect(opennessAt(bar, PARIS, at('2026-11-22T03:00:00+01:00'))).toEqual({ open: false, untilMs: at('2026-11-28T18:00:00+01:00') })
  expect(opennessAt(parseWeekHours('closed'), PARIS, at('2026-11-22T03:00:00+01:00'))).toEqual({ open: false })
})

test('days that join at midnight are one, and a place that never closes has no end', () => {
  expect(opennessAt(parseWeekHours({ sat: '20:00-24:00', sun: '00:00-03:00' }), PARIS, at('2026-11-21T23:00:00+01:00')).untilMs).toBe(at('2026-11-22T03:00:00+01:00'))
  expect(opennessAt(parseWeekHours('00:00-24:00'), PARIS, at('2026-11-21T23:00:00+01:00'))).toEqual({ open: true })
})

test('a lunch break closes twice a day', () => {
  const hours = parseWeekHours({ mon: '08:00-12:00 14:00-18:00' })
  expect(opennessAt(hours, PARIS, at('2026-11-23T11:00:00+01:00')).untilMs).toBe(at('2026-11-23T12:00:00+01:00'))
  expect(opennessAt(hours, PARIS, at('2026-11-23T13:00:00+01:00'))).toEqual({ open: false, untilMs: at('2026-11-23T14:00:00+01:00') })
})

test.each(['', '7-22', '07:00', '07:00-07:00', '25:00-26:00', '24:00-02:00', '07:60-08:00', '07:00-08:00-09:00', Array(9).fill('07:00-08:00').join(' ')])('"%s" is no opening hours', (text) => {
  expect(() => parseSpans(text)).toThrow(TypeError)
})

test('a table names days of the week and nothing else', () => {
  expect(() => parseWeekHours({ monday: '07:00-22:00' })).toThrow(/none of mon/)
  expect(() => parseWeekHours({ mon: 7 })).toThrow(TypeError)
  expect(() => parseWeekHours(['07:00-22:00'])).toThrow(TypeError)
})
