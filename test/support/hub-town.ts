// Sites with five weeks behind them, delivered to a hub the way a gateway does. Values follow from the day, without noise, so
// that a test knows what a page must say.
import type { BatchDraft, BatchSite } from '#shared/batch.ts'
import { minuteInstant, type Cell } from '#shared/cell.ts'
import type { Effects } from '#shared/effects.ts'
import type { Hub } from '#portal/hub/main.ts'
import { enrolAtOwnHub } from '#portal/sync/own-hub.ts'
import { createPush } from '#portal/sync/push.ts'
import { gateway } from '../journeys/delivery-parts.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Opening of the site-day of 1 October 2026 in Paris: 04:00 summer time. */
export const FIRST_DAY_MS = Date.UTC(2026, 9, 1, 2)
export const DAYS = 42
/** Sunday 8 November 2026, noon: the site-day of the 8th is open, that of the 7th is closed. */
export const NOON_MS = Date.UTC(2026, 10, 8, 11)
/** Clocks went back in the night before this day: it has 25 hours. */
const LONG_DAY = 23
export const OUTAGE_DAY = 14

export const PLACE: BatchSite = { id: 'place', name: 'Place du Marché', class: 'square', timezone: 'Europe/Paris' }
export const GARE: BatchSite = { id: 'gare', name: 'Gare & <parvis>', class: 'busy', timezone: 'Europe/Paris' }
export const DEMO: BatchSite = { id: 'demo-kiosque', name: 'Kiosque à musique', class: 'square', timezone: 'Europe/Paris', demo: true }

export function dayStart(day: number): number {
  return FIRST_DAY_MS + day * DAY_MS + (day > LONG_DAY ? HOUR_MS : 0)
}
/** Arrivals of a day at the square and at the station: a week's rhythm without weekends' rest. */
export const placeArrivals = (day: number): number => 24 + ((day * 5) % 17)
export const gareHour = (hour: number): number => (hour < 2 || hour > 20 ? 2 : 24 + ((hour * 11) % 13))
export const gareArrivals = (day: number): number => Array.from({ length: day === LONG_DAY ? 25 : 24 }, (_, hour) => gareHour(hour)).reduce((a, b) => a + b, 0)

type Kind = { release: string; bin?: string; eps: number; sd: number }
function cell(kind: Kind, fromMs: number, toMs: number, value: number): Cell {
  return { release: kind.release, bin: kind.bin ?? 'all', from: minuteInstant(fromMs), to: minuteInstant(toMs), value, eps_milli: kind.eps, sd_milli: kind.sd }
}
function draft(site: BatchSite, timeMs: number, cells: Cell[], coverage = 60): BatchDraft {
  return { type: 'org.parvis.cells.v1', timeMs, data: { boot: '00000000000000bb', site, cells, coverage, clock: { sync: 'system', offset_ms: 0 } } }
}

function squareDay(site: BatchSite, day: number): BatchDraft[] {
  const [from, to] = [dayStart(day), dayStart(day + 1)]
  if (day === OUTAGE_DAY) return []
  const arrivals = cell({ release: 'arrivals', eps: 1_000, sd: 1_357 }, from, to, placeArrivals(day))
  const sessions = cell({ release: 'sessions', eps: 1_000, sd: 4_222 }, from, to, day % 9 === 0 ? -2 : placeArrivals(day) - 3)
  return [draft(site, to, [arrivals, sessions], day === OUTAGE_DAY + 1 ? 33 : 60)]
}

const DWELL = ['0-5min', '5-10min', '10-20min', '20-40min', '40-80min', '80-160min', '160-320min', '320min+']

function busyDay(site: BatchSite, day: number, untilMs: number): BatchDraft[] {
  const [from, to] = [dayStart(day), dayStart(day + 1)]
  const drafts: BatchDraft[] = []
  for (let [hour, start] = [0, from]; start < to; hour++, start += HOUR_MS) {
    const end = start + HOUR_MS
    if (end > untilMs) return drafts
    const cells = [cell({ release: 'arrivals', eps: 350, sd: 4_020 }, start, end, gareHour(hour)), cell({ release: 'sessions', eps: 750, sd: 5_642 }, start, end, gareHour(hour) + 9)]
    if (end === to) {
      cells.push(cell({ release: 'arrivals', eps: 150, sd: 9_419 }, from, to, gareArrivals(day)))
      for (const [index, bin] of DWELL.entries()) cells.push(cell({ release: 'dwell', bin, eps: 250, sd: 5_642 }, from, to, 130 - index * 17))
    }
    drafts.push(draft(site, end, cells))
  }
  return drafts
}

/** Fills `hub` with three sites, the last a demonstration, up to `NOON_MS`. */
export async function settleTown(dir: string, hub: Hub, effects: Effects, sites: readonly BatchSite[] = [PLACE, GARE, DEMO]): Promise<void> {
  for (const site of sites) {
    const gw = gateway(dir, `gw-${site.id}`)
    await enrolAtOwnHub(hub, { ...gw, gateway: gw.name })
    for (let day = 0; dayStart(day) < NOON_MS && day < DAYS; day++) {
      const drafts = site.class === 'busy' ? busyDay(site, day, NOON_MS) : dayStart(day + 1) > NOON_MS ? [] : squareDay(site, day)
      for (const one of drafts) await gw.put(one)
    }
    await createPush({ url: hub.origin }, effects, { ...gw, fetch: (url, init) => hub.fetch(url, init) }).drain()
    await gw.close()
  }
}
