/**
 * What the town really did, from its own script and nothing else: the instance is never asked. Bounds and bins are worked out
 * here a second time, from the words of privacy.md, so that a fault in shared/count cannot hide in its own truth.
 */
import { siteDayAt } from '#shared/site-day.ts'
import type { SiteId } from '#shared/place.ts'
import type { Journey } from './plan.ts'

/** Session starts that one device counts in a site-day. */
const MOST_SESSIONS = 3
const ZONE = 'Europe/Paris'
const CLOSE_AT = '04:00'

type DeviceDay = { readonly dayMs: number; readonly firstMs: number; readonly starts: number[]; connectedMinutes: number }
export type Interval = { readonly site: SiteId; readonly release: string; readonly bin: string; readonly fromMs: number; readonly toMs: number }

export type Truth = {
  /** The device asked for the page, so it is associated. */
  came(journey: Journey): void
  /** The tap was answered: a session began. */
  connected(journey: Journey): void
  /** What a release without noise would say of this cell; undefined for a release that the script knows nothing of. */
  value(cell: Interval): number | undefined
  totals(): { devices: number; sessions: number }
}

/** `5-10min` → [5, 10); `320min+` → [320, ∞). */
function minutesOf(bin: string): readonly [number, number] {
  const [, from = '0', to] = /^(\d+)(?:-(\d+)min|min\+)$/.exec(bin) ?? []
  return [Number(from), to === undefined ? Infinity : Number(to)]
}

function within(ms: number, { fromMs, toMs }: Interval): boolean {
  return ms >= fromMs && ms < toMs
}

const COUNTED: Readonly<Record<string, (day: DeviceDay, cell: Interval) => number>> = {
  arrivals: (day, cell) => Number(within(day.firstMs, cell)),
  sessions: (day, cell) => day.starts.filter((ms) => within(ms, cell)).length,
  dwell(day, cell) {
    const [from, to] = minutesOf(cell.bin)
    return Number(day.starts.length > 0 && within(day.dayMs, cell) && day.connectedMinutes >= from && day.connectedMinutes < to)
  },
}

export function createTruth(): Truth {
  const days = new Map<SiteId, Map<string, DeviceDay>>()

  function dayOf({ place, address, arriveMs }: Journey): DeviceDay {
    const dayMs = siteDayAt(arriveMs, ZONE, CLOSE_AT).startsMs
    const devices = days.get(place.id) ?? new Map<string, DeviceDay>()
    days.set(place.id, devices)
    const key = `${dayMs} ${address}`
    const known = devices.get(key) ?? { dayMs, firstMs: arriveMs, starts: [], connectedMinutes: 0 }
    devices.set(key, known)
    return known
  }
  const all = (): DeviceDay[] => [...days.values()].flatMap((devices) => Array.from(devices.values()))

  return {
    came: (journey) => void dayOf(journey),
    connected(journey) {
      const day = dayOf(journey)
      if (day.starts.length < MOST_SESSIONS) day.starts.push(journey.arriveMs)
      day.connectedMinutes += journey.stayMinutes
    },
    value(cell) {
      const counted = COUNTED[cell.release]
      return counted && [...(days.get(cell.site)?.values() ?? [])].reduce((sum, day) => sum + counted(day, cell), 0)
    },
    totals: () => ({ devices: all().length, sessions: all().reduce((sum, { starts }) => sum + starts.length, 0) }),
  }
}

