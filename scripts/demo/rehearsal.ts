// Four past weeks of the demonstration town through the real counter, ledger, outbox and signature, on a clock moved by hand.
import { BATCH_EVERY_MS, type BatchClock } from '#shared/batch.ts'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import type { Counts } from '#shared/count/main.ts'
import { siteDayAt } from '#shared/site-day.ts'
import type { Draw } from '#shared/count/sampler.ts'
import { openDb } from '#shared/db/open.ts'
import type { Effects } from '#shared/effects.ts'
import { countingByHand, VOLATILE_COUNT_OPTIONS, type GatewayBooks } from '../run/delivery.ts'
import { chance, type Chance } from '../town/chance.ts'
import { PLACES, siteOf } from '../town/places.ts'
import { dayOfVisits, type Visit } from '../town/visits.ts'

export const WEEKS = 4
const DAYS = WEEKS * 7
const HOUR_MS = 3_600_000
const ZONE = 'Europe/Paris'
const CLOSE_AT = '04:00'
/** A power cut in the third week, on a Tuesday from two in the afternoon to ten the next morning. */
const OUTAGE = { week: 2, weekday: 1, fromHour: 14, hours: 20 } as const

export type Rehearsal = { readonly fromMs: number; readonly toMs: number; readonly visits: number }

type Event = { readonly atMs: number; readonly run: (counts: Counts) => void }

/** The last close before `nowMs`, and the close four weeks earlier. */
export function pastWeeks(nowMs: number): { fromMs: number; toMs: number } {
  const toMs = siteDayAt(nowMs, ZONE, CLOSE_AT).startsMs
  let fromMs = toMs
  for (let day = 0; day < DAYS; day++) fromMs = siteDayAt(fromMs - 1, ZONE, CLOSE_AT).startsMs
  return { fromMs, toMs }
}

/** Days since Monday of the local date that begins at `midnightMs`. */
function weekdayOf(midnightMs: number): number {
  const name = new Intl.DateTimeFormat('en', { timeZone: ZONE, weekday: 'short' }).format(midnightMs + HOUR_MS)
  return ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(name)
}

function eventsOf(visit: Visit): Event[] {
  const { place, device, session, startMs, language } = visit
  const endMs = startMs + visit.seconds * 1_000
  return [
    { atMs: startMs, run: (counts) => counts.sighted(place.id, device) },
    { atMs: startMs + 1, run: (counts) => counts.sessionStarted({ site: place.id, session, device, startedMs: startMs + 1, method: 'click', language }) },
    { atMs: endMs, run: (counts) => counts.sessionEnded(session, endMs) },
  ]
}

/** Everything that happens in the town from one local midnight to the next, at every place. */
function dayOfTown(midnightMs: number, random: Chance): { events: Event[]; visits: number } {
  const weekday = weekdayOf(midnightMs)
  const visits = PLACES.flatMap((place) => dayOfVisits(place, midnightMs, weekday, random))
  return { events: visits.flatMap(eventsOf), visits: visits.length }
}

function outageIn(fromMs: number): { startMs: number; endMs: number } {
  let midnight = siteDayAt(fromMs, ZONE, '00:00').startsMs + OUTAGE.week * 7 * 24 * HOUR_MS
  midnight = siteDayAt(midnight, ZONE, '00:00').startsMs
  while (weekdayOf(midnight) !== OUTAGE.weekday) midnight = siteDayAt(midnight, ZONE, '00:00').closesMs
  const startMs = midnight + OUTAGE.fromHour * HOUR_MS
  return { startMs, endMs: startMs + OUTAGE.hours * HOUR_MS }
}

export type RehearsalParts = {
  readonly books: GatewayBooks
  readonly effects: Omit<Effects, 'clock'>
  readonly draw: Draw
  /** Called after each day of the town, to send what has gathered. The next day does not wait for it. */
  readonly dayDone: () => void
}

/** Plays [fromMs, toMs) with the chance of `seed`. The gateway dies in the outage and starts again with an empty memory. */
export async function rehearse({ fromMs, toMs }: { fromMs: number; toMs: number }, seed: number, parts: RehearsalParts): Promise<Rehearsal> {
  const clock = manualClock(fromMs)
  const outage = outageIn(fromMs)
  const random = chance(seed)
  let gateway = boot(parts, clock)
  let visits = 0
  let running: Event[] = []

  async function playUntil(untilMs: number): Promise<void> {
    running.sort((a, b) => a.atMs - b.atMs)
    let next = 0
    for (let quarter = clock.now(); quarter < untilMs; quarter = clock.now()) {
      const end = Math.min(untilMs, (Math.floor(quarter / BATCH_EVERY_MS) + 1) * BATCH_EVERY_MS)
      for (let event = running[next]; event !== undefined && event.atMs < end; event = running[++next]) {
        if (event.atMs < quarter) continue
        clock.advance(Math.max(0, event.atMs - clock.now()))
        event.run(gateway.counts)
      }
      clock.advance(end - clock.now())
      await gateway.counts.tick()
      // Nothing above waits for anything outside: without this turn of the loop the push would stand still until the end.
      await new Promise((resolve) => setImmediate(resolve))
    }
    running = running.slice(next)
  }

  await gateway.counts.tick()
  for (let midnight = siteDayAt(fromMs, ZONE, '00:00').startsMs; midnight < toMs; ) {
    const next = siteDayAt(midnight, ZONE, '00:00').closesMs
    const day = dayOfTown(midnight, random)
    visits += day.visits
    running = running.concat(day.events.filter((event) => event.atMs >= clock.now()))
    if (outage.startMs >= midnight && outage.startMs < next) {
      await playUntil(outage.startMs)
      await gateway.stop()
      clock.advance(outage.endMs - clock.now())
      gateway = boot(parts, clock)
      await gateway.counts.tick()
    }
    await playUntil(Math.min(next, toMs))
    parts.dayDone()
    midnight = next
  }
  await gateway.stop()
  parts.dayDone()
  return { fromMs, toMs, visits }
}

function boot({ books, effects, draw }: RehearsalParts, clock: ManualClock): { counts: Counts; stop(): Promise<void> } {
  const volatile = openDb(':memory:', VOLATILE_COUNT_OPTIONS)
  const batchClock = (): BatchClock => ({ sync: 'system', offset_ms: 0 })
  const counts = countingByHand({ profile: 'standard', sites: PLACES.map(siteOf), demo: true }, { ...effects, clock }, books, { volatile, draw, batchClock })
  return {
    counts,
    async stop() {
      await counts.close()
      volatile.close()
    },
  }
}
