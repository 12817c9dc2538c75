// The two ways of the town: on an instance of its own until the releases are in, or through a running one.
import { Agent } from 'node:http'
import type { Draw } from '#shared/count/sampler.ts'
import { chance } from './chance.ts'
import { compare, type ComparedSite } from './comparison.ts'
import type { TownOrder } from './order.ts'
import { ownPlaces } from './own-places.ts'
import { openOwnTown } from './own-town.ts'
import { radiusVisitor } from './passers-by.ts'
import { planActs, planJourneys, type Act } from './plan.ts'
import { mustBeDryRun, radiusDoor } from './running.ts'
import { progress, timeWords, type Out } from './screen.ts'
import { createTruth, type Truth } from './truth.ts'
import { createWalk, nothingDone, type Done } from './walk.ts'

/** Shorter than the portal's default, so that a day sees many sessions run out. Its sums with other stays avoid multiples of five. */
const SESSION_MINUTES = 46
/** A slot that takes longer has run into the next minute, and the truth would be a matter of luck. */
const LONGEST_SLOT_MS = 55_000
const OWN_DEVICES = { firstDevice: 0, devicesAPlace: 1_000_000 } as const
/** Two runs through a running instance begin far apart, because a phone of the first may still be online. */
const FIRST_DEVICES = 15_000_000
const DEVICES_A_PLACE = 50_000
/** A drawn day is never exactly as full as was asked, and a day of a few may be empty: more are drawn, of which the first are taken. */
const SPARE_VISITS = 50
/** Phones that hold a connection open; more wait. */
const MOST_SOCKETS = 512

export type TownResult = { readonly done: Done; readonly truth: Truth; readonly sites: readonly ComparedSite[] }
export type OwnTownExtras = {
  readonly nowMs: number
  /** Ends the town after the slot under way, and cleans up. */
  readonly signal?: AbortSignal
  /** Only tests pass one. */
  readonly draw?: Draw
  readonly complain: (line: string) => void
}

export type RunningExtras = { readonly nowMs: number; readonly signal?: AbortSignal; readonly env: Readonly<Record<string, string | undefined>> }

/** Acts of one instant, in order of time. */
function slots(acts: readonly Act[]): Act[][] {
  return [...Map.groupBy(acts, ({ atMs }) => atMs).values()]
}

const newAgent = (): Agent => new Agent({ keepAlive: true, maxTotalSockets: MOST_SOCKETS })

/** Starts an instance, acts the plan out, closes the days. @throws UsageError when the visits do not fit the rate. */
export async function liveThrough({ rate, visits, days, seed }: TownOrder, out: Out, { nowMs, signal, draw, complain }: OwnTownExtras): Promise<TownResult> {
  const places = ownPlaces(visits)
  const acts = planActs(planJourneys({ places, nowMs, days, sessionMinutes: SESSION_MINUTES, rate, ...OWN_DEVICES }, chance(seed)))
  const own = await openOwnTown({ places, nowMs, sessionMinutes: SESSION_MINUTES, complain, ...(draw === undefined ? {} : { draw }) })
  const radius = await radiusVisitor(own.radius)
  const [done, truth, agent, bar] = [nothingDone(), createTruth(), newAgent(), progress(out)]
  try {
    const town = { portalAt: ({ place }: { place: (typeof places)[number] }) => own.portalAt(place), portalUrl: own.urls['portal'] ?? '', agent }
    const walk = createWalk({ town, kiosk: own.urls['kiosk'], radius, truth, rate, done })
    let acted = 0
    for (const slot of slots(acts)) {
      if (signal?.aborted) break
      const atMs = slot[0]?.atMs ?? 0
      await own.passUntil(atMs)
      await walk(slot)
      if (own.clock.now() - atMs > LONGEST_SLOT_MS) {
        done.failures++
        done.told.push(`${timeWords(atMs)}: this machine was too slow for the rate, the truth is not certain`)
      }
      acted += slot.length
      bar.at(acted / acts.length, `${timeWords(atMs)}  ${done.counts.arrive} visits, ${done.failures} failures`)
    }
    bar.end()
    return { done, truth, sites: signal?.aborted ? [] : compare(await own.releases(), truth) }
  } finally {
    agent.destroy()
    await radius.close()
    await own.close()
  }
}

/** A running instance's clock does not leap: who would stay until the time runs out presses the button, too. */
function endedByButton(act: Act): Act {
  return act.kind === 'expire' ? { kind: 'leave', atMs: act.atMs, journey: act.journey } : act
}

/** Through a running instance: no leaps, so everyone who has a session ends it soon. @throws UsageError before the first citizen. */
export async function driveRunning(order: TownOrder & { running: NonNullable<TownOrder['running']> }, out: Out, { nowMs, signal, env }: RunningExtras): Promise<TownResult> {
  const { rate, visits, seed, running } = order
  await mustBeDryRun(running.portal)
  const door = radiusDoor(running, env)
  const random = chance(seed)
  const plan = { places: ownPlaces(visits * 2 + SPARE_VISITS), nowMs, days: 1, sessionMinutes: SESSION_MINUTES, rate: visits, firstDevice: random.below(FIRST_DEVICES), devicesAPlace: DEVICES_A_PLACE }
  const acts = planActs(planJourneys(plan, random).slice(0, visits)).map(endedByButton)
  const radius = door && (await radiusVisitor(door))
  const [done, truth, agent, bar] = [nothingDone(), createTruth(), newAgent(), progress(out)]
  try {
    const walk = createWalk({ town: { portalAt: () => running.portal, portalUrl: 'http', agent }, kiosk: running.kiosk, radius, truth, rate, done })
    let acted = 0
    for (const few of slots(acts)) {
      if (signal?.aborted) break
      await walk(few)
      acted += few.length
      bar.at(acted / acts.length, `${done.counts.arrive} of ${visits} visits, ${done.failures} failures`)
    }
    bar.end()
    return { done, truth, sites: [] }
  } finally {
    agent.destroy()
    await radius?.close()
  }
}
