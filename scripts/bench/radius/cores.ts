// radius.cores2: one server process, then two that share its ports (SO_REUSEPORT), in turn.
import { availableParallelism } from 'node:os'
import { median, type Benchmark, type Figure } from '../figure.ts'
import { loadGenerator, type Generator } from './load.ts'
import { startOurs, type Ours } from './ours.ts'
import { LOAD_CORE, processorSeconds, SERVER_CORE } from './process.ts'

const ROUNDS = 5
const USERS = 1_000
const SECONDS = 3
/** The kernel gives each source port to one of the processes: few would fall unevenly. */
const SOURCE_PORTS = 64

type Round = { readonly perSecond: number; readonly microseconds: number }

async function round(generator: Generator, servers: readonly Ours[]): Promise<Round> {
  const spent = (): number => servers.reduce((sum, { pid }) => sum + processorSeconds(pid), 0)
  const before = spent()
  const port = servers[0]?.auth ?? 0
  const { perSecond, replies } = await generator.send({ kind: 'pap', port, users: USERS, wrong: 10, seconds: SECONDS, sockets: SOURCE_PORTS })
  return { perSecond, microseconds: ((spent() - before) * 1e6) / replies }
}

/** Starts what is measured anew each round: a port that is shared cannot be given back to one process alone. */
async function rounds(generator: Generator, cores: readonly string[]): Promise<Round> {
  const servers: Ours[] = []
  try {
    for (const core of cores) {
      const first = servers[0]
      servers.push(await startOurs({ users: USERS, cores: core, ...(first && { ports: { auth: first.auth, acct: first.acct } }) }))
    }
    await round(generator, servers)
    return await round(generator, servers)
  } finally {
    for (const server of servers) await server.stop()
  }
}

export const cores: Benchmark = {
  area: 'radius',
  names: ['radius.cores2'],
  async measure() {
    const generator = await loadGenerator()
    const spare = availableParallelism() > 2
    const second = spare ? '2' : LOAD_CORE
    try {
      const one: Round[] = []
      const two: Round[] = []
      for (let turn = 0; turn < ROUNDS; turn++) {
        one.push(await rounds(generator, [SERVER_CORE]))
        two.push(await rounds(generator, [SERVER_CORE, second]))
      }
      const cost = (all: readonly Round[]): string => `${median(all.map((each) => each.microseconds)).toFixed(1)} µs`
      const value = median(two.map((each) => each.perSecond))
      const where = spare ? `servers on cores 0 and ${second}, ${generator.name} on core 1` : `no third core: the second server shares core 1 with ${generator.name}`
      const setup = `PAP, ${USERS} users, ${where}, median of ${ROUNDS} × ${SECONDS} s in turn; CPU ${cost(two)} a packet, with one process ${cost(one)}`
      return [{ name: 'radius.cores2', value, unit: '/s', n: ROUNDS, setup, peer: 'one process', ratio: value / median(one.map((each) => each.perSecond)) }] satisfies Figure[]
    } finally {
      generator.close()
    }
  },
}
