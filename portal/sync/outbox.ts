import { makeBatch, type Ranges } from '#shared/batch.ts'
import type { Outbox } from '#shared/count/outbox-seam.ts'
import type { Db } from '#shared/db/open.ts'
import type { Statement } from '#shared/db/group-commit.ts'

/**
 * Batches on their way to the hub, in the same file as the ledger (counts.db), so that one commit charges a release and
 * queues it. Run after the migrations of shared/count.
 *
 * The database itself numbers: `seq` is taken in the statement that stores the batch, so a write that fails leaves no gap
 * and no order of calls can make one. The epoch is born with the file, so a second copy of it becomes visible at the hub.
 */
export const outboxMigrations: readonly string[] = [
  `create table outbox_origin (id integer primary key check (id = 1), epoch text not null, next_seq integer not null) strict;
   insert into outbox_origin values (1, lower(hex(randomblob(8))), 1);
   create table outbox_batch (
     seq integer primary key,
     bytes blob not null,
     refused text,
     retry_ms integer not null default 0
   ) strict;
   create trigger outbox_takes_a_number after insert on outbox_batch
     begin update outbox_origin set next_seq = next_seq + 1; end;
   create table outbox_post (id integer primary key check (id = 1), body blob not null, seqs text not null) strict;
   create table outbox_peer (id integer primary key check (id = 1), hub text not null, next text not null) strict;`,
]

const PUT =
  "insert into outbox_batch (seq, bytes) select next_seq, cast(json_set(?, '$.id', ? || next_seq, '$.data.seq', next_seq) as blob) from outbox_origin"

/**
 * What the counter writes through. `epoch` is this database's own.
 * @throws TypeError when the gateway's public name could not stand in a batch's id.
 */
export function createOutbox(reader: Db, gateway: string): Outbox & { readonly epoch: string } {
  if (!/^[\w.-]{1,64}$/.test(gateway)) throw new TypeError(`a gateway's name has 1–64 letters, digits, dots and hyphens, not ${JSON.stringify(gateway)}`)
  const epoch = String(reader.prepare('select epoch from outbox_origin').pluck().get())
  const origin = { gateway, epoch }
  return {
    epoch,
    statements(draft) {
      return [{ sql: PUT, values: [JSON.stringify(makeBatch(origin, 0, draft)), `${gateway}/${epoch}/`] }]
    },
  }
}

export type WaitingBatch = { readonly seq: number; readonly bytes: Buffer }
export type StoredPost = { readonly body: Buffer; readonly seqs: Ranges }

/** Read side of the pusher, over a connection that only reads. */
export type OutboxReader = {
  /** At most `most` batches that may be sent at `nowMs`: of four, one from the newest and three from the oldest, in order of `seq`. */
  due(most: number, nowMs: number): WaitingBatch[]
  post(): StoredPost | undefined
  /** The token that the next POST repeats; undefined before enrolment. */
  next(): string | undefined
  /** The hub's pinned public key as JSON text; undefined before enrolment. */
  hub(): string | undefined
  size(): { batches: number; bytes: number }
}

export function readOutbox(reader: Db): OutboxReader {
  const newest = reader.prepare('select seq, bytes from outbox_batch where retry_ms <= ? order by seq desc limit ?')
  const oldest = reader.prepare('select seq, bytes from outbox_batch where retry_ms <= ? and seq < ? order by seq limit ?')
  const post = reader.prepare('select body, seqs from outbox_post')
  const peer = reader.prepare('select hub, next from outbox_peer')
  const size = reader.prepare('select count(*) as batches, coalesce(sum(length(bytes)), 0) as bytes from outbox_batch')
  const peerRow = () => peer.get() as { hub: string; next: string } | undefined

  return {
    due(most, nowMs) {
      const fresh = newest.all(nowMs, Math.ceil(most / 4)) as WaitingBatch[]
      const before = fresh.at(-1)?.seq ?? 0
      const backlog = oldest.all(nowMs, before, most - fresh.length) as WaitingBatch[]
      return [...backlog, ...fresh.toReversed()]
    },
    post() {
      const row = post.get() as { body: Buffer; seqs: string } | undefined
      return row && { body: row.body, seqs: JSON.parse(row.seqs) as Ranges }
    },
    next: () => peerRow()?.next,
    hub: () => peerRow()?.hub,
    size: () => size.get() as { batches: number; bytes: number },
  }
}

/** What the pusher writes. Each is data for the one DurableWriter of the file. */
export const outboxWrites = {
  keepPost: (body: Buffer, seqs: Ranges): Statement => ({ sql: 'insert into outbox_post values (1, ?, ?)', values: [body, JSON.stringify(seqs)] }),
  dropPost: (): Statement => ({ sql: 'delete from outbox_post', values: [] }),
  acknowledged: (first: number, last: number): Statement => ({ sql: 'delete from outbox_batch where seq between ? and ?', values: [first, last] }),
  refused: (seq: number, code: string, retryMs: number): Statement => ({
    sql: 'update outbox_batch set refused = ?, retry_ms = ? where seq = ?',
    values: [code, retryMs, seq],
  }),
  next: (token: string): Statement => ({ sql: 'update outbox_peer set next = ?', values: [token] }),
  /** Forgets a POST that another hub was to get. */
  enrolled: (hub: string, next: string): Statement[] => [
    { sql: 'delete from outbox_post', values: [] },
    { sql: 'insert into outbox_peer values (1, ?, ?) on conflict (id) do update set hub = excluded.hub, next = excluded.next', values: [hub, next] },
  ],
} as const
