import type { Clock } from '#shared/clock.ts'
import type { Observations } from '#shared/count/observations.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site, SiteId } from '#shared/place.ts'
import type { Neighbours } from '../gateway/enforcer.ts'

/** As many devices as the counter itself can tell apart. */
const MOST_PLACED = 65_536
/** A device that is not seen any more is forgotten after this long at the earliest, and after twice as long at the latest. */
const FORGET_MS = 15 * 60_000

export type Sightings = {
  /** A device asked us for a page at a known place. */
  asked(site: SiteId, mac: MacAddress): void
  /** A foreign access controller vouched for a device that is no neighbour of ours. */
  introduced(site: SiteId, mac: MacAddress): void
}

/**
 * Where devices were last, in two maps that change places: forgetting takes no scan. A timer runs only while somebody is
 * remembered, or else the evening's last visitors would stay in memory until the morning's first.
 */
function createPlaces(clock: Clock) {
  let lately = new Map<MacAddress, SiteId>()
  let before = new Map<MacAddress, SiteId>()
  let turnedAt = clock.monotonic()
  let forgetting = false

  function turn(): void {
    const waited = clock.monotonic() - turnedAt
    if (waited < FORGET_MS && lately.size < MOST_PLACED) return
    before = waited < 2 * FORGET_MS ? lately : new Map()
    lately = new Map()
    turnedAt = clock.monotonic()
  }
  function forgetLater(): void {
    clock.after(turnedAt + FORGET_MS - clock.monotonic(), () => {
      turn()
      forgetting = lately.size + before.size > 0
      if (forgetting) forgetLater()
    })
  }
  return {
    of(mac: MacAddress): SiteId | undefined {
      turn()
      return lately.get(mac) ?? before.get(mac)
    },
    put(mac: MacAddress, site: SiteId): void {
      lately.set(mac, site)
      if (forgetting) return
      forgetting = true
      forgetLater()
    },
  }
}

/**
 * Passes on which devices are associated. Where one gateway serves several sites, the neighbour table does not say at which of
 * them a device is; its first request does (every system asks for its probe), so until then nothing is counted rather than
 * something at the wrong site. The memory of it is RAM only and ends soon after the device has left.
 */
export function createSightings(sites: readonly Site[], neighbours: Neighbours, observations: Observations, clock: Clock): Sightings {
  const only = sites.length === 1 ? sites[0]?.id : undefined
  const places = createPlaces(clock)

  neighbours.onSighting((mac) => {
    const site = only ?? places.of(mac)
    if (site === undefined) return
    if (only === undefined) places.put(mac, site)
    observations.sighted(site, mac)
  })
  function introduced(site: SiteId, mac: MacAddress): void {
    const known = places.of(mac)
    places.put(mac, site)
    if (known !== site) observations.sighted(site, mac)
  }
  return {
    introduced,
    // At the only site the neighbour table has told already.
    asked(site, mac) {
      if (only === undefined) introduced(site, mac)
    },
  }
}
