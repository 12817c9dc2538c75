// The one option of router advertisements that dnsmasq does not send: 37, the address of the captive portal's API (RFC 8910 §2.3).

/**
 * What dnsmasq says of this router, by its template: two advertisements of one router must not contradict each other (RFC 4861
 * §6.3.4), and hop limit 64 and the O flag are what it sends for `ra-stateless`. Lifetime: nobody loses IPv6 while dnsmasq restarts.
 */
export const ADVERTISED = { intervalSeconds: 60, lifetimeSeconds: 1_800, hopLimit: 64 } as const
/** RFC 8910 §2: more would not fit the DHCPv4 option, and all three are to say the same. */
export const LONGEST_URI_BYTES = 255

const TYPE_ROUTER_ADVERTISEMENT = 134
const OPTION_CAPTIVE_PORTAL = 37
/** Other configuration by DHCPv6 (RFC 4861 §4.2). */
const FLAG_O = 0x40
/** Options are counted in units of eight bytes. */
const UNIT = 8

function captivePortalOption(uri: string): Buffer {
  const bytes = Buffer.from(uri, 'latin1')
  if (!/^[\x21-\x7e]+$/.test(uri) || bytes.length > LONGEST_URI_BYTES) throw new TypeError(`the address of the API has at most ${LONGEST_URI_BYTES} visible characters`)
  const option = Buffer.alloc(Math.ceil((2 + bytes.length) / UNIT) * UNIT)
  option[0] = OPTION_CAPTIVE_PORTAL
  option[1] = option.length / UNIT
  bytes.copy(option, 2)
  return option
}

/**
 * An ICMPv6 message for a raw socket, whose checksum the kernel fills in. It carries no prefix and no resolver: a router may
 * leave options out, since hosts keep what earlier advertisements told (RFC 4861 §6.2.3).
 */
export function advertisement(uri: string): Buffer {
  const head = Buffer.alloc(16)
  head[0] = TYPE_ROUTER_ADVERTISEMENT
  head[4] = ADVERTISED.hopLimit
  head[5] = FLAG_O
  head.writeUInt16BE(ADVERTISED.lifetimeSeconds, 6)
  return Buffer.concat([head, captivePortalOption(uri)])
}
