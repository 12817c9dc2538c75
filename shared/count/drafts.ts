/** Reads what is due out of the volatile store and puts it into the form that leaves; forgets it when told that it has left. */
import type { BatchClock, BatchDraft, BatchSite } from '../batch.ts'
import { minuteInstant, type Cell } from '../cell.ts'
import type { Db } from '../db/open.ts'
import type { Site, SiteClass, SiteId } from '../place.ts'
import type { Account, Entry } from './ledger.ts'
import { releasesOf, type Period, type Profile } from './releases.ts'

export const COVERAGE_WHOLE = 60
const MINUTE_MS = 60_000

/** An interval that is over. */
export type Due = {
  readonly siteDay: number
  readonly site: SiteId
  readonly day: string
  readonly class: SiteClass
  readonly profile: Profile
  readonly timezone: string
  readonly period: Period
  readonly fromMs: number
  readonly toMs: number
  readonly coveredMs: number
}

/** The cells of one closing instant of one site, with their places in the ledger. */
export type Closing = { readonly account: Account; readonly due: readonly Due[]; readonly entries: readonly Entry[] }

const DUE_COLUMNS = `i.site_day as siteDay, d.site, d.day, d.class, d.profile, d.timezone, i.period, i.from_ms as fromMs, i.to_ms as toMs, i.covered_ms as coveredMs
  from interval i join site_day d on d.id = i.site_day`

export function openDrafts(db: Db) {
  // A day's cells are complete only when its close has given out the dwell bins and destroyed the key.
  const due = db.prepare<[number], Due>(`select ${DUE_COLUMNS} where i.to_ms <= ? and (i.period = 'hour' or d.key is null) order by i.to_ms, i.period desc`)
  const unattended = db.prepare('delete from interval where to_ms <= ? and covered_ms = 0 and frozen = 0')
  const dropEmptyDays = db.prepare('delete from site_day where key is null and not exists (select 1 from interval where site_day = site_day.id)')
  const frozen = db.prepare<[], Due>(`select ${DUE_COLUMNS} where i.frozen = 1`)
  const freeze = db.prepare('update interval set frozen = 1 where site_day = ? and period = ? and from_ms = ?')
  const counters = db.prepare<[number, string, number], { bin: string; value: number }>('select bin, value from counter where site_day = ? and release = ? and from_ms = ?')
  const dropCounters = db.prepare('delete from counter where site_day = ? and release = ? and from_ms = ?')
  const dropInterval = db.prepare('delete from interval where site_day = ? and period = ? and from_ms = ?')

  function entriesOf(one: Due): Entry[] {
    return releasesOf(one.class, one.profile)
      .filter(({ period }) => period === one.period)
      .map((release) => ({ release, fromMs: one.fromMs, values: new Map(counters.all(one.siteDay, release.key, one.fromMs).map(({ bin, value }) => [bin, value])) }))
  }

  return {
    entriesOf,
    frozen: (): Due[] => frozen.all(),
    /** For each site the oldest closing instant up to `untilMs`; later ones wait for the next batch, so that each has its own coverage. */
    closings(untilMs: number): Map<SiteId, Due[]> {
      // An interval that only an event opened, before a crash: letting it out would tell that there was one.
      if (unattended.run(untilMs).changes > 0) dropEmptyDays.run()
      const bySite = new Map<SiteId, Due[]>()
      for (const one of due.all(untilMs)) {
        const chosen = bySite.get(one.site)
        if (!chosen) bySite.set(one.site, [one])
        else if (chosen[0]?.toMs === one.toMs && chosen[0]?.siteDay === one.siteDay) chosen.push(one)
      }
      return bySite
    },
    /** From here on no event changes these cells: a write that fails is repeated with the same numbers. */
    freeze: db.transaction((chosen: readonly Due[]): void => {
      for (const one of chosen) freeze.run(one.siteDay, one.period, one.fromMs)
    }),
    clear: db.transaction((one: Due): void => {
      for (const { release } of entriesOf(one)) dropCounters.run(one.siteDay, release.key, one.fromMs)
      dropInterval.run(one.siteDay, one.period, one.fromMs)
      dropEmptyDays.run()
    }),
  }
}

/** Whole minutes of an interval in which the process counted, in sixtieths of it. */
export function coverage(countedMs: number, lengthMs: number): number {
  const minutes = Math.floor(Math.max(0, countedMs) / MINUTE_MS)
  return Math.min(COVERAGE_WHOLE, Math.floor((minutes * COVERAGE_WHOLE * MINUTE_MS) / lengthMs))
}

/** A batch says the coverage of the shortest interval in it: that of an hour where there is one. */
function closingCoverage(due: readonly Due[]): number {
  const shortest = due.reduce((a, b) => (b.toMs - b.fromMs < a.toMs - a.fromMs ? b : a))
  return coverage(shortest.coveredMs, shortest.toMs - shortest.fromMs)
}

function cellsOf({ due, entries }: Closing): Cell[] {
  return entries.flatMap(({ release, fromMs, values }) => {
    const toMs = due.find((one) => one.period === release.period && one.fromMs === fromMs)?.toMs ?? fromMs
    const label = { from: minuteInstant(fromMs), to: minuteInstant(toMs), eps_milli: release.eps, sd_milli: release.sdMilli }
    // The grid's own order, not the order in which anything was counted.
    return release.bins.flatMap((bin) => {
      const value = values.get(bin)
      return value === undefined ? [] : [{ release: release.name, bin, value, ...label }]
    })
  })
}

type Frame = { readonly boot: string; readonly demo: boolean; readonly clock: BatchClock; readonly quarterMs: number }

function batchSite({ id, name }: Site, siteClass: SiteClass, timezone: string, demo: boolean): BatchSite {
  return { id, name, class: siteClass, timezone, ...(demo ? { demo } : {}) }
}

export function cellsDraft(site: Site, closing: Closing, { boot, demo, clock, quarterMs }: Frame): BatchDraft {
  const [first] = closing.due
  const said = batchSite(site, first?.class ?? site.class, first?.timezone ?? site.timezone, demo)
  return { type: 'org.parvis.cells.v1', timeMs: quarterMs, data: { boot, site: said, cells: cellsOf(closing), coverage: closingCoverage(closing.due), clock } }
}

export function heartbeatDraft(site: Site, covered: number, { boot, demo, clock, quarterMs }: Frame): BatchDraft {
  const said = batchSite(site, site.class, site.timezone, demo)
  return { type: 'org.parvis.heartbeat.v1', timeMs: quarterMs, data: { boot, site: said, cells: [], coverage: covered, clock } }
}
