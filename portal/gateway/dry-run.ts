// A gateway of pretence for demonstrations, `npm run town` and tests: nothing is filtered, everything is remembered.
import type { Clock } from '#shared/clock.ts'
import { canonicalIp, type MacAddress } from '#shared/personal.ts'
import { NO_USAGE, type Enforcer, type Grant, type Neighbours } from './enforcer.ts'
import { createSightings } from './sightings.ts'

/** How many may be open at once: as many as the kernel's sets hold with the real enforcer. */
const MOST_OPEN = 65_536

type Open = { readonly grant: Grant; readonly endsAt: number }

/** Opens and closes in memory, by `clock`. Nothing survives the process, and nobody's bytes are known. */
export function dryRunEnforcer({ clock }: { clock: Clock }): Enforcer {
  const open = new Map<MacAddress, Open>()
  const msLeft = ({ endsAt }: Open) => endsAt - clock.monotonic()

  function forgetExpired(): void {
    for (const [mac, one] of open) if (msLeft(one) <= 0) open.delete(mac)
  }

  return {
    name: 'dry-run',
    async start() {},
    async open(grant) {
      if (open.size >= MOST_OPEN) forgetExpired()
      open.set(grant.mac, { grant, endsAt: clock.monotonic() + grant.seconds * 1000 })
    },
    async close(mac) {
      open.delete(mac)
      return NO_USAGE
    },
    async list() {
      forgetExpired()
      return [...open.values()].map((one) => {
        return { mac: one.grant.mac, mark: one.grant.mark, secondsLeft: Math.ceil(msLeft(one) / 1000), usage: NO_USAGE }
      })
    },
    async stop() {},
  }
}

const LOOPBACK_V4 = '127.0.0.1'

/** `02:00` + the four bytes of an IPv4 address (`::1` counts as 127.0.0.1); undefined for any other. */
export function dryRunMac(address: string): MacAddress | undefined {
  const canonical = canonicalIp(address)
  const text: string = canonical === '::1' ? LOOPBACK_V4 : canonical
  const bytes = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : []
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return undefined
  // The cast is safe: two digits for `02`, two for `00`, eight for the bytes.
  return `0200${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}` as MacAddress
}

/** Every source address is a client of its own, so 127.0.0.2 … 127.255.255.254 are sixteen million phones. */
export function dryRunNeighbours({ clock }: { clock: Clock }): Neighbours {
  const sightings = createSightings(clock)
  return {
    async start() {},
    async asker(address) {
      const mac = dryRunMac(address)
      if (mac === undefined) return { kind: 'unknown' }
      sightings.seen(mac)
      return { kind: 'client', mac, contested: false }
    },
    addressesOf: (mac) => [canonicalIp((mac.match(/../g) ?? []).slice(2).map((byte) => parseInt(byte, 16)).join('.'))],
    onSighting: sightings.onSighting,
    async stop() {},
  }
}
