// Run as a process that a test kills: plays a scripted site-day through the counter, one quarter of an hour after another.
import { randomBytes } from 'node:crypto'
import { BATCH_EVERY_MS } from '../../batch.ts'
import { manualClock } from '../../clock.ts'
import { pooledWriter } from '../../db/durable-writer.ts'
import { openDb } from '../../db/open.ts'
import { silentLog } from '../../log.ts'
import { createMetrics } from '../../metrics.ts'
import { createCounts } from '../main.ts'
import { VOLATILE_COUNT_OPTIONS } from '../volatile.ts'
import { DURABLE, phone, site, testOutbox } from './rig.ts'

const [, , dir = '.', from = '0', start = ''] = process.argv
const clock = manualClock(Date.parse(start) + Number(from) * BATCH_EVERY_MS)
const counts = createCounts(
  { gateway: 'gw-killed', profile: 'standard', sites: [site('busy'), site('square')] },
  { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() },
  {
    volatile: openDb(`${dir}/volatile.db`, VOLATILE_COUNT_OPTIONS),
    durable: await pooledWriter(`${dir}/counts.db`, DURABLE),
    reader: openDb(`${dir}/counts.db`, DURABLE),
    draw: () => 0,
    outbox: testOutbox,
    batchClock: () => ({ sync: 'system', offset_ms: 0 }),
  },
)

for (let quarter = Number(from); quarter < 96; quarter++) {
  clock.advance(BATCH_EVERY_MS / 2)
  for (const where of ['busy', 'square']) {
    for (let n = 0; n <= quarter % 4; n++) counts.sighted(where, phone(quarter * 10 + n))
    counts.sessionStarted({ site: where, session: `${where}-${quarter}`, device: phone(quarter * 10), startedMs: clock.now(), method: 'click', language: 'fr' })
  }
  clock.advance(BATCH_EVERY_MS / 2)
  await counts.tick()
  process.stdout.write(`${quarter + 1}\n`)
}
