import type { Clock } from '#shared/clock.ts'
import type { Counts, SiteRow } from '../store/store.ts'
import { completeDays, isHour, localDate, nextDate, type Day } from './days.ts'
import { ALL_SITES, REAL_SITES, type DownloadView } from './download.ts'
import type { SiteDays } from './package.ts'
import { instants, monthBefore, monthPeriod, parsePeriod, type Period } from './period.ts'
import type { SiteView } from './site.ts'

const DAYS_SHOWN = 28
const MOST_MONTHS = 60

/** What staff ask for, found in the store: complete site-days of a period, and the choices a page offers. */
export type Shelf = {
  site(id: string, month: string | undefined, day: string | undefined): Promise<SiteView | undefined>
  choices(site: string | undefined): Promise<DownloadView>
  /** Undefined when the period or the site is not one. */
  download(site: string, query: { month?: string | undefined; from?: string | undefined; to?: string | undefined }): Promise<{ period: Period; sites: SiteDays[] } | undefined>
}

export function createShelf(counts: Counts, clock: Clock): Shelf {
  /** Days of `period`, without those still open; hours before the period's first day are never mixed in. */
  async function daysOf(site: SiteRow, period: Period): Promise<Day[]> {
    const [fromMs, toMs] = instants(period)
    const days = completeDays(site, await counts.cells(site.id, fromMs, toMs), clock.now())
    return days.filter(({ date }) => date >= period.from && date <= period.to)
  }
  async function monthsOf(site: string | undefined, timezone: string): Promise<string[]> {
    const span = await counts.span(site)
    if (!span) return []
    const first = localDate({ timezone }, span.firstMs).slice(0, 7)
    const months = [localDate({ timezone }, Math.min(span.lastMs, clock.now())).slice(0, 7)]
    for (let month = months[0] ?? ''; month > first && months.length < MOST_MONTHS; ) months.push((month = monthBefore(`${month}-01`)))
    return months
  }
  /** Whoever has just started has the demonstration only: an empty file would tell them nothing. */
  async function hasRealDays(sites: readonly SiteRow[]): Promise<boolean> {
    for (const { id, demo } of sites) if (!demo && (await counts.span(id))) return true
    return false
  }
  async function hasDays(sites: readonly SiteRow[], month: string): Promise<boolean> {
    const period = monthPeriod(month)
    if (period) for (const site of sites) if ((await daysOf(site, period)).length > 0) return true
    return false
  }
  /** The last whole month, or the newest with closed days where that has none; undefined before the first close. */
  async function usualMonth(sites: readonly SiteRow[], months: readonly string[], timezone: string): Promise<string | undefined> {
    for (const month of [monthBefore(localDate({ timezone }, clock.now())), ...months]) if (await hasDays(sites, month)) return month
    return undefined
  }
  const sitesOf = (sites: readonly SiteRow[], asked: string): SiteRow[] => sites.filter(({ id, demo }) => id === asked || asked === ALL_SITES || (asked === REAL_SITES && !demo))
  async function lastDays(site: SiteRow): Promise<Day[]> {
    const today = localDate(site, clock.now())
    const days = await daysOf(site, { from: nextDate(today, -DAYS_SHOWN - 2), to: today })
    return days.slice(-DAYS_SHOWN)
  }
  function chosenDay(days: readonly Day[], asked: string | undefined): Day | undefined {
    const hourly = days.filter(({ cells }) => cells.some(isHour))
    return hourly.find(({ date }) => date === asked) ?? hourly.at(-1)
  }

  return {
    async site(id, asked, day) {
      const site = await counts.site(id)
      if (!site) return undefined
      const period = asked === undefined ? undefined : monthPeriod(asked)
      const days = period ? await daysOf(site, period) : await lastDays(site)
      const months = await monthsOf(id, site.timezone)
      return { site, days, chosen: chosenDay(days, day), month: period && asked, months, usualMonth: await usualMonth([site], months, site.timezone) }
    },
    async choices(asked) {
      const sites = await counts.sites()
      const timezone = sites[0]?.timezone ?? 'UTC'
      const chosenSite = sites.find(({ id }) => id === asked)?.id ?? (asked === ALL_SITES || !(await hasRealDays(sites)) ? ALL_SITES : REAL_SITES)
      const months = await monthsOf(undefined, timezone)
      return { sites, months, chosenSite, chosenMonth: (await usualMonth(sitesOf(sites, chosenSite), months, timezone)) ?? '' }
    },
    async download(asked, query) {
      const period = parsePeriod(query)
      const wanted = sitesOf(await counts.sites(), asked)
      if (!period || wanted.length === 0) return undefined
      const sites: SiteDays[] = []
      for (const site of wanted.toSorted((a, b) => (a.id < b.id ? -1 : 1))) sites.push({ site, days: await daysOf(site, period) })
      return { period, sites }
    },
  }
}
