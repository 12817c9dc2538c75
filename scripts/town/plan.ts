/** What the town will do, written down before anything happens: who comes when, does what, and leaves when. */
import { UsageError } from '#shared/errors.ts'
import { siteDayAt } from '#shared/site-day.ts'
import type { Chance } from './chance.ts'
import type { Place } from './places.ts'
import { dayOfVisits } from './visits.ts'

/** `reads`: opens the page and goes; `leaves`: presses the button to end; `stays`: until the time runs out. */
export type Manner = 'reads' | 'leaves' | 'stays'

export type Journey = {
  readonly place: Place
  /** Loopback source address: in `dry-run` a device of its own. */
  readonly address: string
  readonly language: string
  readonly manner: Manner
  readonly arriveMs: number
  /** Of the connection; 0 for who only reads. */
  readonly stayMinutes: number
}

/** One thing to do. Journeys come and go; kiosk and RADIUS are asked by nobody in particular. */
export type Act = { readonly atMs: number } & (
  | { readonly kind: 'arrive' | 'leave' | 'expire'; readonly journey: Journey }
  | { readonly kind: 'kiosk' | 'radius' }
)

const MINUTE_MS = 60_000
const ZONE = 'Europe/Paris'
const CLOSE_AT = '04:00'
/** Acts are gathered into slots, between which a fast clock leaps. */
export const SLOT_MINUTES = 5
/** Slots are this far into their five minutes, so that none lies on an hour or on an edge of a dwell bin (multiples of five). */
const ARRIVE_AT_MINUTE = 1
const STAY_BEYOND_SLOTS = 2
/** Part of a slot that may be filled with arrivals: a minute later nothing would be certain any more. */
const FILLED_SECONDS = 30
const READERS = 0.12
const READS = { manner: 'reads', stayMinutes: 0 } as const
/** Whose address comes back day after day. */
const REGULARS = 0.3
const KIOSK_EVERY = 4
const RADIUS_EVERY = 8
const LAST_OCTETS = 254

export type PlanOptions = {
  readonly places: readonly Place[]
  /** An instant of the first site-day. */
  readonly nowMs: number
  readonly days: number
  /** Connection time that the portal grants. */
  readonly sessionMinutes: number
  /** Acts a second: no slot gets more arrivals than can be driven in half a minute. */
  readonly rate: number
  /** First of the devices' numbers: address 127.x.y.z of device n. */
  readonly firstDevice: number
  /** Between two places' first devices. */
  readonly devicesAPlace: number
}

/** Devices 0, 1, 2 … as source addresses from 127.1.0.1 on, leaving out .0 and .255. */
export function addressOf(device: number): string {
  const middle = Math.floor(device / LAST_OCTETS)
  const second = 1 + Math.floor(middle / 256)
  if (second > 254) throw new UsageError('usage', 'the town has more devices than 127.0.0.0/8 has addresses')
  return `127.${second}.${middle % 256}.${1 + (device % LAST_OCTETS)}`
}

/** Numbers of a place's devices: regulars have the same every day. */
function deviceNumbers(first: number) {
  let next = first
  const regulars: number[] = []
  return function today(devices: number): (index: number) => number {
    const known = Math.floor(devices * REGULARS)
    while (regulars.length < known) regulars.push(next++)
    const others = next
    next += devices - known
    return (index) => (index < known ? (regulars[index] ?? first) : others + index - known)
  }
}

/** The slot of an instant, or the next one with room. */
function slotter(capacity: number) {
  const load = new Map<number, number>()
  return function slotFor(wantedMs: number): number {
    let slot = Math.ceil(wantedMs / (SLOT_MINUTES * MINUTE_MS))
    while ((load.get(slot) ?? 0) >= capacity) slot++
    load.set(slot, (load.get(slot) ?? 0) + 1)
    return slot * SLOT_MINUTES * MINUTE_MS + ARRIVE_AT_MINUTE * MINUTE_MS
  }
}

