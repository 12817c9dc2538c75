import type { WeekHours } from './week-hours.ts'

/** Where a count belongs and which rules hold there. Fixed in advance, never derived from the data. */
export type SiteId = string

export const SITE_CLASSES = ['square', 'busy'] as const
/** `square`: a place with tens of devices a day, counted by day; `busy`: hundreds and more, counted by hour. */
export type SiteClass = (typeof SITE_CLASSES)[number]

/** What a request says about where it comes from; a `match` names the values that belong to one site. */
export type SiteHints = {
  readonly nasIdentifier?: string | undefined
  readonly calledStationId?: string | undefined
  readonly ssid?: string | undefined
  readonly vlan?: string | undefined
}

export type Site = {
  readonly id: SiteId
  readonly name: string
  /** The name is nobody's choice: pages say "public Wi-Fi" in the reader's language instead. */
  readonly unnamed?: true
  readonly class: SiteClass
  /** IANA name. */
  readonly timezone: string
  /** Local wall time `HH:MM` at which the site-day ends. */
  readonly closeAt: string
  /** BCP 47 tags offered here, the site's own first. */
  readonly languages: readonly string[]
  readonly match: SiteHints
  /** When its Wi-Fi is open; absent is always. */
  readonly open?: WeekHours
}

export const DEFAULT_SITE = 'default'

const HINTS = ['nasIdentifier', 'calledStationId', 'ssid', 'vlan'] as const

/** The first site all of whose `match` values fit, else site `default`; `fitted` is false then, which callers count. */
export function siteFor(sites: readonly Site[], hints: SiteHints): { site: Site; fitted: boolean } {
  for (const site of sites) {
    const named = HINTS.filter((hint) => site.match[hint] !== undefined)
    if (named.length > 0 && named.every((hint) => hints[hint]?.toLowerCase() === site.match[hint]?.toLowerCase())) return { site, fitted: true }
  }
  const fallback = sites.find((site) => site.id === DEFAULT_SITE) ?? sites[0]
  if (!fallback) throw new TypeError('siteFor needs at least one site; settings always make one named "default"')
  return { site: fallback, fitted: Object.keys(fallback.match).length === 0 && sites.length === 1 }
}
