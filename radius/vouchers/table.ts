/** vouchers.db: what each voucher gives and what is used of it. No code and no place can be read from it, and a time of use for two days. */
import type { Statement } from '#shared/db/group-commit.ts'
import { CITY_MIGRATIONS } from './city-table.ts'

export const VOUCHER_ID_BYTES = 8
export const MINUTE_MS = 60_000
/** After two days without a word a session's report is no longer believed to belong to it. */
const CLOSED_AFTER_MINUTES = 2 * 24 * 60
const MOST_USED = Number.MAX_SAFE_INTEGER

export const VOUCHER_MIGRATIONS: readonly string[] = [
  `create table voucher_batch (
     label text primary key, seconds integer, octets integer, until_minute integer, devices integer,
     made_day integer not null, void integer not null default 0
   ) strict, without rowid;
   create table voucher (
     id blob primary key, batch text not null references voucher_batch (label),
     used_seconds integer not null default 0, used_octets integer not null default 0
   ) strict, without rowid;
   -- What running sessions have told so far. A tag of two bytes tells the sessions of one voucher apart and nothing else.
   create table voucher_session (
     voucher blob not null references voucher (id), tag integer not null,
     seconds integer not null, octets integer not null, minute integer not null,
     primary key (voucher, tag)
   ) strict, without rowid`,
  // Since when a batch has been void or past its last day (erasure.ts).
  `alter table voucher_batch add column over_minute integer;
   create index voucher_of_batch on voucher (batch)`,
  // A voucher good for some time from its first use on says until when, to the hour.
  `alter table voucher_batch add column valid_minutes integer;
   alter table voucher_batch add column down_kbps integer;
   alter table voucher_batch add column up_kbps integer;
   alter table voucher add column until_minute integer`,
  ...CITY_MIGRATIONS,
]

/** What one report says a session has used since its start. */
export type Spent = {
  readonly id: Buffer
  /** 0–65,535, the same for all reports of a session. */
  readonly tag: number
  readonly seconds: number
  readonly octets: number
  readonly minute: number
}

// Totals of a session are kept by maximum, so a report that comes twice, or after a reboot, spends nothing twice.
const HEARD = `insert into voucher_session select ?, ?, ?, ?, ? where exists (select 1 from voucher where id = ?)
  on conflict do update set seconds = max(seconds, excluded.seconds), octets = max(octets, excluded.octets), minute = max(minute, excluded.minute)`
// Bounded, because one sum that SQLite cannot write down would refuse the statement for every voucher.
const GATHER = (which: string): string => `update voucher set
    used_seconds = min(${MOST_USED}, used_seconds + (select sum(seconds) from voucher_session s where s.voucher = voucher.id and ${which})),
    used_octets = min(${MOST_USED}, used_octets + (select sum(octets) from voucher_session s where s.voucher = voucher.id and ${which}))
  where id in (select voucher from voucher_session s where ${which})`
const EARLIER = 's.voucher = ? and s.tag = ? and s.minute < ?'
const SILENT = 's.minute < ?'

export function heardStatement({ id, tag, seconds, octets, minute }: Spent): Statement {
  return { sql: HEARD, values: [id, tag, seconds, octets, minute, id] }
}

/** An access server that has restarted may count its sessions from one again: a later Start under the same name is another session. */
export function startedStatements({ id, tag, minute }: Spent): Statement[] {
  const which = [id, tag, minute]
  return [
    { sql: GATHER(EARLIER), values: [...which, ...which, ...which] },
    { sql: `delete from voucher_session as s where ${EARLIER}`, values: which },
  ]
}

/** Adds up what long silent sessions have used and forgets them. */
export function closeSilentStatements(nowMinute: number): Statement[] {
  const before = nowMinute - CLOSED_AFTER_MINUTES
  return [
    { sql: GATHER(SILENT), values: [before, before, before] },
    { sql: `delete from voucher_session as s where ${SILENT}`, values: [before] },
  ]
}