/** Never on a multiple of five minutes, nor is the sum of two: an edge of a dwell bin would make the truth a matter of luck. */
function stayOf(seconds: number, sessionMinutes: number): { manner: Manner; stayMinutes: number } {
  const minutes = Math.floor(seconds / 60 / SLOT_MINUTES) * SLOT_MINUTES + STAY_BEYOND_SLOTS
  return minutes < sessionMinutes ? { manner: 'leaves', stayMinutes: minutes } : { manner: 'stays', stayMinutes: sessionMinutes }
}

type Spell = { readonly options: PlanOptions; readonly random: Chance; readonly slotFor: (wantedMs: number) => number }

/** One place's day. A device that is still there does not come a second time. */
function dayOfJourneys(place: Place, midnightMs: number, weekday: number, today: (devices: number) => (index: number) => number, spell: Spell): Journey[] {
  const { options, random, slotFor } = spell
  const visits = dayOfVisits(place, midnightMs, weekday, random)
  const devices = [...new Set(visits.map(({ device }) => device))]
  const number = today(devices.length)
  const addresses = new Map(devices.map((device, index) => [device, addressOf(number(index))]))
  const thereUntil = new Map<string, number>()
  return visits.flatMap((visit): Journey[] => {
    const address = addresses.get(visit.device) ?? ''
    if (visit.startMs < (thereUntil.get(address) ?? 0)) return []
    const stay = random.unit() < READERS ? READS : stayOf(visit.seconds, options.sessionMinutes)
    const arriveMs = slotFor(visit.startMs)
    thereUntil.set(address, arriveMs + (stay.stayMinutes + 2 * SLOT_MINUTES) * MINUTE_MS)
    return [{ place, address, language: visit.language, arriveMs, ...stay }]
  })
}

/**
 * Each of `days` site-days at every place, in order of time.
 * @throws UsageError when a visit would run into a close, because the rate is too low for so many.
 */
export function planJourneys(options: PlanOptions, random: Chance): Journey[] {
  const { places, days, rate, firstDevice, devicesAPlace } = options
  const spell = { options, random, slotFor: slotter(Math.max(1, Math.floor(rate * FILLED_SECONDS))) }
  const numbers = places.map((_, index) => deviceNumbers(firstDevice + index * devicesAPlace))
  const journeys: Journey[] = []
  let { startsMs, closesMs } = siteDayAt(options.nowMs, ZONE, CLOSE_AT)
  for (let day = 0; day < days; day++) {
    const midnight = siteDayAt(startsMs, ZONE, '00:00').startsMs
    const today = places.flatMap((place, index) => dayOfJourneys(place, midnight, day % 7, numbers[index] ?? (() => () => firstDevice), spell))
    if (today.some(({ arriveMs, stayMinutes }) => arriveMs + (stayMinutes + SLOT_MINUTES) * MINUTE_MS >= closesMs)) {
      throw new UsageError('usage', 'so many visits do not fit into a day at this rate: raise --rate or lower --visits')
    }
    journeys.push(...today)
    ;({ startsMs, closesMs } = siteDayAt(closesMs, ZONE, CLOSE_AT))
  }
  return journeys.toSorted((a, b) => a.arriveMs - b.arriveMs)
}

/** The journeys with their ends, and the kiosk and RADIUS in between, in order of time. */
export function planActs(journeys: readonly Journey[]): Act[] {
  const acts = journeys.flatMap((journey, index): Act[] => {
    const { arriveMs, manner, stayMinutes } = journey
    const endMs = arriveMs + stayMinutes * MINUTE_MS
    return [
      { atMs: arriveMs, kind: 'arrive', journey },
      ...(manner === 'leaves' ? [{ atMs: endMs, kind: 'leave', journey } as const] : []),
      // A little later, so that the time is certainly over.
      ...(manner === 'stays' ? [{ atMs: endMs + STAY_BEYOND_SLOTS * MINUTE_MS, kind: 'expire', journey } as const] : []),
      ...(index % KIOSK_EVERY === 0 ? [{ atMs: arriveMs, kind: 'kiosk' } as const] : []),
      ...(index % RADIUS_EVERY === 0 ? [{ atMs: arriveMs, kind: 'radius' } as const] : []),
    ]
  })
  return acts.sort((a, b) => a.atMs - b.atMs)
}
