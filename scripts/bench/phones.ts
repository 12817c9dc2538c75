// The generator's process: reads a SwarmOrder on standard input, logs phones in, prints a SwarmResult.
import { json } from 'node:stream/consumers'
import { connect, phone } from '../town/phone.ts'
import type { SwarmOrder, SwarmResult } from './swarm.ts'

const order = (await json(process.stdin)) as SwarmOrder
const tapMs: number[] = []
let failed = 0
let firstFailure = ''
let next = 0

async function line(): Promise<void> {
  while (next < order.logIns) {
    const index = next++
    const address = `127.${order.network}.${Math.floor(index / 250)}.${1 + (index % 250)}`
    try {
      tapMs.push((await connect(phone(address), order.portal)).tapMs)
    } catch (error) {
      failed++
      firstFailure ||= error instanceof Error ? error.message : String(error)
    }
  }
}

const started = performance.now()
await Promise.all(Array.from({ length: order.atOnce }, line))
const result: SwarmResult = { logIns: order.logIns, seconds: (performance.now() - started) / 1000, failed, firstFailure, tapMs }
process.stdout.write(JSON.stringify(result))
