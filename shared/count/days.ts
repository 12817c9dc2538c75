/** Opens and closes site-days and their hours in the volatile store; draws the noise at each opening. */
import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/open.ts'
import { secretKey } from '../keyed-mac.ts'
import type { Site, SiteId } from '../place.ts'
import { openBoot, type Boot } from './boot.ts'
import { dayStatements, dwellBins, type OpenHour } from './day-statements.ts'
import { countsFrom, type Opening } from './opening.ts'
import { releasesOf, type Period, type Profile, type RunningRelease } from './releases.ts'
import type { Draw } from './sampler.ts'
import { hoursOf, siteDayAt, type SiteDay } from './site-day.ts'
import { forgetJournal, type DayRow } from './volatile.ts'

const KEY_BYTES = 32

/** A site-day that counts now. */
export type OpenDay = DayRow & { readonly key: KeyObject; readonly releases: readonly RunningRelease[]; devices: number; sessions: number; hours: OpenHour[] }

/** What the ledger remembers of a site across boots. */
export type History = { openings(site: SiteId): readonly Opening[]; releasedDay(site: SiteId): string | undefined }

export type Days = {
  readonly boot: Boot
  /**
   * For an event: the day that counts now; undefined: heartbeats only. A day follows on the last at its close, which no event
   * moves; a boot's first one begins at a checkpoint only, or else the first device seen would decide from when all others count.
   */
  current(site: SiteId): OpenDay | undefined
  /** Opens and closes what is due, and notes that the process was there since the last call: coverage is made of nothing else. */
  checkpoint(): void
  /** Wall time since which this process has been counting the site without a gap; undefined when it does not. */
  countingSince(site: SiteId): number | undefined
  /** The last site-day this boot opened, whether the ledger knows of it or not. */
  lastOpening(site: SiteId): Opening | undefined
  /** Takes an hour's cells out of reach of events. */
  freeze(site: SiteId, hourFrom: number): void
}

export type DaysParts = {
  readonly volatile: Db
  readonly draw: Draw
  readonly history: History
  /** False while nothing vouches for the wall clock. */
  readonly clockKnown: () => boolean
}

type Settings = { readonly sites: readonly Site[]; readonly profile: Profile }
type Random = (length: number) => Buffer

