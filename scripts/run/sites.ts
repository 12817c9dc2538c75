import { networkInterfaces } from 'node:os'
import { DEFAULT_SITE, type Site, type SiteHints } from '#shared/place.ts'
import { isPageLanguage, PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import type { Settings } from '../settings/schema.ts'

type Row = Settings['sites'][number]

/** Said where nothing is set: on receipts and staff pages, and of the site in tables. */
const UNNAMED = { city: 'Votre commune', site: 'Wi-Fi public' } as const

export function cityOf({ city }: Pick<Settings, 'city'>): string {
  return city.name ?? UNNAMED.city
}

/** What site `default` is called: by its own name, else the city's, else ours. */
function nameOfDefault({ city }: Settings, own?: string): Pick<Site, 'name' | 'unnamed'> {
  const name = own ?? city.name
  return name === undefined ? { name: UNNAMED.site, unnamed: true } : { name }
}

function site(row: Row, settings: Settings): Site {
  return {
    id: row.id,
    ...(row.id === DEFAULT_SITE ? nameOfDefault(settings, row.name) : { name: row.name ?? row.id }),
    class: row.class,
    timezone: row.timezone,
    closeAt: row.close_at,
    languages: row.languages.filter(isPageLanguage),
    match: row.match,
    ...(row.open !== undefined && { open: row.open }),
  }
}

const BUILT_IN: Omit<Site, 'name'> = { id: DEFAULT_SITE, class: 'square', timezone: 'Europe/Paris', closeAt: '04:00', languages: PAGE_LANGUAGES, match: {} }

/** The configured sites, and always one whose id is `default`, where whatever fits no `match` goes. */
export function sitesOf(settings: Settings): readonly Site[] {
  const sites = settings.sites.map((row) => site(row, settings))
  return sites.some((one) => one.id === DEFAULT_SITE) ? sites : [...sites, { ...BUILT_IN, ...nameOfDefault(settings) }]
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
