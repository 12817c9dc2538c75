// What may pass: decided here, in words and numbers without I/O; ruleset.ts and elements.ts say the same to the kernel.
import type { Grant, Usage } from './enforcer.ts'

/** What a gateway of our own has to be told. */
export type NftablesSettings = {
  /** Interfaces on which phones arrive; VLAN and bridge interfaces too. */
  readonly lan: readonly string[]
  /** Interfaces towards the world; none means every interface that is not `lan`. */
  readonly wan: readonly string[]
  /** Where TCP 80 of a captive phone is sent. */
  readonly portalPort: number
  /** Private networks behind the uplink that released phones may reach; none else. CIDR. */
  readonly reachable?: readonly string[]
  /** Other TCP ports of this machine that phones may reach: the portal's TLS port, the directory's. */
  readonly otherPorts?: readonly number[]
  /** `close`: the kernel shuts everyone out 15 s after the portal was last heard, and at once on an orderly stop. */
  readonly onPortalLoss: 'keep' | 'close'
  /** What the line carries, in Mbit/s, a little less than it does: then the queue is here, where clients get equal shares of it. */
  readonly downMbit?: number
  readonly upMbit?: number
}

/** One row a door in the gateway itself that every phone may use, captive or not. */
export type Door = { readonly protocol: 'tcp' | 'udp' | 'icmpv6'; readonly ports: readonly number[]; readonly why: string }

export function doors({ portalPort, otherPorts = [] }: NftablesSettings): readonly Door[] {
  return [
    { protocol: 'tcp', ports: [...new Set([portalPort, ...otherPorts])], why: 'the portal, and the directory of services' },
    { protocol: 'udp', ports: [53], why: 'names, from the resolver of the gateway' },
    { protocol: 'tcp', ports: [53], why: 'names too long for UDP' },
    { protocol: 'udp', ports: [67], why: 'DHCP' },
    { protocol: 'udp', ports: [547], why: 'DHCPv6' },
    { protocol: 'icmpv6', ports: [], why: 'IPv6 finds its neighbours and routers by it' },
  ]
}

/** One row a kind of packet that a captive phone learns at once will not pass: silence would make it wait for its time-out. */
export const REFUSALS = [
  { protocol: 'tcp', ports: [443, 853], answer: 'reject with tcp reset' },
  { protocol: 'udp', ports: [443, 853], answer: 'reject' },
] as const

/** Before sign-in names may cost this much, asked by a phone and told to an address: a page needs a few, a tunnel through them needs many. */
export const DNS_BEFORE_SIGN_IN = { bytesPerSecond: 2048, burstBytes: 8192 } as const

/** What captive phones reach of the walled garden: shared servers stand in front of anything, so it must not be worth while. */
export const GARDEN = { port: 443, bytesPerSecond: 32_000, burstBytes: 65_536, bytesPerDay: 20_000_000 } as const
/** How long an address that the resolver told stays one of the garden, or blocked, unless it is told again (protocols.md §11). */
export const NAMED_ADDRESS_MINUTES = 15
/** Never reached by captive phones: a name of the garden may be made to stand for an address of somebody's own network. */
export const PRIVATE_V4 = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/3'] as const
/** Of these, what a released phone does not reach either: behind the uplink of a town hall lie printers, cameras and the city's own servers. */
const NEVER_PUBLIC_V6 = ['::ffff:0:0/96', 'fc00::/7', 'fe80::/10', 'ff00::/8'] as const
export const PRIVATE_V6 = ['::/96', '::ffff:0:0/96', '64:ff9b::/96', 'fc00::/7', 'fe80::/10', 'ff00::/8'] as const

/** Networks that are nobody's business on a public Wi-Fi, and what the city lets through all the same. */
export function insideNetworks({ reachable = [] }: Pick<NftablesSettings, 'reachable'>): readonly { readonly family: 'ip' | 'ip6'; readonly networks: readonly string[]; readonly reachable: readonly string[] }[] {
  return [
    { family: 'ip', networks: PRIVATE_V4, reachable: reachable.filter((block) => !block.includes(':')) },
    { family: 'ip6', networks: NEVER_PUBLIC_V6, reachable: reachable.filter((block) => block.includes(':')) },
  ]
}

/** Counters outlive what they count by this long, so that a session that the kernel ended is still billed to its last byte. */
export const COUNTERS_KEPT_SECONDS = 900
/** A year: the longest grant. */
export const MOST_GRANT_SECONDS = 366 * 86_400
const MOST_MARK = 2 ** 31 - 1
/** 100 Gbit/s. */
export const MOST_KBPS = 100_000_000
/** Offloading hands us packets of 64 kB: a smaller bucket would never let one pass. */
const LEAST_BUCKET_BYTES = 131_072

/** RFC 2865 gives limits of pace the whole 32 bits: servers say 0, or more than any line carries, and mean no limit. */
export function meantKbps(kbps: number | undefined): number | undefined {
  return kbps === undefined || kbps < 1 || kbps > MOST_KBPS ? undefined : kbps
}

export type Rate = { readonly bytesPerSecond: number; readonly burstBytes: number }

function whole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

/** `undefined` is no limit. */
export function rate(kbps: number | undefined): Rate | undefined {
  if (kbps === undefined) return undefined
  const bytesPerSecond = kbps * 125
  // The kernel's bucket holds a second's worth and the burst on top (nft_limit.c), so the burst only fills small ones up.
  return { bytesPerSecond, burstBytes: Math.max(1, LEAST_BUCKET_BYTES - bytesPerSecond) }
}

/** The kernel's largest bucket; a larger quota is dealt out in pieces. */
export const MOST_PIECE_BYTES = 2 ** 32 - 1

/** What is left of a grant's quota, as far as one bucket holds it; `undefined` is no quota. A spent one is the smallest bucket. */
export function quotaPiece({ quotaBytes }: Pick<Grant, 'quotaBytes'>, { upBytes, downBytes }: Usage): number | undefined {
  if (quotaBytes === undefined) return undefined
  return Math.min(MOST_PIECE_BYTES, Math.max(1, quotaBytes - upBytes - downBytes))
}

/** @throws TypeError for a grant outside what the kernel can hold: a mistake of ours, never of a phone. */
export function checkGrant({ mac, mark, seconds, downKbps, upKbps, quotaBytes, slowKbps }: Grant): void {
  if (!/^[0-9a-f]{12}$/.test(mac)) throw new TypeError('a grant names its device by twelve lower-case hexadecimal digits')
  if (!whole(mark, 1, MOST_MARK)) throw new TypeError(`a grant's mark is 1 … ${MOST_MARK}`)
  if (!whole(seconds, 1, MOST_GRANT_SECONDS)) throw new TypeError(`a grant lasts 1 … ${MOST_GRANT_SECONDS} whole seconds`)
  if (quotaBytes !== undefined && !whole(quotaBytes, 0, Number.MAX_SAFE_INTEGER)) throw new TypeError('a quota is a whole number of bytes')
  for (const kbps of [downKbps, upKbps, slowKbps]) {
    if (kbps !== undefined && !whole(kbps, 1, MOST_KBPS)) throw new TypeError(`a rate is 1 … ${MOST_KBPS} whole kbit/s`)
  }
}

/** What Linux takes as the name of an interface (IFNAMSIZ) and nft without quoting trouble. @throws TypeError otherwise. */
export function checkInterface(name: string): void {
  if (!/^[A-Za-z0-9_.@:-]{1,15}$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no interface name: set gateway.lan and gateway.wan`)
}
