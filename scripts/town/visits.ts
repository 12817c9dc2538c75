// Who comes when: visits drawn from a place's rhythm, the same for the same seed, so that counts can be held against them.
import type { MacAddress } from '#shared/personal.ts'
import type { Chance } from './chance.ts'
import type { Place } from './places.ts'

export type Visit = {
  readonly place: Place
  readonly device: MacAddress
  readonly session: string
  readonly startMs: number
  readonly seconds: number
  readonly language: string
}

const HOUR_MS = 3_600_000
/** Chance of coming back once more on the same day with the same device. */
const SECOND_VISIT = 0.18
const LONGEST_STAY_SECONDS = 7_200
const LANGUAGES = [
  ['fr', 0.82],
  ['en', 0.1],
  ['ar', 0.08],
] as const

/** A locally administered address, so that no scripted device can be a real one. */
function scriptedDevice(chance: Chance): MacAddress {
  let digits = '02'
  for (let byte = 0; byte < 5; byte++) digits += chance.below(256).toString(16).padStart(2, '0')
  return digits as MacAddress
}

function sessionId(chance: Chance): string {
  return Array.from({ length: 4 }, () => chance.below(2 ** 32).toString(16).padStart(8, '0')).join('')
}

/** One local day at one place, in order of time. `dayStartMs` is its local midnight; `weekday` counts from Monday. */
export function dayOfVisits(place: Place, dayStartMs: number, weekday: number, chance: Chance): Visit[] {
  const visits: Visit[] = []
  const devices = chance.times(place.devices * (place.week[weekday] ?? 1))
  for (let index = 0; index < devices; index++) {
    const device = scriptedDevice(chance)
    const language = LANGUAGES[chance.weighted(LANGUAGES.map(([, share]) => share))]?.[0] ?? 'fr'
    for (let visit = 0; visit === 0 || (visit === 1 && chance.unit() < SECOND_VISIT); visit++) {
      const hour = chance.weighted(place.rhythm)
      // Exponential stays with the place's median: many short ones, a few long ones.
      const stay = (place.stayMinutes * 60 * -Math.log(1 - chance.unit())) / Math.LN2
      visits.push({
        place,
        device,
        session: sessionId(chance),
        startMs: dayStartMs + Math.floor((hour + chance.unit()) * HOUR_MS),
        seconds: Math.max(20, Math.min(LONGEST_STAY_SECONDS, Math.round(stay))),
        language,
      })
    }
  }
  return visits.sort((a, b) => a.startMs - b.startMs)
}
