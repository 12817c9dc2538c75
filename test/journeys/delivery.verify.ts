import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { makeBatch } from '#shared/batch.ts'
import { sqliteStore } from '#portal/hub/store/sqlite.ts'
import { seededNumbers } from '#test/support/seeded-numbers.ts'
import { draft, gateway } from './delivery-parts.ts'

const KILLS = 200
const BATCHES = 2_000
/** A start takes about this long; kills fall before, in and after it. */
const LATEST_KILL_MS = 90

type Side = { child: ChildProcess; lines: Interface; first: Promise<string> }
const sides: Side[] = []

function start(script: string, ...args: string[]): Side {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin?.on('error', () => {})
  const lines = createInterface(child.stdout)
  const first = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    child.once('exit', () => reject(new Error(`${script} ended before it was ready`)))
  })
  // A child that was killed in its start is never waited for; one that failed by itself is.
  first.catch(() => {})
  const side = { child, lines, first }
  sides.push(side)
  return side
}

async function kill({ child }: Side): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

test(`${KILLS} kills of gateway or hub over ${BATCHES} batches: each arrives exactly once, unchanged`, async () => {
  const seed = Number(process.env['PARVIS_SEED'] ?? Math.trunc(performance.timeOrigin) % 2 ** 31)
  process.stdout.write(`delivery kills: seed ${seed} (PARVIS_SEED brings it back)\n`)
  const random = seededNumbers(seed)
  const dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  onTestFinished(async () => {
    await Promise.all(sides.filter(({ child }) => child.exitCode === null && child.signalCode === null).map(kill))
    rmSync(dir, { recursive: true })
  })

  let hub = start('delivery-hub.ts', dir, '0')
  const [origin = '', code = ''] = (await hub.first).split(' ')
  const startGateway = () => start('delivery-gateway.ts', dir, origin, code)
  let gw = startGateway()
  const killed = { hub: 0, gateway: 0 }

  for (let kills = 1; kills <= KILLS; kills++) {
    // One in eight falls while something still starts.
    if (random() > 0.125) await Promise.all([hub.first, gw.first])
    gw.child.stdin?.write(`${Math.round((kills / KILLS) * BATCHES)}\n`)
    await wait(random() * LATEST_KILL_MS)
    if (random() < 0.5) {
      killed.hub++
      await kill(hub)
      hub = start('delivery-hub.ts', dir, new URL(origin).port)
    } else {
      killed.gateway++
      await kill(gw)
      gw = startGateway()
    }
  }
  await Promise.all([hub.first, gw.first])
  gw.child.stdin?.write(`${BATCHES}\n`)
  await new Promise<void>((resolve) => gw.lines.on('line', (line) => line === `${BATCHES} 0` && resolve()))
  await Promise.all([kill(gw), kill(hub)])
  process.stdout.write(`delivery kills: ${killed.hub} of the hub, ${killed.gateway} of the gateway\n`)

  const { name, epoch, close } = gateway(dir)
  await close()
  const store = sqliteStore(join(dir, 'hub.db'))
  const arrived = await Array.fromAsync(store.batches.events(name))
  expect(arrived.map(({ epoch, seq, bytes }) => [epoch, seq, bytes.toString()])).toEqual(
    Array.from({ length: BATCHES }, (_, n) => [epoch, n + 1, JSON.stringify(makeBatch({ gateway: name, epoch }, n + 1, draft(n + 1)))]),
  )
  const cells = await store.counts.cells('place', 0, Number.MAX_SAFE_INTEGER)
  expect(cells.map(({ value }) => value)).toEqual(Array.from({ length: BATCHES / 4 }, (_, n) => (n + 1) * 28 - 3))
  expect(await store.batches.missing(name, epoch)).toEqual([])
  expect(await store.batches.quarantined()).toBe(0)
  await store.close()
})
