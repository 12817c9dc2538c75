// radius.acct.*: accounting that is on the disk before it is acknowledged, ours and FreeRADIUS with its SQLite in turn.
import { median, type Benchmark, type Figure } from '../figure.ts'
import { PEER_NAME, startPeer, type Backend } from './freeradius.ts'
import { loadGenerator, type Generator, type Load } from './load.ts'
import { startOurs } from './ours.ts'
import { costText, measuredRun, type Run } from './rounds.ts'
import { sessionsExact } from './sessions.ts'
import { runStreams } from './streams.ts'

const ROUNDS = 5
const SECONDS = 3
const USERS = 1_000
const WARM_UP_SECONDS = 1

const load = (port: number): Load => ({ kind: 'acct', port, users: USERS, wrong: 0, seconds: SECONDS })

/** On a new server each time, as the sessions of every run are called the same; a second of other sessions warms it up. */
async function oursOnce(generator: Generator): Promise<Run & { readonly foldSeconds: number }> {
  const ours = await startOurs()
  try {
    await runStreams([{ ...load(ours.acct), seconds: WARM_UP_SECONDS, sessions: 'warm-' }])
    const run = await measuredRun(generator, { pid: ours.pid, load: load(ours.acct) })
    return { ...run, foldSeconds: await sessionsExact(ours, generator, run.load) }
  } finally {
    await ours.stop()
  }
}

async function theirsOnce(generator: Generator, backend: Backend): Promise<Run | undefined> {
  const peer = await startPeer(backend, USERS)
  try {
    return peer && (await measuredRun(generator, { pid: peer.pid, load: load(peer.acct) }))
  } finally {
    await peer?.stop()
  }
}

type Comparison = { readonly name: string; readonly backend: Backend }
const COMPARISONS: readonly Comparison[] = [
  { name: 'radius.acct.durable', backend: 'sqlite' },
  { name: 'radius.acct.durable.wal', backend: 'sqlite-wal' },
]

async function compare({ name, backend }: Comparison, generator: Generator): Promise<{ figure: Figure; folds: number[] }> {
  const mine: Run[] = []
  const theirs: Run[] = []
  const folds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { foldSeconds, ...run } = await oursOnce(generator)
    mine.push(run)
    folds.push(foldSeconds)
    const peer = await theirsOnce(generator, backend)
    if (peer) theirs.push(peer)
  }
  const value = median(mine.map((run) => run.load.perSecond))
  const beside = theirs.length > 0 && { peer: PEER_NAME[backend], ratio: value / median(theirs.map((run) => run.load.perSecond)) }
  const setup = [
    'each report fsynced before its reply, sessions exact afterwards',
    `server on core 0, ${generator.name} on core 1, median of ${ROUNDS} × ${SECONDS} s, a new server each`,
    `CPU ${costText(mine)} a packet${beside ? `, theirs ${costText(theirs)}` : ''}`,
  ].join('; ')
  return { figure: { name, value, unit: '/s', n: ROUNDS, setup, ...beside }, folds }
}

export const accounting: Benchmark = {
  area: 'radius',
  names: [...COMPARISONS.map(({ name }) => name), 'radius.acct.fold'],
  async measure() {
    const generator = await loadGenerator()
    try {
      const compared: Awaited<ReturnType<typeof compare>>[] = []
      for (const one of COMPARISONS) compared.push(await compare(one, generator))
      const folds = compared.flatMap((one) => one.folds)
      const fold: Figure = {
        name: 'radius.acct.fold', value: Math.max(...folds), unit: 's', n: folds.length,
        setup: `from the last reply of those runs until every session stands there with its final counters, slowest of ${folds.length}, median ${median(folds).toFixed(2)} s`,
      }
      return [...compared.map((one) => one.figure), fold]
    } finally {
      generator.close()
    }
  },
}
