import type { Observations } from '#shared/count/observations.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site, SiteId } from '#shared/place.ts'
import type { Neighbours } from '../gateway/enforcer.ts'

/** As many devices as the counter itself can tell apart. */
const MOST_PLACED = 65_536

export type Sightings = {
  /** A device asked us for a page at a known place. */
  asked(site: SiteId, mac: MacAddress): void
}

/**
 * Passes on which devices are associated. Where one gateway serves several sites, the neighbour table does not say at which of
 * them a device is; its first request does (every system asks for its probe), so until then nothing is counted rather than
 * something at the wrong site. The memory of it is RAM only, bounded, and forgets the oldest when full.
 */
export function createSightings(sites: readonly Site[], neighbours: Neighbours, observations: Observations): Sightings {
  const only = sites.length === 1 ? sites[0]?.id : undefined
  const places = new Map<MacAddress, SiteId>()

  function place(site: SiteId, mac: MacAddress): void {
    if (places.size >= MOST_PLACED && !places.has(mac)) {
      const [oldest] = places.keys()
      if (oldest !== undefined) places.delete(oldest)
    }
    places.set(mac, site)
  }

  neighbours.onSighting((mac) => {
    const site = only ?? places.get(mac)
    if (site !== undefined) observations.sighted(site, mac)
  })
  return {
    asked(site, mac) {
      if (only !== undefined || places.get(mac) === site) return
      place(site, mac)
      observations.sighted(site, mac)
    },
  }
}
