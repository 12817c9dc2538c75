import { createHash } from 'node:crypto'
import type { Db } from '#shared/db/open.ts'
import type { Ranges } from '#shared/batch.ts'
import { toRanges } from '#shared/ranges.ts'
import type { BadEvent, GoodEvent, RejectCode } from '../events.ts'
import { createHeadKeeper } from './receipt-heads.ts'
import { createRuns } from './runs.ts'
import type { Receipt, ReceivedPost } from './store.ts'

/** Conflicting events that are kept for whoever looks into them; beyond that they are only counted in the log. */
const MOST_QUARANTINED = 10_000

type DeviceRow = { next: string; last_post: Buffer | null; free_pass: number; state: string }

/** Stores one POST inside the caller's transaction: batches, cells and the device's state change together or not at all. */
export function createReceiver(db: Db): (post: ReceivedPost) => Receipt {
  const device = db.prepare('select next, last_post, free_pass, state from device where kid = ?')
  const quarantineDevice = db.prepare("update device set state = 'quarantined' where kid = ?")
  const advance = db.prepare('update device set next = ?, last_post = ?, free_pass = 0 where kid = ?')
  const putPost = db.prepare('insert into post (kid, received_ms, body) values (?, ?, ?)')
  const known = db.prepare('select sha256 from batch where gateway = ? and epoch = ? and seq = ?').pluck()
  const putBatch = db.prepare('insert into batch (gateway, epoch, seq, sha256, post, place, site, type, time_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const putCell = db.prepare(
    `insert into cell (site, from_ms, to_ms, release, bin, gateway, epoch, seq, place, value, eps_milli, sd_milli, coverage)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const putSite = db.prepare(
    `insert into site (id, name, class, timezone, demo, told_ms) values (?, ?, ?, ?, ?, ?)
     on conflict (id) do update set name = excluded.name, class = excluded.class, timezone = excluded.timezone, demo = excluded.demo, told_ms = excluded.told_ms
     where excluded.told_ms >= site.told_ms`,
  )
  const putQuarantine = db.prepare(
    `insert into quarantine (kid, gateway, epoch, seq, code, sha256, bytes, seen_ms) select ?, ?, ?, ?, ?, ?, ?, ?
     where (select count(*) from quarantine) < ${MOST_QUARANTINED} on conflict do nothing`,
  )
  const heads = createHeadKeeper(db)
  const runs = createRuns(db)

  type Place = { post: number; index: number; gateway: string; kid: string }
  function store(event: GoodEvent, { post, index, gateway, kid }: Place): void {
    const { epoch, seq, site } = event
    putBatch.run(gateway, epoch, seq, event.sha256, post, index, site.id, event.type, event.timeMs)
    if (event.head) heads.put(gateway, site.id, kid, event.head)
    runs.add(gateway, epoch, seq)
    putSite.run(site.id, site.name, site.class, site.timezone, Number(site.demo), event.timeMs)
    for (const [place, cell] of event.cells.entries()) {
      putCell.run(site.id, cell.fromMs, cell.toMs, cell.release, cell.bin, gateway, epoch, seq, place, cell.value, cell.eps_milli, cell.sd_milli, event.coverage)
    }
  }

  function keepAside(post: ReceivedPost, event: GoodEvent | BadEvent, code: RejectCode): void {
    putQuarantine.run(post.kid, post.gateway, event.epoch, event.seq, code, event.sha256, event.bytes, post.receivedMs)
  }

  /** A stale `next` with other bytes than the POST it answered: someone else holds this key, or an old copy of its database. */
  function isStranger(row: DeviceRow, post: ReceivedPost, repeated: boolean): boolean {
    return !repeated && post.next !== row.next && row.free_pass === 0
  }

  /**
   * Nothing but events that are stored already, byte for byte: a proxy that delivers twice, or somebody who kept a POST and sends
   * it again. It proves nothing about a second holder of the key, so it may neither change anything nor shut the gateway out.
   */
  function isEcho(post: ReceivedPost): boolean {
    return post.events.length > 0 && post.events.every((event) => (known.get(post.gateway, event.epoch, event.seq) as Buffer | undefined)?.equals(event.sha256) === true)
  }

  function contradicts({ gateway }: ReceivedPost, { head, site }: GoodEvent): boolean {
    return head !== undefined && heads.contradicts(gateway, site.id, head)
  }

  return function receive(post) {
    const row = device.get(post.kid) as DeviceRow
    const digest = createHash('sha256').update(post.body).digest()
    const repeated = row.last_post !== null && digest.equals(row.last_post)
    if (row.state !== 'active') return { kind: 'quarantined' }
    if (isStranger(row, post, repeated)) {
      if (isEcho(post)) return { kind: 'stored', acked: toRanges(post.events.map(({ seq }) => seq)), missing: missingOf(post), rejected: [], next: row.next, repeated: true }
      quarantineDevice.run(post.kid)
      return { kind: 'quarantined' }
    }
    const acked: number[] = []
    const rejected: { seq: number; code: RejectCode }[] = []
    let stored: number | undefined
    for (const [index, event] of post.events.entries()) {
      const before = known.get(post.gateway, event.epoch, event.seq) as Buffer | undefined
      if (before?.equals(event.sha256)) acked.push(event.seq)
      else if (event.kind === 'bad' || before || contradicts(post, event)) {
        const code = before || event.kind === 'good' ? 'equivocation' : event.code
        // An unknown schema is nobody's fault: it stays in the device's outbox until this hub knows it.
        if (code !== 'unknown_schema') keepAside(post, event, code)
        rejected.push({ seq: event.seq, code })
      } else {
        stored ??= Number(putPost.run(post.kid, post.receivedMs, post.body).lastInsertRowid)
        store(event, { post: stored, index, gateway: post.gateway, kid: post.kid })
        acked.push(event.seq)
      }
    }
    if (!repeated) advance.run(post.freshNext, digest, post.kid)
    return { kind: 'stored', acked: toRanges(acked), missing: missingOf(post), rejected, next: repeated ? row.next : post.freshNext, repeated }
  }

  function missingOf(post: ReceivedPost): Ranges {
    const epoch = post.events.at(-1)?.epoch
    return epoch === undefined ? [] : runs.missing(post.gateway, epoch)
  }
}
