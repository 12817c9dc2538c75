import { expect, test } from 'vitest'
import { DWELL_BINS, dwellBin, PROFILES, RELEASES, releaseKey, releasesOf, type Profile } from './releases.ts'
import { SITE_CLASSES, type SiteClass } from '../place.ts'

function total(siteClass: SiteClass, profile: Profile): number {
  return RELEASES.filter((release) => release.class === siteClass).reduce((sum, { epsMilli }) => sum + (epsMilli[profile] ?? 0), 0)
}

test('a visit-day costs 4.0 under the standard profile, 1.0 and 0.995 under the strict one', () => {
  expect(total('square', 'standard')).toBe(4_000)
  expect(total('busy', 'standard')).toBe(4_000)
  expect(total('busy', 'strict')).toBe(1_000)
  expect(total('square', 'strict')).toBe(995)
})

test('a second boot of a site-day may cost its hours once more: 5.1 at most', () => {
  const hours = releasesOf('busy', 'standard').filter(({ period }) => period === 'hour')
  expect(4_000 + hours.reduce((sum, { eps }) => sum + eps, 0)).toBe(5_100)
})

test('no two releases of a class share their name in the ledger', () => {
  for (const siteClass of SITE_CLASSES) {
    const keys = RELEASES.filter((release) => release.class === siteClass).map(releaseKey)
    expect(new Set(keys).size).toBe(keys.length)
  }
})

test('what is let out now: arrivals and sessions everywhere, dwell at busy sites', () => {
  for (const profile of PROFILES) {
    expect(releasesOf('square', profile).map(({ key }) => key)).toEqual(['arrivals/day', 'sessions/day'])
    expect(releasesOf('busy', profile).map(({ key }) => key)).toEqual(['arrivals/hour', 'arrivals/day', 'sessions/hour', 'dwell/day'])
  }
})

test('each connected time has one of eight bins', () => {
  const minute = 60_000
  expect(DWELL_BINS).toHaveLength(8)
  expect([0, 5 * minute - 1, 5 * minute, 39 * minute, 40 * minute, 320 * minute, 25 * 60 * minute].map(dwellBin)).toEqual([
    '0-5min', '0-5min', '5-10min', '20-40min', '40-80min', '320min+', '320min+',
  ])
})
