// The places of `npm run town`: a square and a busy station, so that both classes' releases are seen.
import type { Place } from './places.ts'

const HOURS = 24
const SHARE_OF_SQUARE = 0.2
const rhythm = (from: number, to: number, peaks: Readonly<Record<number, number>>): readonly number[] =>
  Array.from({ length: HOURS }, (_, hour) => (hour >= from && hour < to ? (peaks[hour] ?? 1) : 0))
const EVERY_DAY = [1, 1, 1, 1, 1, 1, 1] as const
/** Visits of a device and day: some come twice (visits.ts). */
const VISITS_OF_A_DEVICE = 1.18

/** About `visits` a day in all. Nobody comes so late that a visit could run into the close at four. */
export function ownPlaces(visits: number): Place[] {
  const devices = visits / VISITS_OF_A_DEVICE
  return [
    { id: 'place', name: 'Place de la Fontaine', class: 'square', devices: devices * SHARE_OF_SQUARE, rhythm: rhythm(7, 22, { 12: 2, 17: 2 }), week: EVERY_DAY, stayMinutes: 16 },
    { id: 'gare', name: 'Gare', class: 'busy', devices: devices * (1 - SHARE_OF_SQUARE), rhythm: rhythm(5, 23, { 7: 4, 8: 4, 12: 2, 17: 4, 18: 3 }), week: EVERY_DAY, stayMinutes: 11 },
  ]
}
