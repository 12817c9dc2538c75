import { expect, test } from 'vitest'
import { countsFrom, type OpeningAsked } from './opening.ts'
import { HOUR_MS } from '../wall-clock.ts'

const close = Date.parse('2026-06-11T02:00:00Z')
const base: OpeningAsked = { day: '2026-06-11', nowMs: close, boot: 'b1', sinceOpeningMs: undefined, openings: [], releasedDay: undefined, clockKnown: true }
const opening = (day: string, boot: string, hoursAgo: number) => ({ day, boot, openedMs: close - hoursAgo * HOUR_MS })
const asked = (change: Partial<OpeningAsked>): number | undefined => countsFrom({ ...base, ...change }, close)

test('the first site-day of a database opens at once, at any hour, with any clock', () => {
  expect(asked({ nowMs: close + 5, clockKnown: false })).toBe(close + 5)
})

test('a boot opens the next day at close when twenty hours have gone, else when they have', () => {
  const openings = [opening('2026-06-10', 'b1', 24)]
  expect(asked({ openings, sinceOpeningMs: 24 * HOUR_MS })).toBe(close)
  expect(asked({ openings, sinceOpeningMs: 20 * HOUR_MS - 1 })).toBeUndefined()
  expect(asked({ openings, sinceOpeningMs: 20 * HOUR_MS })).toBe(close)
})

test('a close noticed late counts from the close, or from the twentieth hour when that was later', () => {
  const openings = [opening('2026-06-10', 'b1', 24)]
  expect(asked({ openings, sinceOpeningMs: 24 * HOUR_MS, nowMs: close + 7 })).toBe(close)
  expect(asked({ openings, sinceOpeningMs: 20 * HOUR_MS + 3, nowMs: close + 7 })).toBe(close + 4)
})

test('a wall clock that runs ahead buys no opening: the steady clock rations them', () => {
  expect(asked({ openings: [opening('2026-06-10', 'b1', 3)], sinceOpeningMs: 3 * HOUR_MS })).toBeUndefined()
})

test('a day never opens twice in a boot, nor one that is over, nor one before the last', () => {
  expect(asked({ openings: [opening('2026-06-11', 'b1', 23)], sinceOpeningMs: 23 * HOUR_MS })).toBeUndefined()
  expect(asked({ openings: [opening('2026-06-11', 'b0', 23)], releasedDay: '2026-06-11' })).toBeUndefined()
  expect(asked({ openings: [opening('2026-06-12', 'b0', 23)] })).toBeUndefined()
})

test('after a reboot the day may open once more; a third boot sends heartbeats', () => {
  expect(asked({ openings: [opening('2026-06-11', 'b0', 1)] })).toBe(close)
  expect(asked({ openings: [opening('2026-06-11', 'b0', 22), opening('2026-06-11', 'b2', 21)] })).toBeUndefined()
})

test('across boots there are at most two openings in twenty hours, and none while nothing vouches for the clock', () => {
  const two = [opening('2026-06-10', 'b0', 19), opening('2026-06-11', 'b2', 1)]
  expect(asked({ openings: two })).toBeUndefined()
  expect(asked({ openings: two, nowMs: close + HOUR_MS + 1 })).toBe(close + HOUR_MS + 1)
  expect(asked({ openings: [opening('2026-06-10', 'b0', 19)], clockKnown: false })).toBeUndefined()
  // Openings from what now looks like the future: the clock has gone back.
  expect(asked({ openings: [opening('2026-06-11', 'b0', -2), opening('2026-06-11', 'b2', -3)] })).toBeUndefined()
})
