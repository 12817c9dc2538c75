import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock, type ManualClock } from '../clock.ts'
import { pooledWriter, type DurableWriter } from '../db/durable-writer.ts'
import { openDb, type Db } from '../db/open.ts'
import { silentLog } from '../log.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import { startCounts, type Counts } from './main.ts'
import { DURABLE, phone, site, testOutbox } from './test/rig.ts'
import { VOLATILE_COUNT_OPTIONS } from './volatile.ts'

const START = Date.parse('2026-06-10T08:07:00Z')
let dir: string
let clock: ManualClock
let volatile: Db
let reader: Db
let durable: DurableWriter
let metrics: Metrics
let counts: Counts

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-count-'))
  clock = manualClock(START)
  metrics = createMetrics()
  volatile = openDb(':memory:', VOLATILE_COUNT_OPTIONS)
  durable = await pooledWriter(join(dir, 'counts.db'), DURABLE)
  reader = openDb(join(dir, 'counts.db'), DURABLE)
  const settings = { gateway: 'gw', profile: 'standard', sites: [site('busy'), site('square')] } as const
  const parts = { volatile, durable, reader, draw: () => 0, outbox: testOutbox, batchClock: () => ({ sync: 'system', offset_ms: 0 }) as const }
  counts = await startCounts(settings, { clock, random: randomBytes, log: silentLog(), metrics }, parts)
})
afterEach(async () => {
  await counts.close()
  await durable.close()
  reader.close()
  volatile.close()
  rmSync(dir, { recursive: true })
})

const batches = (): number => reader.prepare<[], number>('select count(*) from outbox').pluck().get() ?? 0

test('a started gateway makes its first batches at once and then one each quarter of an hour and site, on its own timers', async () => {
  expect(batches()).toBe(2)
  for (let quarter = 1; quarter <= 4; quarter++) {
    clock.advance(15 * 60_000)
    await expect.poll(batches).toBe(2 + 2 * quarter)
  }
  expect(metrics.text()).toContain('parvis_batches_made_total 10')
})

test('the metrics of the counter are the same whoever came', async () => {
  const quiet = metrics.text()
  for (let n = 0; n < 50; n++) counts.sighted('busy', phone(n))
  counts.sessionStarted({ site: 'busy', session: 's', device: phone(1), startedMs: clock.now(), method: 'click', language: 'fr' })
  expect(metrics.text()).toBe(quiet)
})

test('coverage is written down each minute, so that a kill costs less than two', () => {
  clock.advance(7.5 * 60_000)
  const covered = volatile.prepare<[], number>(`select covered_ms from interval where period = 'hour'`).pluck().get() ?? 0
  expect(covered / 60_000).toBe(7)
})

test('the clock, not the first visit, opens the hour', () => {
  const opened = (): number => volatile.prepare<[], number>(`select max(from_ms) from interval where period = 'hour'`).pluck().get() ?? 0
  clock.advance(Date.parse('2026-06-10T08:59:59Z') - clock.now())
  expect(opened()).toBe(Date.parse('2026-06-10T08:00:00Z'))
  clock.advance(1_000)
  expect(opened()).toBe(Date.parse('2026-06-10T09:00:00Z'))
})

test('a closed counter makes no batch any more', async () => {
  await counts.close()
  const before = batches()
  clock.advance(3 * 3_600_000)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(batches()).toBe(before)
})
