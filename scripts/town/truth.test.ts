import { expect, test } from 'vitest'
import { ownPlaces } from './own-places.ts'
import type { Journey } from './plan.ts'
import { createTruth } from './truth.ts'

const [square, station] = ownPlaces(100)
const DAY = Date.parse('2026-11-02T04:00:00+01:00')
const HOUR_MS = 3_600_000

function journey(address: string, hour: number, stayMinutes: number): Journey {
  if (!station) throw new TypeError('the town has a station')
  return { place: station, address, language: 'fr', manner: stayMinutes === 0 ? 'reads' : 'leaves', arriveMs: DAY + hour * HOUR_MS + 60_000, stayMinutes }
}

test('a device arrives once a day, starts at most three sessions that count, and dwells as long as all of them together', () => {
  const truth = createTruth()
  for (const [address, hour, stay] of [['127.1.0.1', 2, 7], ['127.1.0.1', 5, 7], ['127.1.0.1', 6, 7], ['127.1.0.1', 7, 7], ['127.1.0.2', 5, 0]] as const) {
    truth.came(journey(address, hour, stay))
    if (stay > 0) truth.connected(journey(address, hour, stay))
  }
  const cell = (release: string, bin = 'all', fromMs = DAY, toMs = DAY + 24 * HOUR_MS) => truth.value({ site: 'gare', release, bin, fromMs, toMs })
  expect(cell('arrivals')).toBe(2)
  expect(cell('arrivals', 'all', DAY + 5 * HOUR_MS, DAY + 6 * HOUR_MS)).toBe(1)
  expect(cell('sessions')).toBe(3)
  expect(cell('dwell', '20-40min')).toBe(1)
  expect(cell('dwell', '5-10min')).toBe(0)
  expect(cell('dwell', '320min+')).toBe(0)
  expect(cell('arrivals', 'all', DAY + 24 * HOUR_MS, DAY + 48 * HOUR_MS)).toBe(0)
  expect(cell('language')).toBeUndefined()
  expect(truth.value({ site: square?.id ?? '', release: 'arrivals', bin: 'all', fromMs: DAY, toMs: DAY + HOUR_MS })).toBe(0)
})
