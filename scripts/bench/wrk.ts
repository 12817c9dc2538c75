import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UnavailableError } from '#shared/errors.ts'
import { where } from '../test/peers.ts'

export type Load = { readonly rate: number; readonly p95: number; readonly requests: number; readonly errors: number }

/** wrk's own report has no 95th percentile: its Lua hook prints one line of JSON instead. */
const REPORT = `done = function(summary, latency)
  local e = summary.errors
  print(string.format('{"requests":%d,"microseconds":%d,"p95":%d,"errors":%d}', summary.requests, summary.duration, latency:percentile(95), e.connect + e.read + e.write + e.status + e.timeout))
end`

/** Runs a command to its end and tells what it printed. */
export type Runner = (command: readonly string[]) => Promise<string>

const here: Runner = async ([program = '', ...args]) => (await promisify(execFile)(program, args)).stdout

export type Drive = { readonly url: string; readonly host: string; readonly connections: number; readonly seconds: number; /** Default: on this machine. */ readonly run?: Runner }

/** Drives one address on processor 1; rate per second, p95 in milliseconds. An answer has 10 s before it counts as an error. */
export async function wrk({ url, host, connections, seconds, run = here }: Drive): Promise<Load> {
  const program = where('wrk')
  if (!program) throw new UnavailableError('peer', 'wrk is not installed')
  const dir = mkdtempSync(join(tmpdir(), 'parvis-wrk-'))
  try {
    const script = join(dir, 'report.lua')
    writeFileSync(script, REPORT)
    const stdout = await run(['taskset', '-c', '1', program, '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, '-H', `Host: ${host}`, url])
    const line = stdout.split('\n').find((text) => text.startsWith('{'))
    if (line === undefined) throw new UnavailableError('peer', `wrk said nothing useful: ${stdout}`)
    const report = JSON.parse(line) as { requests: number; microseconds: number; p95: number; errors: number }
    return { rate: report.requests / (report.microseconds / 1e6), p95: report.p95 / 1000, requests: report.requests, errors: report.errors }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
