/**
 * What a running site-day needs, in the runtime directory (tmpfs) or in memory: devices under the day's key, and counters that
 * already carry their noise. Never on a disk: deleted pages live on in a database's journal (privacy.md, How a release happens 4).
 */
import type { Db, OpenOptions } from '../db/open.ts'
import type { SiteClass } from '../place.ts'
import type { Profile } from './releases.ts'

export const volatileCountMigrations: readonly string[] = [
  `create table boot (one integer primary key check (one = 1), id text not null, steady_ms real not null, monotonic_ms real not null) strict;
   create table opened (site text primary key, day text not null, opened_ms integer not null, steady_ms real not null) strict;
   create table site_day (
     id integer primary key, site text not null, day text not null, starts_ms integer not null, closes_ms integer not null,
     counts_from_ms integer not null, class text not null, profile text not null, timezone text not null, key blob, last_hour_ms integer,
     unique (site, day)) strict;
   create table interval (
     site_day integer not null references site_day on delete cascade, period text not null, from_ms integer not null, to_ms integer not null,
     covered_ms real not null default 0, frozen integer not null default 0,
     primary key (site_day, period, from_ms)) strict, without rowid;
   create table counter (
     site_day integer not null references site_day on delete cascade, release text not null, from_ms integer not null, bin text not null,
     value integer not null,
     primary key (site_day, release, from_ms, bin)) strict, without rowid;
   create table device (
     site_day integer not null references site_day on delete cascade, id blob not null, sessions integer not null default 0,
     running integer not null default 0, since_ms integer not null default 0, connected_ms integer not null default 0,
     primary key (site_day, id)) strict, without rowid;
   create table session (
     id blob primary key, site_day integer not null references site_day on delete cascade, device blob, running integer not null
   ) strict, without rowid;
   create index session_of_day on session (site_day);`,
]

/** How the store is to be opened: what a closed day leaves is overwritten, its key above all. */
export const VOLATILE_COUNT_OPTIONS: OpenOptions = { durability: 'volatile', migrations: volatileCountMigrations, secureDelete: true }

/** Takes overwritten pages out of the journal too. */
export function forgetJournal(db: Db): void {
  db.pragma('wal_checkpoint(TRUNCATE)')
}

/** A site-day as it was opened: later changes of the settings hold from the next opening on. */
export type DayRow = {
  readonly id: number
  readonly site: string
  readonly day: string
  readonly startsMs: number
  readonly closesMs: number
  /** Events and coverage before this instant belong to nobody: the counter was not open yet. */
  readonly countsFromMs: number
  readonly class: SiteClass
  readonly profile: Profile
  readonly timezone: string
}

export const DAY_COLUMNS =
  'id, site, day, starts_ms as startsMs, closes_ms as closesMs, counts_from_ms as countsFromMs, class, profile, timezone'
