import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

export type CrowdOrder = {
  readonly portal: string
  readonly seconds: number
  /** Second byte of the first loopback address, so that crowds do not meet. */
  readonly network: number
  /** Arrivals a second; without it `atOnce` phones are under way all the time. */
  readonly perSecond?: number
  readonly atOnce?: number
}
type Times = { readonly p50: number; readonly p99: number; readonly most: number }
/** Milliseconds. `seconds` until the last phone was online. */
export type CrowdResult = {
  readonly journeys: number
  readonly seconds: number
  readonly failures: readonly (readonly [what: string, count: number])[]
  readonly answersMs: Times
  readonly journeysMs: Times
}

/** Phones in a process of their own on processor 1, so that they do not take the server's time. */
export async function runCrowd(order: CrowdOrder): Promise<CrowdResult> {
  const child = spawn('taskset', ['-c', '1', process.execPath, join(import.meta.dirname, 'crowd.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(order))
  const [result] = await Promise.all([json(child.stdout), once(child, 'exit')])
  return result as CrowdResult
}
