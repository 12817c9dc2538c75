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

/** Drives one address from `connections` connections on processor 1; rate per second, p95 in milliseconds. */
export async function wrk(url: string, host: string, connections: number, seconds: number): Promise<Load> {
  const program = where('wrk')
  if (!program) throw new UnavailableError('peer', 'wrk is not installed')
  const dir = mkdtempSync(join(tmpdir(), 'parvis-wrk-'))
  try {
    const script = join(dir, 'report.lua')
    writeFileSync(script, REPORT)
    const args = ['-c', '1', program, '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, '-H', `Host: ${host}`, url]
    const { stdout } = await promisify(execFile)('taskset', args)
    const line = stdout.split('\n').find((text) => text.startsWith('{'))
    if (line === undefined) throw new UnavailableError('peer', `wrk said nothing useful: ${stdout}`)
    const report = JSON.parse(line) as { requests: number; microseconds: number; p95: number; errors: number }
    return { rate: report.requests / (report.microseconds / 1e6), p95: report.p95 / 1000, requests: report.requests, errors: report.errors }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
