import { expect, test } from 'vitest'
import { chance } from './chance.ts'
import { PLACES } from './places.ts'
import { dayOfVisits } from './visits.ts'

const MONDAY = Date.parse('2026-11-02T00:00:00+01:00')

test('the same seed makes the same town', () => {
  const [place] = PLACES
  if (!place) throw new TypeError('the town has places')
  expect(dayOfVisits(place, MONDAY, 0, chance(7))).toEqual(dayOfVisits(place, MONDAY, 0, chance(7)))
  expect(dayOfVisits(place, MONDAY, 0, chance(8))).not.toEqual(dayOfVisits(place, MONDAY, 0, chance(7)))
})

test('the market hall is livelier on market days', () => {
  const market = PLACES.find((place) => place.id === 'demo-marche')
  if (!market) throw new TypeError('the town has a market')
  const random = chance(1)
  expect(dayOfVisits(market, MONDAY, 5, random).length).toBeGreaterThan(3 * dayOfVisits(market, MONDAY, 0, random).length)
})

test('the town has twelve places of both classes, all marked as demonstration', () => {
  expect(PLACES).toHaveLength(12)
  expect(new Set(PLACES.map((place) => place.class))).toEqual(new Set(['square', 'busy']))
  expect(PLACES.every((place) => place.id.startsWith('demo-'))).toBe(true)
})

test('counts have the mean they were given, small and large', () => {
  const random = chance(3)
  for (const mean of [2, 45, 300]) {
    const draws = Array.from({ length: 400 }, () => random.times(mean))
    const average = draws.reduce((sum, one) => sum + one, 0) / draws.length
    expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(mean / 400))
  }
})
