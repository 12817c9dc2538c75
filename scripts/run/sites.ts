import { networkInterfaces } from 'node:os'
import { DEFAULT_SITE, type Site, type SiteHints } from '#shared/place.ts'
import { isPageLanguage, PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import type { Settings } from '../settings/schema.ts'

type Row = Settings['sites'][number]

function site(row: Row): Site {
  return {
    id: row.id,
    name: row.name ?? row.id,
    class: row.class,
    timezone: row.timezone,
    closeAt: row.close_at,
    languages: row.languages.filter(isPageLanguage),
    match: row.match,
    ...(row.open !== undefined && { open: row.open }),
  }
}

const BUILT_IN: Site = { id: DEFAULT_SITE, name: 'Wi-Fi public', class: 'square', timezone: 'Europe/Paris', closeAt: '04:00', languages: PAGE_LANGUAGES, match: {} }

/** The configured sites, and always one named `default`, where whatever fits no `match` goes. */
export function sitesOf(settings: Settings): readonly Site[] {
  const sites = settings.sites.map(site)
  return sites.some((one) => one.id === DEFAULT_SITE) ? sites : [...sites, BUILT_IN]
}

/** One way in for phones: an interface of this gateway, its addresses, and what coming in by it says. */
export type Door = { readonly interface: string; readonly addresses: readonly string[]; readonly hints: SiteHints }

/** A VLAN interface says its number in its name: `eth1.20`, `vlan20`, `br-lan.20`. */
function vlanOf(name: string): string | undefined {
  return /(?:\.|vlan)(\d{1,4})$/.exec(name)?.[1]
}

/** The gateway's LAN interfaces as they are now. A `match.vlan` may name a VLAN's number or the whole interface. */
export function doorsOf(settings: Settings): readonly Door[] {
  const present = networkInterfaces()
  const named = new Set(settings.sites.map((row) => row.match.vlan))
  return (settings.gateway.lan ?? []).map((name) => {
    const vlan = named.has(name) ? name : vlanOf(name)
    return {
      interface: name,
      addresses: (present[name] ?? []).map((one) => one.address),
      hints: vlan === undefined ? {} : { vlan },
    }
  })
}
