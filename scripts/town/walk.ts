/** Does the acts of a plan, notes down what was done, and never stops at the first failure. */
import { arrive, expired, leave, type Citizen, type Town } from './citizen.ts'
import { createPace } from './pace.ts'
import { atTheKiosk, type RadiusVisitor } from './passers-by.ts'
import type { Act, Journey } from './plan.ts'
import type { Truth } from './truth.ts'

/** What stands in the summary, each with its name there. */
export const STEPS = { arrive: 'arrivals', leave: 'ends by button', expire: 'ends by time', kiosk: 'kiosk visits', radius: 'RADIUS rejects' } as const
export type Step = keyof typeof STEPS
/** Failures beyond this many are counted, not told. */
const MOST_TOLD = 20

export type Done = {
  readonly counts: Record<Step, number>
  readonly tapMs: number[]
  /** Time spent driving, without the leaps. */
  driveMs: number
  failures: number
  readonly told: string[]
}
export function nothingDone(): Done {
  return { counts: { arrive: 0, leave: 0, expire: 0, kiosk: 0, radius: 0 }, tapMs: [], driveMs: 0, failures: 0, told: [] }
}

export type WalkParts = {
  readonly town: Town
  readonly kiosk: string | undefined
  readonly radius: RadiusVisitor | undefined
  readonly truth: Truth
  readonly rate: number
  readonly done: Done
}

/** Remembers who is online between two walks. */
export function createWalk({ town, kiosk, radius, truth, rate, done }: WalkParts): (acts: readonly Act[]) => Promise<void> {
  const citizens = new Map<Journey, Citizen>()
  const atPace = createPace(rate)

  async function came(journey: Journey): Promise<void> {
    const citizen = await arrive(journey, town, done.counts.arrive)
    truth.came(journey)
    if (!citizen.visit) return
    truth.connected(journey)
    done.tapMs.push(citizen.visit.tapMs)
    citizens.set(journey, citizen)
  }

  async function went(journey: Journey, how: typeof leave): Promise<boolean> {
    const citizen = citizens.get(journey)
    citizens.delete(journey)
    if (citizen) await how(journey, town, citizen)
    return citizen !== undefined
  }

  /** False when there was nothing to do it at, or its arrival had failed already. */
  async function attempt(act: Act): Promise<boolean> {
    switch (act.kind) {
      case 'arrive':
        await came(act.journey)
        return true
      case 'leave':
        return went(act.journey, leave)
      case 'expire':
        return went(act.journey, expired)
      case 'kiosk':
        if (kiosk !== undefined) await atTheKiosk(kiosk, 'fr', done.counts.kiosk)
        return kiosk !== undefined
      case 'radius':
        await radius?.ask()
        return radius !== undefined
    }
  }

  return async function walk(acts) {
    const started = performance.now()
    await atPace(acts, async (act) => {
      try {
        if (await attempt(act)) done.counts[act.kind]++
      } catch (error) {
        done.failures++
        if (done.told.length < MOST_TOLD) done.told.push(`${STEPS[act.kind]}: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
    done.driveMs += performance.now() - started
  }
}
