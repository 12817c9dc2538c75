// The demonstration town: twelve places of both classes, invented, with the rhythm of their days.
import type { Site, SiteClass } from '#shared/place.ts'

/** Relative liveliness of each hour of the local day, 0–23. */
type Rhythm = readonly number[]
const day = (open: number, close: number, peaks: Readonly<Record<number, number>> = {}): Rhythm =>
  Array.from({ length: 24 }, (_, hour) => (hour >= open && hour < close ? (peaks[hour] ?? 1) : 0))

export type Place = {
  readonly id: string
  readonly name: string
  readonly class: SiteClass
  /** Devices on an ordinary day. */
  readonly devices: number
  readonly rhythm: Rhythm
  /** Factor of each day of the week, Monday first. */
  readonly week: readonly [number, number, number, number, number, number, number]
  /** Minutes that half of the visits exceed. */
  readonly stayMinutes: number
}

const EVERY_DAY = [1, 1, 1, 1, 1.1, 1.1, 0.8] as const
const OFFICE = [1.1, 1, 1.1, 1, 0.9, 0.2, 0.05] as const
const WEEKEND = [0.6, 0.7, 1, 0.7, 0.9, 1.8, 1.5] as const
const MARKET_DAYS = [0.5, 0.6, 2.6, 0.6, 0.8, 2.9, 0.5] as const

export const PLACES: readonly Place[] = [
  { id: 'demo-mairie', name: 'Place de la Mairie', class: 'square', devices: 42, rhythm: day(7, 21, { 12: 2, 17: 2 }), week: OFFICE, stayMinutes: 14 },
  { id: 'demo-gare', name: 'Gare routière', class: 'busy', devices: 460, rhythm: day(5, 24, { 7: 4, 8: 4, 12: 2, 17: 4, 18: 3 }), week: [1.2, 1.1, 1.1, 1.1, 1.3, 0.7, 0.6], stayMinutes: 9 },
  { id: 'demo-mediatheque', name: 'Médiathèque', class: 'busy', devices: 310, rhythm: day(9, 19, { 14: 2, 15: 2, 16: 2 }), week: [0.1, 1, 1.5, 1, 1, 1.6, 0.2], stayMinutes: 62 },
  { id: 'demo-marche', name: 'Halle du marché', class: 'busy', devices: 270, rhythm: day(6, 15, { 9: 4, 10: 5, 11: 4 }), week: MARKET_DAYS, stayMinutes: 21 },
  { id: 'demo-ccas', name: 'Maison des solidarités', class: 'square', devices: 31, rhythm: day(8, 18, { 9: 3, 14: 2 }), week: OFFICE, stayMinutes: 48 },
  { id: 'demo-jardin', name: 'Jardin des Tilleuls', class: 'square', devices: 23, rhythm: day(8, 21, { 12: 2, 16: 3, 17: 3 }), week: WEEKEND, stayMinutes: 27 },
  { id: 'demo-stade', name: 'Stade du Moulin', class: 'square', devices: 18, rhythm: day(9, 22, { 18: 3, 19: 3 }), week: WEEKEND, stayMinutes: 55 },
  { id: 'demo-piscine', name: 'Piscine', class: 'square', devices: 26, rhythm: day(9, 21, { 17: 2, 18: 2 }), week: WEEKEND, stayMinutes: 40 },
  { id: 'demo-quais', name: 'Les Quais', class: 'busy', devices: 380, rhythm: day(8, 24, { 12: 2, 19: 3, 20: 3, 21: 3 }), week: WEEKEND, stayMinutes: 24 },
  { id: 'demo-ecole', name: 'Place des Écoles', class: 'square', devices: 37, rhythm: day(7, 20, { 8: 4, 16: 5, 17: 2 }), week: [1.2, 1.2, 0.5, 1.2, 1.2, 0.1, 0.1], stayMinutes: 11 },
  { id: 'demo-hopital', name: 'Parvis de l’hôpital', class: 'square', devices: 48, rhythm: day(6, 23, { 10: 2, 14: 2, 15: 2 }), week: EVERY_DAY, stayMinutes: 71 },
  { id: 'demo-hameau', name: 'Hameau du Pont', class: 'square', devices: 6, rhythm: day(7, 22), week: EVERY_DAY, stayMinutes: 33 },
]

export function siteOf(place: Place): Site {
  return { id: place.id, name: place.name, class: place.class, timezone: 'Europe/Paris', closeAt: '04:00', languages: ['fr', 'en', 'ar'], match: {} }
}
