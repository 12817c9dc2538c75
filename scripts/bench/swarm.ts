import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { join } from 'node:path'

export type SwarmOrder = {
  readonly portal: string
  readonly logIns: number
  /** Phones that are under way together. */
  readonly atOnce: number
  /** Second byte of their loopback addresses, 1–254, so that rounds do not meet. */
  readonly network: number
}
export type SwarmResult = { readonly logIns: number; readonly seconds: number; readonly failed: number; readonly firstFailure: string; readonly tapMs: readonly number[] }

/** Phones in a process of their own on processor 1, so that the generator does not take the server's time. */
export async function runSwarm(order: SwarmOrder): Promise<SwarmResult> {
  const child = spawn('taskset', ['-c', '1', process.execPath, join(import.meta.dirname, 'phones.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(order))
  const [result] = await Promise.all([json(child.stdout), once(child, 'exit')])
  return result as SwarmResult
}