export function openDays({ sites, profile }: Settings, { clock, random }: { clock: Clock; random: Random }, parts: DaysParts): Days {
  const { volatile: db, draw, history } = parts
  const boot = openBoot(db, clock, random)
  const statements = dayStatements(db)
  const byId = new Map(sites.map((site) => [site.id, site]))
  const open = new Map<SiteId, OpenDay>()
  const calendar = new Map<SiteId, SiteDay>()
  const startedMs = clock.now()
  let seen = { wall: startedMs, steady: boot.steadyMs() }

  for (const row of statements.allDays.all()) {
    const { key, ...day } = row
    // A site that the settings no longer name has nobody to release it.
    if (!byId.has(row.site)) statements.dropDay.run(row.id)
    else if (key) open.set(row.site, resume(day, key))
  }

  function resume(day: DayRow, keyBytes: Uint8Array): OpenDay {
    const hours = statements.openHours.all(day.id)
    const key = secretKey(keyBytes)
    return { ...day, key, releases: releasesOf(day.class, day.profile), devices: statements.devices.get(day.id)?.n ?? 0, sessions: statements.sessions.get(day.id)?.n ?? 0, hours }
  }

  function calendarDay(site: Site, nowMs: number): SiteDay {
    const known = calendar.get(site.id)
    if (known && nowMs >= known.startsMs && nowMs < known.closesMs) return known
    const day = siteDayAt(nowMs, site.timezone, site.closeAt)
    calendar.set(site.id, day)
    return day
  }

  function openInterval(day: DayRow, releases: readonly RunningRelease[], period: Period, from: number, to: number): void {
    statements.addInterval.run(day.id, period, from, to)
    for (const release of releases) {
      if (release.period !== period) continue
      for (const bin of release.bins) statements.addCounter.run(day.id, release.key, from, bin, draw(release.eps, release.delta))
    }
  }

  function lastOpening(site: SiteId): Opening | undefined {
    const row = statements.opened.get(site)
    return row && { day: row.day, boot: boot.id, openedMs: row.openedMs }
  }

  function asked(site: Site, day: string, nowMs: number): Parameters<typeof countsFrom>[0] {
    const last = statements.opened.get(site.id)
    const own = last ? [{ day: last.day, boot: boot.id, openedMs: last.openedMs }] : []
    const sinceOpeningMs = last && boot.steadyMs() - last.steadyMs
    return { day, nowMs, boot: boot.id, sinceOpeningMs, openings: [...history.openings(site.id), ...own], releasedDay: history.releasedDay(site.id), clockKnown: parts.clockKnown() }
  }

  const openDay = db.transaction((site: Site, calendar: SiteDay, countsFromMs: number): OpenDay => {
    const keyBytes = random(KEY_BYTES)
    const start = { site: site.id, ...calendar, countsFromMs, class: site.class, profile, timezone: site.timezone }
    const id = Number(statements.addDay.run(start.site, start.day, start.startsMs, start.closesMs, countsFromMs, start.class, profile, start.timezone, keyBytes).lastInsertRowid)
    const sinceCounting = clock.now() - countsFromMs
    statements.setOpened.run(site.id, start.day, countsFromMs, boot.steadyMs() - sinceCounting)
    const day = { id, ...start, key: secretKey(keyBytes), releases: releasesOf(site.class, profile), devices: 0, sessions: 0, hours: [] }
    keyBytes.fill(0)
    openInterval(day, day.releases, 'day', day.startsMs, day.closesMs)
    return day
  })

  const openHours = db.transaction((day: OpenDay, untilMs: number, nowMs: number): OpenHour[] => {
    // Only hours in which this process lived: one that it slept through has no counter that could have started in it.
    const alive = Math.max(day.countsFromMs, nowMs - (boot.steadyMs() - seen.steady))
    const after = statements.lastHour.get(day.id)?.last ?? day.startsMs - 1
    const hours = hoursOf(day).filter(([from, to]) => from > after && from <= untilMs && to > alive)
    for (const [from, to] of hours) openInterval(day, day.releases, 'hour', from, to)
    return hours.map(([from, to]) => ({ from, to }))
  })

  /** Cuts running sessions, gives each device its one dwell bin, and destroys key and devices. */
  const closeDay = db.transaction((day: OpenDay): void => {
    const dwell = day.releases.find((release) => release.feed === 'dwell')
    if (dwell) for (const [bin, devices] of dwellBins(statements.dwell.iterate(day.closesMs, day.id))) statements.add.run(devices, day.id, dwell.key, day.startsMs, bin)
    statements.dropDevices.run(day.id)
    statements.dropSessions.run(day.id)
    statements.dropKey.run(day.id)
  })

  function closeIfOver(site: SiteId, nowMs: number): void {
    const day = open.get(site)
    if (!day || nowMs < day.closesMs) return
    // The last hours may not have been looked at since they began.
    if (day.class === 'busy') openHours(day, day.closesMs - 1, nowMs)
    closeDay(day)
    open.delete(site)
    forgetJournal(db)
  }

  function openIfDue(site: Site, nowMs: number): void {
    const day = calendarDay(site, nowMs)
    const from = countsFrom(asked(site, day.day, nowMs), day.startsMs)
    if (from !== undefined) open.set(site.id, openDay(site, day, Math.floor(from)))
  }

  function follow(site: Site, mayBegin: boolean): OpenDay | undefined {
    const nowMs = clock.now()
    closeIfOver(site.id, nowMs)
    if (!open.has(site.id) && (mayBegin || lastOpening(site.id))) openIfDue(site, nowMs)
    const day = open.get(site.id)
    if (day?.class === 'busy' && nowMs >= (day.hours.at(-1)?.to ?? 0)) day.hours.push(...openHours(day, nowMs, nowMs))
    return day
  }

  return {
    boot,
    current(siteId) {
      const site = byId.get(siteId)
      return site && follow(site, false)
    },
    checkpoint() {
      for (const site of sites) follow(site, true)
      const [wall, steady] = [clock.now(), boot.steadyMs()]
      statements.cover.run(wall, wall - (steady - seen.steady))
      boot.save()
      seen = { wall, steady }
    },
    countingSince(site) {
      const day = open.get(site)
      return day && Math.max(startedMs, day.countsFromMs)
    },
    lastOpening,
    freeze(site, hourFrom) {
      const day = open.get(site)
      if (day) day.hours = day.hours.filter(({ from }) => from !== hourFrom)
    },
  }
}
