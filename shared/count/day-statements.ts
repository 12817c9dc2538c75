import type { Db } from '../db/open.ts'
import { dwellBin } from './releases.ts'
import { DAY_COLUMNS, type DayRow } from './volatile.ts'

/** An hour whose cells are not drafted yet. */
export type OpenHour = { readonly from: number; readonly to: number }

/** How many devices of the closing day fall into each dwell bin. */
export function dwellBins(connected: Iterable<{ ms: number }>): Map<string, number> {
  const bins = new Map<string, number>()
  for (const { ms } of connected) bins.set(dwellBin(ms), (bins.get(dwellBin(ms)) ?? 0) + 1)
  return bins
}

export function dayStatements(db: Db) {
  return {
    allDays: db.prepare<[], DayRow & { key: Uint8Array | null }>(`select ${DAY_COLUMNS}, key from site_day`),
    addDay: db.prepare('insert into site_day (site, day, starts_ms, closes_ms, counts_from_ms, class, profile, timezone, key) values (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    dropDay: db.prepare('delete from site_day where id = ?'),
    dropKey: db.prepare('update site_day set key = null where id = ?'),
    dropDevices: db.prepare('delete from device where site_day = ?'),
    dropSessions: db.prepare('delete from session where site_day = ?'),
    opened: db.prepare<[string], { day: string; openedMs: number; steadyMs: number }>('select day, opened_ms as openedMs, steady_ms as steadyMs from opened where site = ?'),
    setOpened: db.prepare('insert or replace into opened values (?, ?, ?, ?)'),
    addInterval: db.prepare('insert into interval (site_day, period, from_ms, to_ms) values (?, ?, ?, ?)'),
    addCounter: db.prepare('insert into counter values (?, ?, ?, ?, ?)'),
    add: db.prepare('update counter set value = value + ? where site_day = ? and release = ? and from_ms = ? and bin = ?'),
    openHours: db.prepare<[number], OpenHour>(`select from_ms as "from", to_ms as "to" from interval where site_day = ? and period = 'hour' and frozen = 0 order by from_ms`),
    setLastHour: db.prepare('update site_day set last_hour_ms = ? where id = ?'),
    lastHour: db.prepare<[number], number | null>('select last_hour_ms from site_day where id = ?').pluck(),
    devices: db.prepare<[number], number>('select count(*) from device where site_day = ?').pluck(),
    sessions: db.prepare<[number], number>('select count(*) from session where site_day = ?').pluck(),
    dwell: db.prepare<[number, number], { ms: number }>('select connected_ms + iif(running > 0, max(0, ? - since_ms), 0) as ms from device where site_day = ? and sessions > 0'),
    cover: db.prepare(
      `update interval set covered_ms = covered_ms + max(0,
         min(to_ms, ?) - max(from_ms, ?, (select counts_from_ms from site_day where id = interval.site_day)))
       where frozen = 0`,
    ),
  }
}
