import { expect, test } from 'vitest'
import { chance } from './chance.ts'
import { ownPlaces } from './own-places.ts'
import { addressOf, planActs, planJourneys, type PlanOptions } from './plan.ts'

const MINUTE_MS = 60_000
const NOON = Date.parse('2026-11-02T12:00:00+01:00')
const plan = (more: Partial<PlanOptions> = {}): PlanOptions => ({
  places: ownPlaces(300), nowMs: NOON, days: 1, sessionMinutes: 46, rate: 50, firstDevice: 0, devicesAPlace: 1_000_000, ...more,
})

test('everyone comes and goes between two closes, away from every hour and every edge of a dwell bin', () => {
  const journeys = planJourneys(plan(), chance(1))
  const [open, close] = [Date.parse('2026-11-02T04:00:00+01:00'), Date.parse('2026-11-03T04:00:00+01:00')]
  expect(journeys.length).toBeGreaterThan(200)
  for (const { arriveMs, stayMinutes } of journeys) {
    expect(arriveMs).toBeGreaterThan(open)
    expect(arriveMs + stayMinutes * MINUTE_MS).toBeLessThan(close)
    expect((arriveMs / MINUTE_MS) % 5).toBe(1)
  }
  const stays = journeys.flatMap(({ stayMinutes, manner }) => (manner === 'reads' ? [] : [stayMinutes]))
  expect(new Set(stays.map((stay) => stay % 5))).toEqual(new Set([1, 2]))
  // Two stays of one device, however they are paired.
  expect(new Set(stays.flatMap((one) => stays.map((other) => (one + other) % 5))).has(0)).toBe(false)
})

test('nobody is in two sessions at once, and each session that began ends by button or by time', () => {
  const journeys = planJourneys(plan({ days: 3 }), chance(2))
  const until = new Map<string, number>()
  for (const { address, arriveMs, stayMinutes } of journeys) {
    expect(arriveMs).toBeGreaterThan(until.get(address) ?? 0)
    until.set(address, arriveMs + stayMinutes * MINUTE_MS)
  }
  const acts = planActs(journeys)
  const count = (kind: string) => acts.filter((act) => act.kind === kind).length
  expect(count('arrive')).toBe(journeys.length)
  expect(count('leave') + count('expire')).toBe(journeys.filter(({ manner }) => manner !== 'reads').length)
  expect(acts.every((act, index) => act.atMs >= (acts[index - 1]?.atMs ?? 0))).toBe(true)
})

test('some devices come back on the next day, most do not', () => {
  const journeys = planJourneys(plan({ days: 2 }), chance(3))
  const dayOf = (ms: number): number => Number(ms > NOON + 16 * 60 * MINUTE_MS)
  const [first, second] = [0, 1].map((day) => new Set(journeys.filter(({ arriveMs }) => dayOf(arriveMs) === day).map(({ address }) => address)))
  const back = [...(second ?? [])].filter((address) => first?.has(address)).length
  expect(back).toBeGreaterThan(0)
  expect(back).toBeLessThan((second?.size ?? 0) / 2)
})

test('no slot gets more arrivals than half a minute can take, and too many for the day is said in words', () => {
  const slots = Map.groupBy(planJourneys(plan({ rate: 1 }), chance(4)), ({ arriveMs }) => arriveMs)
  expect(Math.max(...[...slots.values()].map((slot) => slot.length))).toBeLessThanOrEqual(30)
  expect(() => planJourneys(plan({ places: ownPlaces(20_000), rate: 1 }), chance(4))).toThrow(/raise --rate/)
})

test('devices are loopback addresses, all different, none of them the portal’s', () => {
  const addresses = Array.from({ length: 70_000 }, (_, device) => addressOf(device))
  expect(new Set(addresses).size).toBe(70_000)
  expect(addresses[0]).toBe('127.1.0.1')
  expect(addresses.some((address) => /\.(?:0|255)$/.test(address) || address.startsWith('127.0.'))).toBe(false)
})
