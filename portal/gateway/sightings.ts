import type { Clock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'

/** A device that stays is told about again after this long at the earliest, and after twice as long at the latest. */
export const SIGHTING_EVERY_MS = 60_000
/** Beyond this many devices in a minute a device may be told about twice; the counts behind it remember by themselves. */
const MOST_REMEMBERED = 262_144

/** Passes on who was seen, at most once a minute each. Two sets that change places forget without a timer or a scan. */
export function createSightings(clock: Clock): { seen(mac: MacAddress, network?: string): void; onSighting(listener: (mac: MacAddress, network?: string) => void): void } {
  const listeners: ((mac: MacAddress, network?: string) => void)[] = []
  let lately = new Set<MacAddress>()
  let before = new Set<MacAddress>()
  let turnedAt = clock.monotonic()

  function turn(): void {
    const waited = clock.monotonic() - turnedAt
    if (waited < SIGHTING_EVERY_MS) return
    before = waited < 2 * SIGHTING_EVERY_MS ? lately : new Set()
    lately = new Set()
    turnedAt += waited - (waited % SIGHTING_EVERY_MS)
  }

  return {
    seen(mac, network) {
      turn()
      if (lately.has(mac) || before.has(mac)) return
      if (lately.size < MOST_REMEMBERED) lately.add(mac)
      for (const listener of listeners) listener(mac, network)
    },
    onSighting: (listener) => void listeners.push(listener),
  }
}
