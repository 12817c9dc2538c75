import { gunzipSync } from 'node:zlib'
import { openDb, type Db } from '#shared/db/open.ts'
import { MOST_INFLATED_BYTES, POST_TYP } from '#shared/batch.ts'
import { parseJws } from '#shared/sign.ts'
import { splitArray } from '../events.ts'
import { createCounts } from './counts.ts'
import { createCodes, createDevices } from './devices.ts'
import { createGroup } from './group.ts'
import { createReceiptHeads } from './receipt-heads.ts'
import { createReceiver } from './receive.ts'
import { createRuns } from './runs.ts'
import { hubMigrations } from './schema.ts'
import { createStaffStore } from './staff.ts'
import { createCityVouchers } from './vouchers.ts'
import type { Batches, HubStore, StoredEvent } from './store.ts'

type Group = ReturnType<typeof createGroup>
type PlacedRow = { epoch: string; seq: number; place: number; post: number; body: Buffer }

const ROWS_AT_ONCE = 500

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
    receiptHeads: createReceiptHeads(db),
    vouchers: createCityVouchers(db, group),
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
  const placed = db.prepare(
    `select b.epoch, b.seq, b.place, p.id as post, p.body from batch b join post p on p.id = b.post
     where b.gateway = ? and (b.epoch, b.seq) > (?, ?) order by b.epoch, b.seq limit ${ROWS_AT_ONCE}`,
  )
  const quarantined = db.prepare("select (select count(*) from quarantine) + (select count(*) from device where state = 'quarantined')").pluck()

  /** In pieces, because a connection with an open cursor takes no writes. */
  async function* events(gateway: string): AsyncIterable<StoredEvent> {
    let held: { post: number; events: Buffer[] } | undefined
    let after = { epoch: '', seq: -1 }
    for (;;) {
      const rows = placed.all(gateway, after.epoch, after.seq) as PlacedRow[]
      for (const { epoch, seq, place, post, body } of rows) {
        if (held?.post !== post) held = { post, events: eventsOf(body) }
        yield { gateway, epoch, seq, bytes: held.events[place] ?? Buffer.alloc(0) }
      }
      const last = rows.at(-1)
      if (!last) return
      after = last
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
