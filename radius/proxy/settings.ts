/** One `[[radius.upstreams]]`: a realm and the servers that know its users. */
import { isIP } from 'node:net'
import type { KeyObject } from '#shared/keyed-mac.ts'
import type { Patience } from '../client/line.ts'

const AUTH_PORT = 1812
const MOST_PORT = 65_535

export type UpstreamServer = { readonly address: string; readonly authPort: number; readonly acctPort: number }
export type RealmSettings = {
  /** `ville.example` exactly, `*.example` for all below it, `*` for every other realm, `-` for names without one. */
  readonly realm: string
  /** In the order in which they are asked. */
  readonly servers: readonly UpstreamServer[]
  readonly secret: string
  /** Whether its sessions are reported to it; an access server then gets no acknowledgement without the upstream's. Default true. */
  readonly accounting?: boolean
  /** Whether it may choose a phone's VLAN, address, filter or role (`grants.ts`): for the city's own directory. Default false. */
  readonly mayAssignNetwork?: boolean
}
export type UpstreamSettings = {
  readonly realms: readonly RealmSettings[]
  /** Makes the mark by which we know our own packets, and the names of its holders; it must last no longer than the boot. */
  readonly key: KeyObject
  readonly patience?: Partial<ProxyPatience>
}

/** A door gives up after 3 s (`pending.ts`): all of this must fit into them. */
export type ProxyPatience = Patience & { /** Until the request is rejected. */ readonly withinMs: number }
export const PROXY_PATIENCE: ProxyPatience = {
  // Longer than the second by which FreeRADIUS delays its rejects: a wrong password must not look like silence.
  firstWaitMs: 500, mostWaitMs: 1_000, tries: 2, withinMs: 2_800,
  probeEveryMs: 5_000, reviveAfterMs: 60_000, restMs: 5_000,
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > MOST_PORT) throw new TypeError(`${text} is no port`)
  return port
}

/**
 * `192.0.2.1`, `192.0.2.1:1645`, `192.0.2.1:1645:1646`, `2001:db8::1`, `[2001:db8::1]:1812`. Without the second port accounting
 * goes to the one after the first.
 * @throws TypeError saying what would be right.
 */
export function parseUpstreamServer(text: string): UpstreamServer {
  if (isIP(text) === 6) return { address: text, authPort: AUTH_PORT, acctPort: AUTH_PORT + 1 }
  const [, six, four, auth, acct] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::([^:]*))?(?::([^:]*))?$/.exec(text) ?? []
  const address = six ?? four ?? ''
  if (isIP(address) !== (six === undefined ? 4 : 6)) throw new TypeError('expected servers such as 192.0.2.1, 192.0.2.1:1812:1813 or [2001:db8::1]:1812')
  const authPort = auth === undefined ? AUTH_PORT : parsePort(auth)
  return { address, authPort, acctPort: acct === undefined ? parsePort(String(authPort + 1)) : parsePort(acct) }
}
