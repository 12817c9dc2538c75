/** In vouchers.db, beside the gateway's own: what it was lent of the city's vouchers. No code, and a minute only while what was lent runs. */
import type { Statement } from '#shared/db/group-commit.ts'

/** The batch of vouchers whose balance is held elsewhere. No batch of our own is called so. */
export const ELSEWHERE = ''
/** How long a voucher that was given back is remembered here: for late reports, and for when its hub is out of reach. */
export const KEPT_DAYS = 30

export const CITY_MIGRATIONS: readonly string[] = [
  `insert into voucher_batch (label, made_day) values ('${ELSEWHERE}', 0);
   -- 'told' is what of the use here its hub has heard; the lease is null when it was given back.
   create table voucher_lease (
     voucher blob primary key references voucher (id), lease blob, seconds integer not null, places integer not null, ends_minute integer not null,
     left_seconds integer, left_octets integer, until_minute integer, devices integer not null, down_kbps integer, up_kbps integer,
     told_seconds integer not null, told_octets integer not null, day integer not null
   ) strict, without rowid;
   -- One window a day, opened while the hub was out of reach.
   create table voucher_courtesy (voucher blob primary key references voucher (id), day integer not null, ends_minute integer not null) strict, without rowid`,
]

export type LeaseRow = {
  voucher: Buffer; lease: Buffer | null; seconds: number; places: number; ends_minute: number; left_seconds: number | null; left_octets: number | null
  until_minute: number | null; devices: number; down_kbps: number | null; up_kbps: number | null; told_seconds: number; told_octets: number; day: number
}
export type CourtesyRow = { voucher: Buffer; day: number; ends_minute: number }

export const LEASES = 'select * from voucher_lease'
export const COURTESIES = 'select * from voucher_courtesy'
export const USED_HERE = `select v.used_seconds + coalesce((select sum(seconds) from voucher_session where voucher = v.id), 0) as seconds,
    v.used_octets + coalesce((select sum(octets) from voucher_session where voucher = v.id), 0) as octets
  from voucher v where v.id = ? and v.batch = '${ELSEWHERE}'`

/** Sessions of it are metered from now on. */
export function knownStatement(id: Buffer): Statement {
  return { sql: 'insert into voucher (id, batch) values (?, ?) on conflict do nothing', values: [id, ELSEWHERE] }
}

export function leaseStatement(row: LeaseRow): Statement {
  const { voucher, lease, seconds, places, ends_minute, left_seconds, left_octets, until_minute, devices, down_kbps, up_kbps, told_seconds, told_octets, day } = row
  const values = [voucher, lease, seconds, places, ends_minute, left_seconds, left_octets, until_minute, devices, down_kbps, up_kbps, told_seconds, told_octets, day]
  return { sql: `insert or replace into voucher_lease values (${values.map(() => '?').join(', ')})`, values }
}

export function courtesyStatement({ voucher, day, ends_minute }: CourtesyRow): Statement {
  return { sql: 'insert or replace into voucher_courtesy values (?, ?, ?)', values: [voucher, day, ends_minute] }
}

/** What is over says no more when it was. A wall clock that was ahead ends it no sooner: while this runs, memory knows its end. */
export function overStatements(nowMinute: number): Statement[] {
  return ['voucher_lease', 'voucher_courtesy'].map((table) => ({ sql: `update ${table} set ends_minute = 0 where ends_minute > 0 and ends_minute <= ?`, values: [nowMinute] }))
}

/** Of one voucher that its hub does not know, or that nobody has brought for long. */
export function forgetStatements(id: Buffer): Statement[] {
  return ['voucher_lease where voucher', 'voucher_courtesy where voucher', 'voucher_session where voucher', `voucher where batch = '${ELSEWHERE}' and id`].map((where) => ({ sql: `delete from ${where} = ?`, values: [id] }))
}
