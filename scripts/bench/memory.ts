// rss.*: what the processes hold when nobody comes, read from /proc after the first start's work is over.
import { readFileSync } from 'node:fs'
import { startInstance, type InstanceOptions } from '../instance.ts'
import { median, type Benchmark, type Figure } from './figure.ts'

const RUNS = 3
const SETTLE_MS = 5_000
const DEMO_TIMEOUT_MS = 30_000
const MIB = 2 ** 20

export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? Number.NaN) * 1024
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function ready(ops: string | undefined): Promise<void> {
  const deadline = performance.now() + DEMO_TIMEOUT_MS
  while (performance.now() < deadline) {
    const answer = await fetch(`${ops}readyz`).catch(() => undefined)
    if (answer?.ok) return
    await wait(200)
  }
}

async function idle(options: InstanceOptions): Promise<number> {
  const instance = await startInstance(options)
  try {
    await ready(instance.urls['ops'])
    for (const url of Object.values(instance.urls)) await fetch(url).then((answer) => answer.arrayBuffer())
    await wait(SETTLE_MS)
    return residentBytes(instance.pid) / MIB
  } finally {
    await instance.stop()
  }
}

const ROWS = [
  { name: 'rss.all', setup: 'npm start with the demonstration loaded, one request to each door, 5 s idle', args: [] },
  // Nobody answers there, and nobody is asked.
  { name: 'rss.portal', setup: 'portal role alone, one request, 5 s idle', args: ['--role', 'portal', '--radius.auth_port=1812', '--radius.acct_port=1813'] },
] as const

export const memory: Benchmark = {
  area: 'rss',
  names: ROWS.map((row) => row.name),
  async measure() {
    const figures: Figure[] = []
    for (const { name, setup, args } of ROWS) {
      const values: number[] = []
      for (let run = 0; run < RUNS; run++) values.push(await idle({ args }))
      figures.push({ name, value: median(values), unit: 'MB', n: RUNS, setup })
    }
    return figures
  },
}
