// A gateway with an outbox and a hub, for the journeys of a batch.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { BatchDraft } from '#shared/batch.ts'
import { minuteInstant } from '#shared/cell.ts'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import type { Effects } from '#shared/effects.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import type { DeviceKey } from '#shared/sign.ts'
import { startHub, type Hub } from '#portal/hub/main.ts'
import { createOutbox, outboxMigrations, readOutbox, type OutboxReader } from '#portal/sync/outbox.ts'

export const START_MS = Date.UTC(2026, 9, 1, 4, 0)

export type TestEffects = Effects & { clock: ManualClock }
export function testEffects(): TestEffects {
  return { clock: manualClock(START_MS), random: randomBytes, log: silentLog(), metrics: createMetrics() }
}

export function townHub(dir: string, effects: Effects, port = 0): Promise<Hub> {
  return startHub(
    { hosts: ['127.0.0.1'], port, url: undefined, names: [], database: join(dir, 'hub.db'), keyFile: join(dir, 'hub.key'), city: 'Ville d’essai', languages: ['fr', 'en', 'ar'] },
    effects,
  )
}

export type TestGateway = {
  name: string
  epoch: string
  key: DeviceKey
  reader: Db
  durable: DurableWriter
  waiting: OutboxReader
  put(draft: BatchDraft): Promise<void>
  close(): Promise<void>
}

export function gateway(dir: string, name = 'gw-place'): TestGateway {
  const path = join(dir, `${name}.db`)
  const options = { durability: 'full', migrations: outboxMigrations } as const
  const durable = inlineWriter(path, options)
  const reader = openDb(path, options)
  const outbox = createOutbox(reader, name)
  return {
    name,
    epoch: outbox.epoch,
    key: deviceKeyAt(join(dir, `${name}.key`)),
    reader,
    durable,
    waiting: readOutbox(reader),
    put: (draft) => durable.write(...outbox.statements(draft)),
    async close() {
      reader.close()
      await durable.close()
    },
  }
}

/** The batch of quarter `n` at a square: cells when a day has closed, else a heartbeat. Values follow from `n`, so that a test can tell each. */
export function draft(n: number, site = { id: 'place', name: 'Place du Marché', class: 'square', timezone: 'Europe/Paris' } as const): BatchDraft {
  const timeMs = START_MS + n * 900_000
  const cell = { release: 'arrivals', bin: 'all', from: minuteInstant(timeMs - 86_400_000), to: minuteInstant(timeMs), value: n * 7 - 3, eps_milli: 1_000, sd_milli: 1_357 }
  const closed = n % 4 === 0
  return {
    type: closed ? 'org.parvis.cells.v1' : 'org.parvis.heartbeat.v1',
    timeMs,
    data: { boot: '00000000000000aa', site, cells: closed ? [cell] : [], coverage: 60, clock: { sync: 'system', offset_ms: 0 } },
  }
}
