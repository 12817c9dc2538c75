import { numberOf, type Row } from './hsds.ts'

export type Position = { readonly latitude: number; readonly longitude: number }

const EARTH_RADIUS_M = 6_371_008
/** Streets are longer than the straight line; 1.3 is the usual figure for European towns. */
const DETOUR = 1.3
/** 4.5 km/h, an unhurried step. */
const METRES_PER_MINUTE = 75

/** Where a location is; undefined when its coordinates are missing or on no globe. */
export function positionOf(location: Row): Position | undefined {
  const latitude = numberOf(location, 'latitude')
  const longitude = numberOf(location, 'longitude')
  if (latitude === undefined || longitude === undefined) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined
}

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Great-circle distance in whole metres. */
export function metresBetween(a: Position, b: Position): number {
  const dLat = radians(b.latitude - a.latitude)
  const dLon = radians(b.longitude - a.longitude)
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(dLon / 2) ** 2
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h)))
}

/** Whole minutes on foot, at least one. */
export function walkMinutes(metres: number): number {
  return Math.max(1, Math.round((metres * DETOUR) / METRES_PER_MINUTE))
}
