import { expect, test } from 'vitest'
import { manualClock, type Clock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { SQUARE } from '#test/support/portal-town.ts'
import { createSightings } from './sightings.ts'

const PHONE = '02007f000002' as MacAddress
const MARKET = { ...SQUARE, id: 'market', match: { vlan: '20' } }

/** A neighbour table that the test fills by hand. */
function town(sites: Parameters<typeof createSightings>[0]) {
  const seen: string[] = []
  const clock = manualClock(0)
  let timers = 0
  const counting: Clock = {
    ...clock,
    after(ms, task) {
      timers++
      return clock.after(ms, () => {
        timers--
        task()
      })
    },
  }
  let appear: (mac: MacAddress) => void = () => {}
  const neighbours = { start: async () => {}, stop: async () => {}, asker: async () => ({ kind: 'unknown' }) as const, onSighting: (listener: typeof appear) => void (appear = listener) }
  const sightings = createSightings(sites, neighbours, { sighted: (site) => void seen.push(site), sessionStarted: () => {}, sessionEnded: () => {} }, counting)
  return { seen, clock, timers: () => timers, sightings, appear: (mac: MacAddress) => appear(mac) }
}

test('where there is one site, a device counts from its association on', () => {
  const { seen, appear } = town([SQUARE])
  appear(PHONE)
  expect(seen).toEqual(['default'])
})

test('where there are several, a device counts at the site it asked from, and nowhere before', () => {
  const { seen, appear, sightings } = town([SQUARE, MARKET])
  appear(PHONE)
  expect(seen).toEqual([])
  sightings.asked('market', PHONE)
  sightings.asked('market', PHONE)
  appear(PHONE)
  expect(seen).toEqual(['market', 'market'])
})

test('a device that stays is remembered, one that left is forgotten within half an hour', () => {
  const { seen, appear, clock, sightings } = town([SQUARE, MARKET])
  sightings.asked('market', PHONE)
  for (let minute = 0; minute < 120; minute++) {
    clock.advance(60_000)
    appear(PHONE)
  }
  expect(seen).toHaveLength(121)
  clock.advance(31 * 60_000)
  seen.length = 0
  appear(PHONE)
  expect(seen).toEqual([])
})

test('the evening’s last device leaves the memory though nobody comes after it', () => {
  const { seen, clock, timers, sightings } = town([SQUARE, MARKET])
  sightings.asked('market', PHONE)
  clock.advance(20 * 60_000)
  sightings.asked('market', PHONE)
  expect(seen).toHaveLength(1)
  // One runs while somebody is remembered, and ends when nobody is.
  expect(timers()).toBe(1)
  clock.advance(30 * 60_000)
  expect(timers()).toBe(0)
  sightings.asked('market', PHONE)
  expect(timers()).toBe(1)
})
