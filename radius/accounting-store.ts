/**
 * The radius role's own record of sessions, for when it runs without the portal. On disk stand session id, token user, minutes,
 * counters and cause; never a station, an address or an account's name: this is where they are dropped.
 */
import { every, type Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { reason, type Log } from '#shared/log.ts'
import { readTokenUser } from './access/portal-token.ts'
import type { SessionNames } from './session-name.ts'
import { TERMINATE_CAUSES, type AccountingReport, type AccountingStore, type Origin } from './nas.ts'

export const ACCOUNTING_MIGRATIONS: readonly string[] = [
  `create table accounting_session (
    client text not null, session text not null, nas text not null, token_user text not null,
    first_minute integer not null, last_minute integer not null, seconds integer not null,
    input_octets integer not null, output_octets integer not null, input_packets integer not null, output_packets integer not null,
    stop_minute integer, cause integer,
    primary key (client, session)
  ) without rowid`,
  // A client may be a whole block of access servers, each of which numbers its sessions for itself.
  `alter table accounting_session rename to accounting_of_client;
  create table accounting_session (
    client text not null, session text not null, nas text not null, token_user text not null,
    first_minute integer not null, last_minute integer not null, seconds integer not null,
    input_octets integer not null, output_octets integer not null, input_packets integer not null, output_packets integer not null,
    stop_minute integer, cause integer,
    primary key (client, nas, session)
  ) without rowid;
  insert into accounting_session select * from accounting_of_client;
  drop table accounting_of_client`,
]

/** A session that has said nothing for this long is over: its Stop was lost with its NAS. */
const SILENT_MS = 6 * 3_600_000
const FORGET_STOPPED_AFTER_MINUTES = 24 * 60
const FORGET_EVERY_MS = 600_000
const MINUTE_MS = 60_000
/** How far back an event is believed. */
const MOST_LATE_MINUTES = 24 * 60

// Counters by maximum and Stop final: a late or repeated report takes nothing back.
const RECORD = `insert into accounting_session values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (client, nas, session) do update set
    token_user = case when token_user = '' then excluded.token_user else token_user end,
    first_minute = min(first_minute, excluded.first_minute), last_minute = max(last_minute, excluded.last_minute),
    seconds = max(seconds, excluded.seconds),
    input_octets = max(input_octets, excluded.input_octets), output_octets = max(output_octets, excluded.output_octets),
    input_packets = max(input_packets, excluded.input_packets), output_packets = max(output_packets, excluded.output_packets),
    stop_minute = coalesce(stop_minute, excluded.stop_minute), cause = coalesce(cause, excluded.cause)`
const STOP_ALL = 'update accounting_session set stop_minute = ?, cause = ? where client = ? and nas = ? and stop_minute is null'
const STOP_SILENT = 'update accounting_session set stop_minute = ?, cause = ? where last_minute < ? and stop_minute is null'
const FORGET = 'delete from accounting_session where stop_minute < ?'
const OPEN = 'select client, session, nas, token_user, last_minute, input_octets + output_octets as octets from accounting_session where stop_minute is null'

const STOPPED = 'select stop_minute is not null from accounting_session where client = ? and nas = ? and session = ?'

/** In memory, what `alive` is asked about. `earlierOctets` are those of sessions that the same token had before this one. */
type Live = { readonly client: string; readonly session: string; readonly nas: string; lastMs: number; octets: number; readonly earlierOctets: number }
type OpenRow = { client: string; session: string; nas: string; token_user: string; last_minute: number; octets: number }

export type AccountingStoreParts = {
  /** Opened with `ACCOUNTING_MIGRATIONS` and durability `full`. */
  readonly writer: DurableWriter
  /** A connection that reads the same file. */
  readonly reader: Db
  readonly clock: Clock
  readonly log: Log
  readonly nameOf: SessionNames
}

/** An access server without a clock must not make its sessions look ancient, nor keep their rows for ever. */
function trustedMinute(report: AccountingReport, nowMs: number): number {
  const now = Math.floor(nowMs / MINUTE_MS)
  return Math.max(now - MOST_LATE_MINUTES, Math.min(now, Math.floor(report.eventSeconds / 60)))
}

function recordStatement(client: string, report: AccountingReport, tokenUser: string, minute: number): Statement {
  const stopped = report.status === 'stop'
  const values = [
    client, report.acctSessionId, report.nasIdentifier, tokenUser, minute, minute, report.sessionSeconds ?? 0,
    report.inputOctets ?? 0, report.outputOctets ?? 0, report.inputPackets ?? 0, report.outputPackets ?? 0,
    stopped ? minute : null, stopped ? TERMINATE_CAUSES[report.terminateCause ?? 'nasError'] : null,
  ]
  return { sql: RECORD, values }
}

/** `close` stops its timer; the writer belongs to the caller. */
export function createAccountingStore({ writer, reader, clock, log, nameOf }: AccountingStoreParts): AccountingStore & { close(): void } {
  const live = new Map<string, Live>()
  const stoppedRow = reader.prepare<[string, string, string], number>(STOPPED).pluck()
  for (const row of reader.prepare<[], OpenRow>(OPEN).iterate()) {
    const token = readTokenUser(row.token_user)
    if (token) keep(token.nonce, row.client, row.session, row.nas, row.octets, row.last_minute * MINUTE_MS)
  }

  function keep(nonce: string, client: string, session: string, nas: string, octets: number, lastMs: number): void {
    const known = live.get(nonce)
    const same = known?.client === client && known.nas === nas && known.session === session
    const earlierOctets = !known ? 0 : same ? known.earlierOctets : known.earlierOctets + known.octets
    live.set(nonce, { client, session, nas, lastMs, octets: same ? Math.max(octets, known.octets) : octets, earlierOctets })
  }

  function hear(client: string, nonce: string, report: AccountingReport): void {
    const known = live.get(nonce)
    const same = known?.client === client && known.nas === report.nasIdentifier && known.session === report.acctSessionId
    if (report.status === 'stop') {
      if (same) live.delete(nonce)
    } else if (same || !stoppedRow.get(client, report.nasIdentifier, report.acctSessionId)) {
      keep(nonce, client, report.acctSessionId, report.nasIdentifier, (report.inputOctets ?? 0) + (report.outputOctets ?? 0), clock.now())
    }
  }

  async function stopAll(client: string, report: AccountingReport): Promise<void> {
    await writer.write({ sql: STOP_ALL, values: [trustedMinute(report, clock.now()), TERMINATE_CAUSES.nasReboot, client, report.nasIdentifier] })
    for (const [nonce, one] of live) if (one.client === client && one.nas === report.nasIdentifier) live.delete(nonce)
  }

  async function record({ client }: Origin, said: AccountingReport): Promise<void> {
    const report = { ...said, acctSessionId: nameOf(client, said.acctSessionId) }
    if (report.status === 'on' || report.status === 'off') return stopAll(client, report)
    const token = readTokenUser(report.userName)
    await writer.write(recordStatement(client, report, token?.user ?? '', trustedMinute(report, clock.now())))
    if (token) hear(client, token.nonce, report)
  }

  function forget(): void {
    const nowMs = clock.now()
    const minute = Math.floor(nowMs / MINUTE_MS)
    for (const [nonce, { lastMs }] of live) if (nowMs - lastMs > SILENT_MS) live.delete(nonce)
    const silent: Statement = { sql: STOP_SILENT, values: [minute, TERMINATE_CAUSES.lostCarrier, minute - SILENT_MS / MINUTE_MS] }
    writer
      .write(silent, { sql: FORGET, values: [minute - FORGET_STOPPED_AFTER_MINUTES] })
      .catch((error: unknown) => log.scoped('radius').warn('old accounting rows not deleted', { reason: reason(error) }))
  }
  const cancel = every(clock, FORGET_EVERY_MS, forget, () => undefined)

  return {
    record,
    alive(nonce) {
      const one = live.get(nonce)
      return one !== undefined && clock.now() - one.lastMs <= SILENT_MS
    },
    usedBytes(nonce) {
      const one = live.get(nonce)
      return one ? one.earlierOctets + one.octets : 0
    },
    close: cancel,
  }
}
