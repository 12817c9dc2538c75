/** The privacy ledger: what each number that left has cost, and that it left once. Public, and on disk beside the outbox. */
import type { Statement } from '../db/group-commit.ts'
import type { Db } from '../db/open.ts'
import type { SiteId } from '../place.ts'
import type { Opening } from './opening.ts'
import type { RunningRelease } from './releases.ts'

export const countMigrations: readonly string[] = [
  `create table opening (
     id integer primary key, gateway text not null, site text not null, site_day text not null, boot text not null, opened_ms integer not null,
     unique (gateway, site, site_day, boot)) strict;
   create table charge (
     id integer primary key, gateway text not null, site text not null, site_day text not null, release text not null, boot text not null,
     profile text not null, eps_milli integer not null, delta integer not null, once integer not null, charged_ms integer not null,
     unique (gateway, site, site_day, release, boot)) strict;
   create unique index charge_once on charge (gateway, site, site_day, release) where once = 1;
   create table released_cell (
     charge integer not null references charge, from_ms integer not null, bin text not null, value integer not null,
     primary key (charge, from_ms, bin)) strict, without rowid;
   create table made_batch (gateway text not null, site text not null, quarter_ms integer not null, primary key (gateway, site)) strict, without rowid;`,
]

/** No rule looks further back than the last few openings of a site. */
const OPENINGS_KEPT = 8

/** What one cell set of one interval costs and holds. */
export type Entry = { readonly release: RunningRelease; readonly fromMs: number; readonly values: ReadonlyMap<string, number> }

/** A site-day of one boot, as the ledger names it. */
export type Account = { readonly site: SiteId; readonly day: string; readonly profile: string }

/** One line of the public ledger. */
export type LedgerRow = {
  readonly gateway: string
  readonly site: SiteId
  readonly siteDay: string
  /** `arrivals/hour`, `sessions/day` … */
  readonly release: string
  readonly boot: string
  readonly profile: string
  readonly epsMilli: number
  readonly delta: number
  readonly chargedMs: number
}

const LEDGER_COLUMNS = 'gateway, site, site_day as siteDay, release, boot, profile, eps_milli as epsMilli, delta, charged_ms as chargedMs'

/** The charges of a site's days from `firstDay` on, oldest first: what /recorded and the evidence file print. */
export function ledgerRows(reader: Db, site: SiteId, firstDay = ''): LedgerRow[] {
  return reader.prepare<[string, string], LedgerRow>(`select ${LEDGER_COLUMNS} from charge where site = ? and site_day >= ? order by site_day, release, id`).all(site, firstDay)
}

/** Statements that charge; they commit with the outbox's or not at all. */
export function ledgerStatements(gateway: string, boot: string) {
  return {
    opening: (site: SiteId, { day, openedMs }: Opening): Statement => ({
      sql: 'insert into opening (gateway, site, site_day, boot, opened_ms) values (?, ?, ?, ?, ?) on conflict (gateway, site, site_day, boot) do nothing',
      values: [gateway, site, day, boot, openedMs],
    }),
    /** Hours share the one charge of their site-day: a device-day touches one of them at most Δ times in all. */
    entry(account: Account, { release, fromMs, values }: Entry, nowMs: number): Statement[] {
      const once = release.period === 'hour' ? 0 : 1
      const key = [gateway, account.site, account.day, release.key, boot]
      const charge: Statement = {
        sql: `insert into charge (gateway, site, site_day, release, boot, profile, eps_milli, delta, once, charged_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              on conflict (gateway, site, site_day, release, boot) do nothing`,
        values: [...key, account.profile, release.eps, release.delta, once, nowMs],
      }
      const cell = `insert into released_cell
        select id, ?, ?, ? from charge where gateway = ? and site = ? and site_day = ? and release = ? and boot = ?`
      return [charge, ...[...values].map(([bin, value]) => ({ sql: cell, values: [fromMs, bin, value, ...key] }))]
    },
    batch: (site: SiteId, quarterMs: number): Statement => ({
      sql: 'insert into made_batch values (?, ?, ?) on conflict (gateway, site) do update set quarter_ms = excluded.quarter_ms',
      values: [gateway, site, quarterMs],
    }),
  }
}

/** The ledger as it stands on the medium, read through a connection that does not write. */
export function ledgerReader(reader: Db, gateway: string) {
  const openings = reader.prepare<[string, string, number], Opening>(
    'select site_day as day, boot, opened_ms as openedMs from opening where gateway = ? and site = ? order by id desc limit ?',
  )
  const releasedDay = reader.prepare<[string, string], { day: string | null }>('select max(site_day) as day from charge where gateway = ? and site = ? and once = 1')
  const cells = reader.prepare<[string, SiteId, string, string, string, number], { n: number }>(
    `select count(*) as n from released_cell join charge on charge.id = released_cell.charge
     where gateway = ? and site = ? and site_day = ? and release = ? and boot = ? and from_ms = ?`,
  )
  const made = reader.prepare<[string], { site: SiteId; quarterMs: number }>('select site, quarter_ms as quarterMs from made_batch where gateway = ?')
  return {
    openings: (site: SiteId): readonly Opening[] => openings.all(gateway, site, OPENINGS_KEPT),
    releasedDay: (site: SiteId): string | undefined => releasedDay.get(gateway, site)?.day ?? undefined,
    /** How many cells of this interval and release are on the medium. */
    released: (site: SiteId, day: string, releaseKey: string, boot: string, fromMs: number): number =>
      cells.get(gateway, site, day, releaseKey, boot, fromMs)?.n ?? 0,
    /** The quarter of each site's last batch. */
    made: (): Map<SiteId, number> => new Map(made.all(gateway).map(({ site, quarterMs }) => [site, quarterMs])),
  }
}
export type LedgerReader = ReturnType<typeof ledgerReader>
