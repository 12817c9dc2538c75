// portal.captive.node, .p95: what the answer to a phone's first probe costs, beside bare node:http on the same core in the same run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startInstance } from '../instance.ts'
import { median, type Benchmark, type Figure } from './figure.ts'
import { processorSeconds, SERVER_CORE, twoCores } from './radius/process.ts'
import { wrk, type Load } from './wrk.ts'

/** Two starts of one program differ by several per cent for as long as they live, so each side is started anew a few times. */
const STARTS = 5
const ROUNDS_PER_START = 4
const SECONDS = 2
export const CONNECTIONS = 100
export const PROBE = { host: 'captive.apple.com', path: 'hotspot-detect.html' } as const

type Side = { readonly pid: number; readonly url: string; stop(): Promise<unknown> }
/** `microseconds`: processor time of all the server's threads for one answer. */
type Round = { readonly load: Load; readonly microseconds: number }

async function bareHttp(): Promise<Side> {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, join(import.meta.dirname, 'peers', 'bare-http.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { pid: child.pid ?? 0, url: `http://127.0.0.1:${line.toString().trim()}/`, stop: () => (child.kill(), ended) }
}

async function ours(): Promise<Side> {
  const instance = await startInstance({ prefix: ['taskset', '-c', SERVER_CORE], args: ['--role', 'portal,radius'] })
  return { pid: instance.pid, url: instance.urls['portal'] ?? '', stop: instance.stop }
}

async function round({ pid, url }: Side): Promise<Round> {
  const before = processorSeconds(pid)
  const load = await wrk({ url: url + PROBE.path, host: PROBE.host, connections: CONNECTIONS, seconds: SECONDS })
  return { load, microseconds: ((processorSeconds(pid) - before) * 1e6) / load.requests }
}

/** Both sides in turn; the first round of a start warms its code up and is not counted. */
async function oneStart(): Promise<{ ours: Round; bare: Round }[]> {
  const mine = await ours()
  const bare = await bareHttp()
  try {
    const rounds: { ours: Round; bare: Round }[] = []
    for (let index = 0; index <= ROUNDS_PER_START; index++) rounds.push({ ours: await round(mine), bare: await round(bare) })
    return rounds.slice(1)
  } finally {
    await bare.stop()
    await mine.stop()
  }
}

export const captive: Benchmark = {
  area: 'portal',
  names: ['portal.captive.node', 'portal.captive.p95'],
  async measure() {
    twoCores()
    const rounds: { ours: Round; bare: Round }[] = []
    for (let start = 0; start < STARTS; start++) rounds.push(...(await oneStart()))
    const of = (side: 'ours' | 'bare', pick: (round: Round) => number): number => median(rounds.map((both) => pick(both[side])))
    const perSecond = ({ microseconds }: Round): number => 1e6 / microseconds
    const n = rounds.reduce((sum, { ours: { load } }) => sum + load.requests, 0)
    const errors = rounds.reduce((sum, { ours: { load } }) => sum + load.errors, 0)
    const setup = `${CONNECTIONS} connections, a new one each answer, server on core 0, wrk on core 1, ${STARTS} starts × ${ROUNDS_PER_START} × ${SECONDS} s, ${errors} errors`
    const cost = `CPU ${of('ours', (one) => one.microseconds).toFixed(1)} µs an answer, theirs ${of('bare', (one) => one.microseconds).toFixed(1)}; ${of('ours', ({ load }) => load.rate).toFixed(0)}/s`
    const peer = 'bare node:http 302'
    const p95 = of('ours', ({ load }) => load.p95)
    return [
      // Round by round: whatever else the machine does meets both.
      { name: 'portal.captive.node', unit: '/CPU s', n, setup: `${setup}; ${cost}`, peer, value: of('ours', perSecond), ratio: median(rounds.map((both) => both.bare.microseconds / both.ours.microseconds)) },
      { name: 'portal.captive.p95', unit: 'ms', n, setup, peer, value: p95, ratio: p95 / of('bare', ({ load }) => load.p95) },
    ] satisfies Figure[]
  },
}
