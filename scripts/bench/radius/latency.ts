// radius.p99.half, radius.acct.p99: how long an access server waits while the load comes at its own pace, whatever the answers do.
import { median, type Benchmark, type Figure } from '../figure.ts'
import { loadGenerator, type Generator, type Load } from './load.ts'
import { startOurs, type Ours } from './ours.ts'
import { prime, USERS } from './pap.ts'

const ROUNDS = 5
const SECONDS = 4
const WARM_UP_SECONDS = 2
const ACCOUNTING_PER_SECOND = 10_000

async function steady(name: string, generator: Generator, load: Load, what: string): Promise<Figure> {
  const p99: number[] = []
  let lost = 0
  let replies = 0
  for (let round = 0; round < ROUNDS; round++) {
    const result = await generator.send(load)
    p99.push(result.p99)
    lost += result.lost
    replies += result.replies
  }
  const setup = `${what}; server on core 0, ${generator.name} on core 1, open loop at ${load.rate?.toFixed(0)}/s, median of ${ROUNDS} × ${SECONDS} s, ${lost} lost`
  return { name, value: median(p99), unit: 'ms', n: replies, setup }
}

async function half(generator: Generator, ours: Ours): Promise<Figure> {
  const load: Load = { kind: 'pap', port: ours.auth, users: USERS, wrong: 10, seconds: SECONDS }
  await prime(ours.auth)
  const { perSecond } = await generator.send(load)
  return steady('radius.p99.half', generator, { ...load, rate: perSecond / 2 }, `PAP at half of the ${perSecond.toFixed(0)}/s it answers at most, ${USERS} users`)
}

async function accounting(generator: Generator, ours: Ours): Promise<Figure> {
  const load: Load = { kind: 'acct', port: ours.acct, users: USERS, wrong: 0, seconds: SECONDS, rate: ACCOUNTING_PER_SECOND }
  await generator.send({ ...load, seconds: WARM_UP_SECONDS })
  return steady('radius.acct.p99', generator, load, 'accounting, fsynced before the reply')
}

export const latency: Benchmark = {
  area: 'radius',
  names: ['radius.p99.half', 'radius.acct.p99'],
  async measure() {
    const generator = await loadGenerator()
    const ours = await startOurs({ users: USERS })
    try {
      return [await half(generator, ours), await accounting(generator, ours)]
    } finally {
      await ours.stop()
      generator.close()
    }
  },
}
