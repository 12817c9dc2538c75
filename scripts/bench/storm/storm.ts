// portal.storm: a concert ends, and everybody wants to be online at once.
import { startInstance, type Instance } from '../../instance.ts'
import type { Benchmark, Figure } from '../figure.ts'
import { residentBytes } from '../memory.ts'
import { processorSeconds } from '../radius/process.ts'
import { openBooks } from './books.ts'
import { quotaOf } from './quota.ts'
import { runCrowd, type CrowdOrder, type CrowdResult } from './order.ts'

/** Of one processor, for portal and RADIUS together. */
const SHARE = 0.25
/** Long enough for the compiler to be done: a gateway has been running for days when the concert ends. */
const WARM_UP = { seconds: 25, atOnce: 32, network: 16 } as const
/** How much such a share can do at most, to know what to hold it to. */
const TRIAL = { seconds: 20, atOnce: 64, network: 32 } as const
const HELD_SECONDS = 120
const HELD_NETWORK = 64
/** Of all it can do, from the most down: at all of it every queue grows without end, and work that comes in small pieces costs more. */
const HEADROOMS = [0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6] as const
const MAX = { seconds: 20, atOnce: 64, network: 128 } as const
const MOST_P99_MS = 500
const JOURNEY = '3 probes, page, tap (RADIUS, receipt fsynced, grant, accounting Start), RFC 8908, each phone with an address of its own, dry-run gate; receipts, openings and Starts on the disk afterwards are as many as journeys'

/** What is wrong with it, in words; undefined when every journey came to its end in time. */
function wrongWith({ failures, journeys, answersMs }: CrowdResult): string | undefined {
  const [first] = failures
  if (first) return `${failures.reduce((sum, [, count]) => sum + count, 0)} of ${journeys} journeys failed: ${first[0]}`
  return answersMs.p99 > MOST_P99_MS ? `p99 ${ms(answersMs.p99)}` : undefined
}

function sound(crowd: CrowdResult): CrowdResult {
  const [first] = crowd.failures
  if (first) throw new Error(`a journey failed: ${first[0]}`)
  return crowd
}

const minutely = (perSecond: number): number => perSecond * 60
const ms = (value: number): string => `${value.toFixed(0)} ms`

type Crowd = (order: Omit<CrowdOrder, 'portal'>) => Promise<CrowdResult>

async function withInstance<R>(measure: (instance: Instance, crowd: Crowd) => Promise<R>): Promise<R> {
  const instance = await startInstance({ prefix: ['taskset', '-c', '0'], args: ['--role', 'portal,radius'] })
  const books = openBooks(instance.data)
  async function crowd(order: Omit<CrowdOrder, 'portal'>): Promise<CrowdResult> {
    const before = await books.settled()
    const result = await runCrowd({ ...order, portal: instance.urls['portal'] ?? '' })
    // A journey that failed may have left something behind all the same; its storm counts for nothing anyway.
    if (result.failures.length === 0) await books.expectGrown(before, result.journeys)
    return result
  }
  try {
    sound(await crowd(WARM_UP))
    return await measure(instance, crowd)
  } finally {
    books.close()
    await instance.stop()
  }
}

/** In a share of a processor, and with nobody online but those of the warm-up: a town that is full lets nobody in. */
async function inShare<R>(measure: (instance: Instance, crowd: Crowd) => Promise<R>): Promise<R> {
  const quota = quotaOf(SHARE)
  try {
    return await withInstance((instance, crowd) => {
      quota.hold(instance.pid)
      return measure(instance, crowd)
    })
  } finally {
    quota.remove()
  }
}

async function held(): Promise<Figure[]> {
  const most = await inShare(async (_, crowd) => {
    const trial = sound(await crowd(TRIAL))
    return trial.journeys / trial.seconds
  })
  const tooMuch: string[] = []
  for (const headroom of HEADROOMS) {
    const tried = await inShare(async (instance, crowd) => {
      const before = processorSeconds(instance.pid)
      const storm = await crowd({ perSecond: headroom * most, seconds: HELD_SECONDS, network: HELD_NETWORK })
      return { storm, milliseconds: ((processorSeconds(instance.pid) - before) * 1e3) / storm.journeys, megabytes: residentBytes(instance.pid) / 2 ** 20 }
    })
    const { storm } = tried
    const wrong = wrongWith(storm)
    if (wrong) {
      tooMuch.push(`${minutely(headroom * most).toFixed(0)} a minute were too many (${wrong})`)
      continue
    }
    const setup = [
      `${JOURNEY}; portal and RADIUS in one process with ${SHARE} of a processor, ${HELD_SECONDS} s of arrivals at ${headroom} of the ${minutely(most).toFixed(0)} a minute it can do at most, generator on core 1`,
      ...tooMuch,
      `0 errors; an answer p50 ${ms(storm.answersMs.p50)}, p99 ${ms(storm.answersMs.p99)}, slowest ${ms(storm.answersMs.most)}; a journey p99 ${ms(storm.journeysMs.p99)}`,
      `${tried.milliseconds.toFixed(2)} ms of processor a journey; ${tried.megabytes.toFixed(0)} MB`,
    ].join('; ')
    return [{ name: 'portal.storm', value: minutely(storm.journeys / storm.seconds), unit: '/min', n: storm.journeys, setup }]
  }
  throw new Error(tooMuch.join('; '))
}

function most(): Promise<Figure[]> {
  return withInstance(async (instance, crowd) => {
    const before = processorSeconds(instance.pid)
    const storm = sound(await crowd(MAX))
    const cost = ((processorSeconds(instance.pid) - before) * 1e3) / storm.journeys
    const setup = `the same journey on the whole of core 0, ${MAX.atOnce} phones at once for ${MAX.seconds} s, generator on core 1; ${cost.toFixed(2)} ms of processor a journey; an answer p99 ${ms(storm.answersMs.p99)}`
    return [{ name: 'portal.storm.max', value: minutely(storm.journeys / storm.seconds), unit: '/min', n: storm.journeys, setup }]
  })
}

export const storm: Benchmark = { area: 'portal', names: ['portal.storm'], measure: held }
export const stormMax: Benchmark = { area: 'portal', names: ['portal.storm.max'], measure: most }
