// radius.p99.half, radius.acct.p99: how long an access server waits while the load comes at its own pace, whatever the answers do.
import { median, type Benchmark, type Figure } from '../figure.ts'
import { loadGenerator, type Generator, type Load, type LoadResult } from './load.ts'
import { startOurs } from './ours.ts'
import { prime, USERS } from './pap.ts'
import { sessionsExact } from './sessions.ts'
import { runStreams } from './streams.ts'

const ROUNDS = 5
const SECONDS = 4
const WARM_UP_SECONDS = 2
const ACCOUNTING_PER_SECOND = 10_000
const ACCOUNTING_USERS = 1_000

function figure(name: string, what: string, generator: Generator, runs: readonly LoadResult[], rate: number): Figure {
  const lost = runs.reduce((sum, run) => sum + run.lost, 0)
  const replies = runs.reduce((sum, run) => sum + run.replies, 0)
  const setup = `${what}; server on core 0, ${generator.name} on core 1, open loop at ${rate.toFixed(0)}/s, median of ${ROUNDS} × ${SECONDS} s, ${lost} lost`
  return { name, value: median(runs.map((run) => run.p99)), unit: 'ms', n: replies, setup }
}

async function half(generator: Generator): Promise<Figure> {
  const ours = await startOurs({ users: USERS })
  try {
    await prime(ours.auth)
    const load: Load = { kind: 'pap', port: ours.auth, users: USERS, wrong: 10, seconds: SECONDS }
    const { perSecond } = await generator.send(load)
    const runs: LoadResult[] = []
    for (let round = 0; round < ROUNDS; round++) runs.push(await generator.send({ ...load, rate: perSecond / 2 }))
    return figure('radius.p99.half', `PAP at half of the ${perSecond.toFixed(0)}/s it answers at most, ${USERS} users`, generator, runs, perSecond / 2)
  } finally {
    await ours.stop()
  }
}

/** On a new server each time, as the sessions of every run are called the same. */
async function accountingOnce(generator: Generator): Promise<LoadResult> {
  const ours = await startOurs()
  try {
    const load: Load = { kind: 'acct', port: ours.acct, users: ACCOUNTING_USERS, wrong: 0, seconds: SECONDS, rate: ACCOUNTING_PER_SECOND }
    await runStreams([{ ...load, seconds: WARM_UP_SECONDS, sessions: 'warm-' }])
    const result = await generator.send(load)
    await sessionsExact(ours, generator, result)
    return result
  } finally {
    await ours.stop()
  }
}

async function accounting(generator: Generator): Promise<Figure> {
  const runs: LoadResult[] = []
  for (let round = 0; round < ROUNDS; round++) runs.push(await accountingOnce(generator))
  return figure('radius.acct.p99', 'accounting, fsynced before the reply', generator, runs, ACCOUNTING_PER_SECOND)
}

export const latency: Benchmark = {
  area: 'radius',
  names: ['radius.p99.half', 'radius.acct.p99'],
  async measure() {
    const generator = await loadGenerator()
    try {
      return [await half(generator), await accounting(generator)]
    } finally {
      generator.close()
    }
  },
}
