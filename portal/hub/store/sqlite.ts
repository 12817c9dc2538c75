import { gunzipSync } from 'node:zlib'
import { openDb, type Db } from '#shared/db/open.ts'
import { MOST_INFLATED_BYTES, POST_TYP } from '#shared/batch.ts'
import { parseJws } from '#shared/sign.ts'
import { splitArray } from '../events.ts'
import { createCounts } from './counts.ts'
import { createCodes, createDevices } from './devices.ts'
import { createGroup } from './group.ts'
import { createReceiver } from './receive.ts'
import { createRuns } from './runs.ts'
import { hubMigrations } from './schema.ts'
import { createStaffStore } from './staff.ts'
import type { Batches, HubStore, StoredEvent } from './store.ts'

type Group = ReturnType<typeof createGroup>

/** A town's hub in one file. @throws UnavailableError `damaged_database`, `newer_database`. */
export function sqliteStore(path: string): HubStore {
  const db = openDb(path, { durability: 'full', migrations: hubMigrations })
  const group = createGroup(db)
  return {
    devices: createDevices(db, group),
    codes: createCodes(db, group),
    batches: createBatches(db, group),
    counts: createCounts(db, group),
    staff: createStaffStore(db, group),
    async close() {
      if (!db.open) return
      await group.idle()
      db.close()
    },
  }
}

function createBatches(db: Db, group: Group): Batches {
  const receive = createReceiver(db)
  const runs = createRuns(db)
  const placed = db.prepare('select b.gateway, b.epoch, b.seq, b.place, p.id as post, p.body from batch b join post p on p.id = b.post where b.gateway = ? order by b.epoch, b.seq')
  const quarantined = db.prepare("select (select count(*) from quarantine) + (select count(*) from device where state = 'quarantined')").pluck()

  function* events(gateway: string): Iterable<StoredEvent> {
    let held: { post: number; events: Buffer[] } | undefined
    for (const row of placed.iterate(gateway) as IterableIterator<{ gateway: string; epoch: string; seq: number; place: number; post: number; body: Buffer }>) {
      if (held?.post !== row.post) held = { post: row.post, events: eventsOf(row.body) }
      yield { gateway: row.gateway, epoch: row.epoch, seq: row.seq, bytes: held.events[row.place] ?? Buffer.alloc(0) }
    }
  }
  return {
    receive: (post) => group.run(() => receive(post)),
    events,
    missing: async (gateway, epoch) => runs.missing(gateway, epoch),
    quarantined: async () => quarantined.get() as number,
  }
}

/** The bytes that were signed, out of the POST that was kept whole. */
function eventsOf(body: Buffer): Buffer[] {
  const jws = gunzipSync(body, { maxOutputLength: MOST_INFLATED_BYTES }).toString('latin1')
  return splitArray(parseJws(jws, POST_TYP).payload) ?? []
}
