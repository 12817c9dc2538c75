// What holds for every session at a site, beside what RADIUS granted: its opening hours, and what follows a used-up quota.
import { siteDayAt } from '#shared/site-day.ts'
import type { Site, SiteId } from '#shared/place.ts'
import { opennessAt, type Openness } from '#shared/week-hours.ts'

export type OverQuota = 'end' | { readonly slowKbps: number }

export type SessionRules = {
  readonly overQuota: OverQuota
  /** Whether a site's Wi-Fi is open, and until when that holds. */
  openness(site: SiteId, nowMs: number): Openness
  /** When the site's day is over: its Wi-Fi closes, or its books do, whichever comes first. */
  dayEndsMs(site: SiteId, nowMs: number): number
}

const ALWAYS: Openness = { open: true }

export function rulesFor(sites: readonly Site[], overQuota: OverQuota = 'end'): SessionRules {
  const byId = new Map(sites.map((site) => [site.id, site]))

  function openness(id: SiteId, nowMs: number): Openness {
    const site = byId.get(id)
    return site?.open ? opennessAt(site.open, site.timezone, nowMs) : ALWAYS
  }

  return {
    overQuota,
    openness,
    dayEndsMs(id, nowMs) {
      const { timezone = 'UTC', closeAt = '04:00' } = byId.get(id) ?? {}
      const { open, untilMs = Infinity } = openness(id, nowMs)
      const { closesMs } = siteDayAt(nowMs, timezone, closeAt)
      return open ? Math.min(closesMs, untilMs) : closesMs
    },
  }
}

/** Nothing lasts beyond closing time. */
export function noLaterThanClosing(rules: SessionRules, site: SiteId, nowMs: number, deadlineMs: number): number {
  const { open, untilMs = Infinity } = rules.openness(site, nowMs)
  return open ? Math.min(deadlineMs, untilMs) : Math.min(deadlineMs, nowMs)
}
