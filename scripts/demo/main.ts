// The demonstration's own process: its own gateway, key, epoch, ledger and file, so that the portal waits for nothing.
// Reads one line of JSON {folder, hub, code, nowMs, seed} on standard input; prints one line of JSON when all is delivered.
// Ends when standard input does: a server that was killed must not leave it playing to nobody.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '#shared/clock.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import type { Effects } from '#shared/effects.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { enrol } from '#portal/sync/enrol.ts'
import { createPush, type PushOutcome } from '#portal/sync/push.ts'
import { openBooks } from '../run/delivery.ts'
import { gatewayName, kernelDraw } from '../run/ground.ts'
import { pastWeeks, rehearse } from './rehearsal.ts'

export type DemoOrder = { readonly folder: string; readonly hub: string; readonly code: string; readonly nowMs: number; readonly seed: number }

const PAUSE_MS = 8

async function play({ folder, hub, code, nowMs, seed }: DemoOrder): Promise<Record<string, number>> {
  const clock = systemClock()
  const log = jsonLog((line) => void process.stderr.write(line), clock.now, 'warn').scoped('demo')
  const effects: Effects = { clock, random: randomBytes, log, metrics: createMetrics() }
  const key = deviceKeyAt(join(folder, 'device.key'))
  const gateway = gatewayName(key).replace(/^gw-/, 'demo-')
  const books = await openBooks(folder, gateway, key, { pooled: false, durability: 'relaxed' })
  const { durable, reader } = books.store
  await enrol({ url: hub, code, gateway, epoch: books.epoch, model: 'demonstration' }, { key, durable, fetch, clock })
  // The network lives by the real clock: time-outs are the hub's affair, not the town's.
  const push = createPush({ url: hub }, effects, { reader, durable, key, fetch })
  const started = clock.monotonic()
  let sending: Promise<PushOutcome> = Promise.resolve({ kind: 'idle' })
  /** A pause after each POST: the hub answers citizens and staff between two of them. */
  async function sendDay(): Promise<PushOutcome> {
    for (;;) {
      const outcome = await push.once()
      if (outcome.kind !== 'sent') return outcome
      await setTimeout(PAUSE_MS)
    }
  }
  const rehearsal = await rehearse(pastWeeks(nowMs), seed, {
    books,
    effects,
    draw: kernelDraw(),
    dayDone: () => void (sending = sending.then(sendDay)),
  })
  if ((await sending).kind === 'failed') throw new Error('the hub did not take the demonstration’s batches')
  await books.store.close()
  return { ...rehearsal, ms: Math.round(clock.monotonic() - started) }
}

const lines = createInterface({ input: process.stdin })
lines.once('close', () => process.exit(1))
const order = await new Promise<DemoOrder>((resolve) => lines.once('line', (line) => resolve(JSON.parse(line) as DemoOrder)))
process.stdout.write(`${JSON.stringify(await play(order))}\n`)
lines.removeAllListeners('close')
lines.close()
process.stdin.destroy()
