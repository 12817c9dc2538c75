// radius.pap.*: log-ins by password, ours and FreeRADIUS in turn on the same core, the load on the other.
import { median, type Benchmark, type Figure } from '../figure.ts'
import { residentBytes } from '../memory.ts'
import { PEER_NAME, startPeer, type Backend } from './freeradius.ts'
import { loadGenerator, type Generator } from './load.ts'
import { CLIENTS, startOurs } from './ours.ts'
import { alternate, costText, type Run } from './rounds.ts'
import { runStreams } from './streams.ts'

const ROUNDS = 5
const SECONDS = 3
export const USERS = 100_000
const WRONG_PERCENT = 10
/** Wrong passwords are drawn by chance: farther off than this is not chance. */
const MOST_DEVIATIONS = 6
/** Long enough for every user to have been asked about once: what is kept in memory is read from the disk until then. */
const PRIMING_SECONDS = 10
const MIB = 2 ** 20

type Comparison = { readonly name: string; readonly backend: Backend; readonly ours: string; readonly cachedAccounts?: number }
const IN_MEMORY: Comparison = { name: 'radius.pap.memory', backend: 'files', ours: 'accounts in memory' }
const FROM_SQLITE: Comparison = { name: 'radius.pap.sqlite', backend: 'sqlite', ours: 'each account read from SQLite', cachedAccounts: 0 }

/** A run counts only when it did what it says. */
function checked(run: Run): Run {
  const { accepted, rejected, replies } = run.load
  const share = (100 * rejected) / replies
  const chance = Math.sqrt((WRONG_PERCENT * (100 - WRONG_PERCENT)) / replies)
  if (accepted + rejected !== replies || Math.abs(share - WRONG_PERCENT) > MOST_DEVIATIONS * chance) throw new Error(`${accepted} accepted and ${rejected} rejected of ${replies} are not one in ten rejected`)
  return run
}

export async function prime(port: number): Promise<void> {
  await runStreams([{ kind: 'pap', port, users: USERS, wrong: 0, seconds: PRIMING_SECONDS, questions: USERS }])
}

async function compare({ name, backend, ours: how, cachedAccounts }: Comparison, generator: Generator): Promise<Figure[]> {
  const ours = await startOurs({ users: USERS, ...(cachedAccounts === undefined ? {} : { cachedAccounts }) })
  const peer = await startPeer(backend, USERS).catch(async (error: unknown) => {
    await ours.stop()
    throw error
  })
  try {
    await prime(ours.auth)
    const load = { kind: 'pap', users: USERS, wrong: WRONG_PERCENT, seconds: SECONDS } as const
    const runs = await alternate(generator, ROUNDS, [
      { pid: ours.pid, load: { ...load, port: ours.auth } },
      ...(peer ? [{ pid: peer.pid, load: { ...load, port: peer.auth } }] : []),
    ])
    const [mine = [], theirs = []] = runs.map((rounds) => rounds.map(checked))
    const value = median(mine.map((run) => run.load.perSecond))
    const beside = peer && { peer: PEER_NAME[backend], ratio: value / median(theirs.map((run) => run.load.perSecond)) }
    const setup = [
      `${USERS} users (${how}), ${CLIENTS + 1} clients, ${WRONG_PERCENT} % rejects, Message-Authenticator required, duplicates remembered`,
      `server on core 0, ${generator.name} on core 1, median of ${ROUNDS} × ${SECONDS} s`,
      `CPU ${costText(mine)} a packet${peer ? `, theirs ${costText(theirs)}` : ''}`,
    ].join('; ')
    const figures: Figure[] = [{ name, value, unit: '/s', n: ROUNDS, setup, ...beside }]
    if (backend === 'files') {
      const resident = residentBytes(ours.pid) / MIB
      const held = peer && { peer: PEER_NAME[backend], ratio: resident / (residentBytes(peer.pid) / MIB) }
      figures.push({ name: 'radius.rss', value: resident, unit: 'MB', n: 1, setup: `after those runs, each with ${USERS} users`, ...held })
    }
    return figures
  } finally {
    await ours.stop()
    await peer?.stop()
  }
}

const comparing = (comparison: Comparison, names: readonly string[]): Benchmark => ({
  area: 'radius',
  names,
  async measure() {
    const generator = await loadGenerator()
    // After an installation the compile cache is full; after a change to the code it takes a start, which needs 10 MB more.
    await (await startOurs()).stop()
    try {
      return await compare(comparison, generator)
    } finally {
      generator.close()
    }
  },
})

export const papInMemory = comparing(IN_MEMORY, [IN_MEMORY.name, 'radius.rss'])
export const papFromSqlite = comparing(FROM_SQLITE, [FROM_SQLITE.name])
