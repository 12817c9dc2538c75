// portal.captive.*: how fast a phone's first probe is answered, beside bare node:http on the same core in the same run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startInstance } from '../instance.ts'
import { median, type Benchmark, type Figure } from './figure.ts'
import { wrk, type Load } from './wrk.ts'

const ROUNDS = 5
const SECONDS = 3
const CONNECTIONS = 100
const PROBE = 'hotspot-detect.html'
const PROBE_HOST = 'captive.apple.com'

async function bareHttp(): Promise<{ url: string; stop(): void }> {
  const child = spawn('taskset', ['-c', '0', process.execPath, join(import.meta.dirname, 'peers', 'bare-http.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: `http://127.0.0.1:${line.toString().trim()}/`, stop: () => void child.kill() }
}

export const captive: Benchmark = {
  area: 'portal',
  names: ['portal.captive.rate', 'portal.captive.p95'],
  async measure() {
    const ours = await startInstance({ prefix: ['taskset', '-c', '0'], args: ['--role', 'portal,radius'] })
    const bare = await bareHttp()
    const loads: { ours: Load; bare: Load }[] = []
    try {
      await wrk(`${ours.urls['portal']}${PROBE}`, PROBE_HOST, CONNECTIONS, 1)
      for (let round = 0; round < ROUNDS; round++) {
        loads.push({
          ours: await wrk(`${ours.urls['portal']}${PROBE}`, PROBE_HOST, CONNECTIONS, SECONDS),
          bare: await wrk(bare.url, PROBE_HOST, CONNECTIONS, SECONDS),
        })
      }
    } finally {
      bare.stop()
      await ours.stop()
    }
    const errors = loads.reduce((sum, load) => sum + load.ours.errors, 0)
    const of = (pick: (load: Load) => number): { value: number; ratio: number } => {
      const value = median(loads.map((load) => pick(load.ours)))
      return { value, ratio: value / median(loads.map((load) => pick(load.bare))) }
    }
    const setup = `${CONNECTIONS} connections, a new one each answer, server on core 0, wrk on core 1, median of ${ROUNDS} × ${SECONDS} s, ${errors} errors`
    const n = loads.reduce((sum, load) => sum + load.ours.requests, 0)
    const peer = 'bare node:http 302'
    return [
      { name: 'portal.captive.rate', unit: '/s', n, setup, peer, ...of((load) => load.rate) },
      { name: 'portal.captive.p95', unit: 'ms', n, setup, peer, ...of((load) => load.p95) },
    ] satisfies Figure[]
  },
}
