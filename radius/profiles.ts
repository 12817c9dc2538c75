/** What each way of signing in allows, by site: decided by the settings, read at every Access-Accept. */
import { siteFor, type Site, type SiteHints, type SiteId } from '#shared/place.ts'
import type { AccessMethod } from './access-methods.ts'
import { ATTRIBUTES } from './attributes.ts'
import type { Profile } from './authorisation.ts'
import { calledStation } from './called-station.ts'
import type { Packet } from './packet.ts'

/** Access servers by what they call themselves and are called; beyond these the look-up begins anew. */
const MOST_PLACES = 4_096

export type Profiles = {
  /** The same object for the same method and site, so that its attributes are written down once. */
  of(method: AccessMethod, packet: Packet): Profile
  /** For a site that is known without a packet. */
  at(method: AccessMethod, site: SiteId): Profile
}

/**
 * One `[[radius.profiles]]`: what it leaves out falls back to the method's row without a site, then to the defaults. A limit of 0 is
 * no limit, whatever it would fall back to.
 */
export type ProfileRow = Partial<Profile> & { readonly method: AccessMethod; readonly site?: SiteId }

type ByMethod = Readonly<Record<AccessMethod, Profile>>

/** The same for every method and site. */
export function oneProfile(profile: Profile): Profiles {
  return { of: () => profile, at: () => profile }
}

function withoutZeros(profile: Profile): Profile {
  const { sessionSeconds, ...limits } = profile
  return { ...Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== 0)), sessionSeconds }
}

function byMethod(of: (method: AccessMethod) => Profile): ByMethod {
  return { click: of('click'), voucher: of('voucher'), account: of('account'), free: of('free') }
}

/** `called_station_id` may be written in any notation of an address, with the SSID behind it or without. */
function comparable({ match, ...site }: Site): Site {
  if (match.calledStationId === undefined) return { ...site, match }
  const { address, ssid } = calledStation(match.calledStationId)
  return { ...site, match: { ...(ssid !== undefined && { ssid }), ...match, calledStationId: address } }
}

function hintsOf(nasIdentifier: string | undefined, called: string | undefined): SiteHints {
  const station = called === undefined ? undefined : calledStation(called)
  return { nasIdentifier, calledStationId: station?.address, ssid: station?.ssid }
}

/** @param rows at most one for a method and a site. */
export function profilesFrom(defaults: Profile, rows: readonly ProfileRow[], sites: readonly Site[]): Profiles {
  function limits(method: AccessMethod, site: SiteId | undefined): Partial<Profile> {
    const { method: _, site: __, ...said } = rows.find((row) => row.method === method && row.site === site) ?? { method }
    return said
  }
  const generally = byMethod((method) => ({ ...defaults, ...limits(method, undefined) }))
  const everywhere = byMethod((method) => withoutZeros(generally[method]))
  const special = new Map(
    rows.flatMap(({ site }) => (site === undefined ? [] : [[site, byMethod((method) => withoutZeros({ ...generally[method], ...limits(method, site) }))] as const])),
  )
  const at = (method: AccessMethod, site: SiteId): Profile => (special.get(site) ?? everywhere)[method]
  // Where no site has limits of its own the packet need not be read.
  if (special.size === 0) return { of: (method) => everywhere[method], at }

  const places = new Map<string, ByMethod>()
  const matched = sites.map(comparable)

  /** Our own portal knows its site and says it where an access point says its SSID. */
  function siteOf(hints: SiteHints): SiteId {
    const { site, fitted } = siteFor(matched, hints)
    return fitted ? site.id : (matched.find(({ id }) => id === hints.ssid) ?? site).id
  }
  function placeOf(packet: Packet): ByMethod {
    const nas = packet.read(ATTRIBUTES['NAS-Identifier'])
    const called = packet.read(ATTRIBUTES['Called-Station-Id'])
    const key = `${nas}\0${called}`
    const known = places.get(key)
    if (known) return known
    const found = special.get(siteOf(hintsOf(nas, called))) ?? everywhere
    if (places.size >= MOST_PLACES) places.clear()
    places.set(key, found)
    return found
  }
  return { of: (method, packet) => placeOf(packet)[method], at }
}
