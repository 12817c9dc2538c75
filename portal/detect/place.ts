import { siteFor, type Site, type SiteHints } from '#shared/place.ts'
import type { Door } from '../settings.ts'

/** Loopback has sixteen million local addresses; a gateway has a dozen. */
const MOST_REMEMBERED = 256

/** `fitted` is false when no site's `match` fits. */
export type Place = { readonly site: Site; readonly fitted: boolean }

/**
 * The site of whoever connected to `localAddress`. `network` is the interface on which
 * the phone is a neighbour: it holds whatever address of ours was called, since `portal.url` may name one for all networks.
 */
export type PlaceOf = (localAddress: string | undefined, network?: string) => Place

/**
 * On our own gateway a phone cannot tell where it is, but the door it came in by can: each VLAN or bridge has addresses of
 * its own, and a redirected connection ends on the one of the interface it arrived on. The address itself counts as
 * Called-Station-Id, so that a gateway without VLANs, or a dry run, can tell two sites by two addresses.
 */
export function placeByDoor(sites: readonly Site[], doors: readonly Door[], nasIdentifier: string): PlaceOf {
  const byAddress = new Map<string, SiteHints>()
  const byInterface = new Map<string, SiteHints>()
  for (const door of doors) {
    for (const address of door.addresses) byAddress.set(address.toLowerCase(), door.hints)
    if (door.interface !== undefined) byInterface.set(door.interface, door.hints)
  }
  const known = new Map<string, Place>()

  function resolve(local: string, network: string | undefined): Place {
    const [address = '', zone = ''] = local.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '').split('%', 2)
    return siteFor(sites, { nasIdentifier, calledStationId: address, ...(byInterface.get(network ?? local.split('%', 2)[1] ?? zone) ?? byAddress.get(address)) })
  }

  return function placeOf(localAddress = '', network) {
    const key = `${network ?? ''} ${localAddress}`
    const seen = known.get(key)
    if (seen) return seen
    const place = resolve(localAddress, network)
    if (known.size < MOST_REMEMBERED) known.set(key, place)
    return place
  }
}
