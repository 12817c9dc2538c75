/** What opening and closing a site-day does in the volatile store. When it is done is decided in days.ts. */
import type { KeyObject } from 'node:crypto'
import type { Db } from '../db/open.ts'
import { secretKey } from '../keyed-mac.ts'
import type { SiteId } from '../place.ts'
import { dayStatements, dwellBins, type OpenHour } from './day-statements.ts'
import { releasesOf, type Period, type RunningRelease } from './releases.ts'
import type { Draw } from './sampler.ts'
import { forgetJournal, type DayRow } from './volatile.ts'

const KEY_BYTES = 32

/** A site-day that counts now. */
export type OpenDay = DayRow & { readonly key: KeyObject; readonly releases: readonly RunningRelease[]; devices: number; sessions: number; hours: OpenHour[] }

export type DayStore = ReturnType<typeof openDayStore>

export function openDayStore(db: Db, draw: Draw, random: (length: number) => Buffer) {
  const statements = dayStatements(db)

  function openInterval(day: OpenDay, period: Period, from: number, to: number): void {
    statements.addInterval.run(day.id, period, from, to)
    for (const release of day.releases) {
      if (release.period !== period) continue
      for (const bin of release.bins) statements.addCounter.run(day.id, release.key, from, bin, draw(release.eps, release.delta))
    }
  }

  function withKey(day: DayRow, keyBytes: Uint8Array): OpenDay {
    const [devices, sessions] = [statements.devices.get(day.id) ?? 0, statements.sessions.get(day.id) ?? 0]
    return { ...day, key: secretKey(keyBytes), releases: releasesOf(day.class, day.profile), devices, sessions, hours: statements.openHours.all(day.id) }
  }

  const takeUp = db.transaction((sites: ReadonlySet<SiteId>): Map<SiteId, OpenDay> => {
    const open = new Map<SiteId, OpenDay>()
    for (const { key, ...day } of statements.allDays.all()) {
      if (!sites.has(day.site)) statements.dropDay.run(day.id)
      else if (key) open.set(day.site, withKey(day, key))
      key?.fill(0)
    }
    return open
  })

  return {
    /** The days that count, as an earlier process of this boot left them. Those of other sites are dropped: nobody would release them. */
    resume(sites: ReadonlySet<SiteId>): Map<SiteId, OpenDay> {
      const open = takeUp(sites)
      // A process that was killed in the middle of a close has left the key in the journal.
      forgetJournal(db)
      return open
    },
    /** Begins a day whose counting began at steady time `steadyMs` of this boot. */
    open: db.transaction((day: Omit<DayRow, 'id'>, steadyMs: number): OpenDay => {
      const keyBytes = random(KEY_BYTES)
      const { site, startsMs, closesMs, countsFromMs } = day
      const added = statements.addDay.run(site, day.day, startsMs, closesMs, countsFromMs, day.class, day.profile, day.timezone, keyBytes)
      statements.setOpened.run(site, day.day, countsFromMs, steadyMs)
      const opened = withKey({ id: Number(added.lastInsertRowid), ...day }, keyBytes)
      keyBytes.fill(0)
      openInterval(opened, 'day', startsMs, closesMs)
      return opened
    }),
    openHours: db.transaction((day: OpenDay, hours: readonly OpenHour[]): void => {
      for (const { from, to } of hours) {
        openInterval(day, 'hour', from, to)
        statements.setLastHour.run(from, day.id)
      }
    }),
    /** Cuts running sessions, gives each device its one dwell bin, and destroys key and devices. */
    close(day: OpenDay): void {
      db.transaction(() => {
        const dwell = day.releases.find((release) => release.feed === 'dwell')
        const bins = dwell ? dwellBins(statements.dwell.iterate(day.closesMs, day.id)) : []
        for (const [bin, devices] of bins) statements.add.run(devices, day.id, dwell?.key, day.startsMs, bin)
        statements.dropDevices.run(day.id)
        statements.dropSessions.run(day.id)
        statements.dropKey.run(day.id)
      })()
      forgetJournal(db)
    },
    /** Start of the last hour that was opened, let out since or not: a clock that goes back must not open it again. */
    lastHour: (day: OpenDay): number | undefined => statements.lastHour.get(day.id) ?? undefined,
    lastOpened: (site: SiteId) => statements.opened.get(site),
    /** Notes that the process lived from one instant to another. */
    cover: (from: number, to: number): void => void statements.cover.run(to, from),
  }
}
