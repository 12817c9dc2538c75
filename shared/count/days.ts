/** Decides when site-days and their hours open and close. */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/open.ts'
import type { Site, SiteId } from '../place.ts'
import { openBoot, type Boot } from './boot.ts'
import { openDayStore, type OpenDay } from './day-store.ts'
import { countsFrom, type Opening, type OpeningAsked } from './opening.ts'
import type { Profile } from './releases.ts'
import type { Draw } from './sampler.ts'
import { hoursOf, siteDayAt, type SiteDay } from '../site-day.ts'

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
  /** Called before a day closes, and before an hour is taken out of reach of events. */
  readonly beforeClose?: () => void
}

type Settings = { readonly sites: readonly Site[]; readonly profile: Profile }
type Random = (length: number) => Buffer

export function openDays({ sites, profile }: Settings, { clock, random }: { clock: Clock; random: Random }, parts: DaysParts): Days {
  const boot = openBoot(parts.volatile, clock, random)
  const store = openDayStore(parts.volatile, parts.draw, random)
  const byId = new Map(sites.map((site) => [site.id, site]))
  const open = store.resume(new Set(byId.keys()))
  const calendar = new Map<SiteId, SiteDay>()
  const startedMs = clock.now()
  let seenSteadyMs = boot.steadyMs()

  function calendarDay(site: Site, nowMs: number): SiteDay {
    const known = calendar.get(site.id)
    if (known && nowMs >= known.startsMs && nowMs < known.closesMs) return known
    const day = siteDayAt(nowMs, site.timezone, site.closeAt)
    calendar.set(site.id, day)
    return day
  }

  function lastOpening(site: SiteId): Opening | undefined {
    const last = store.lastOpened(site)
    return last && { day: last.day, boot: boot.id, openedMs: last.openedMs }
  }

  function asked(site: SiteId, day: string, nowMs: number): OpeningAsked {
    const [last, own] = [store.lastOpened(site), lastOpening(site)]
    const openings = [...parts.history.openings(site), ...(own ? [own] : [])]
    const sinceOpeningMs = last && boot.steadyMs() - last.steadyMs
    return { day, nowMs, boot: boot.id, sinceOpeningMs, openings, releasedDay: parts.history.releasedDay(site), clockKnown: parts.clockKnown() }
  }

  /** Only hours in which this process lived: one that it slept through has no counter that could have started in it. */
  function openHours(day: OpenDay, untilMs: number, nowMs: number): void {
    const alive = Math.max(day.countsFromMs, nowMs - (boot.steadyMs() - seenSteadyMs))
    const after = store.lastHour(day) ?? day.startsMs - 1
    const due = hoursOf(day).filter(([from, to]) => from > after && from <= untilMs && to > alive)
    const hours = due.map(([from, to]) => ({ from, to }))
    store.openHours(day, hours)
    day.hours.push(...hours)
  }

  function closeIfOver(site: SiteId, nowMs: number): void {
    const day = open.get(site)
    if (!day || nowMs < day.closesMs) return
    parts.beforeClose?.()
    // The last hours may not have been looked at since they began.
    if (day.class === 'busy') openHours(day, day.closesMs - 1, nowMs)
    store.close(day)
    open.delete(site)
  }

  function openIfDue(site: Site, nowMs: number): void {
    const day = calendarDay(site, nowMs)
    const from = countsFrom(asked(site.id, day.day, nowMs), day.startsMs)
    if (from === undefined) return
    const { id, class: siteClass, timezone } = site
    const start = { site: id, ...day, countsFromMs: Math.floor(from), class: siteClass, profile, timezone }
    open.set(id, store.open(start, boot.steadyMs() - (nowMs - start.countsFromMs)))
  }

  function follow(site: Site, mayBegin: boolean): OpenDay | undefined {
    const nowMs = clock.now()
    closeIfOver(site.id, nowMs)
    if (!open.has(site.id) && (mayBegin || lastOpening(site.id))) openIfDue(site, nowMs)
    const day = open.get(site.id)
    if (day?.class === 'busy' && nowMs >= (day.hours.at(-1)?.to ?? 0)) openHours(day, nowMs, nowMs)
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
      const [nowMs, steadyMs] = [clock.now(), boot.steadyMs()]
      store.cover(nowMs - (steadyMs - seenSteadyMs), nowMs)
      boot.save()
      seenSteadyMs = steadyMs
    },
    countingSince(site) {
      const day = open.get(site)
      return day && Math.max(startedMs, day.countsFromMs)
    },
    lastOpening,
    freeze(site, hourFrom) {
      parts.beforeClose?.()
      const day = open.get(site)
      if (day) day.hours = day.hours.filter(({ from }) => from !== hourFrom)
    },
  }
}
