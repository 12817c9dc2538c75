/**
 * What an upstream may say to our access servers. It decides who its users are; how they are let in is the city's business: limits
 * only become narrower, rights on the access server itself are nobody's to give, and a place in the city's network only a realm
 * that `may_assign_network` gives.
 */
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import { VENDOR_SPECIFIC } from '../attributes/row.ts'
import { tunnels } from '../attributes/tunnels.ts'
import { LIMIT_ROWS, type Profile } from '../authorisation.ts'
import type { Authorisation } from '../nas.ts'

const A = ATTRIBUTES

/** RFC 2869 §5.16: an interval must not be shorter than a minute. */
const LEAST_INTERIM_SECONDS = 60
/** RFC 2865 §5.6, Administrative and NAS-Prompt: a log-in on the access server itself, which no other organisation may open. */
export const DEVICE_SERVICES: readonly number[] = [6, 7]
/** Cisco's form of the same: `shell:priv-lvl=15`. */
const DEVICE_PAIR = /^\s*shell:/i

export type Grants = {
  readonly mayAssignNetwork: boolean
  /** Whether a User-Name of the reply, under which accounting will come, belongs to the realm that gave it. */
  ownsName(userName: string): boolean
}
/** `limits` are read out of an Accept and written anew; `told` may pass as its value says; `network` needs the permission. */
type Fate = 'dropped' | 'limits' | 'network' | 'told' | 'passed'

/** Written by every hop for itself, or said by the access server about itself and the phone: in a reply it would be repeated to our accounting. */
const HOP: readonly AttributeRow[] = [A['Message-Authenticator'], A['Proxy-State']]
const REQUESTS_ONLY: readonly AttributeRow[] = [
  A['User-Password'], A['CHAP-Password'], A['CHAP-Challenge'], A['NAS-IP-Address'], A['NAS-IPv6-Address'], A['NAS-Identifier'], A['NAS-Port'],
  A['NAS-Port-Id'], A['NAS-Port-Type'], A['Called-Station-Id'], A['Calling-Station-Id'], A['Acct-Session-Id'], A['Acct-Multi-Session-Id'],
  A['Acct-Status-Type'],
]
/** Rights on the access server. */
const DEVICE_RIGHTS: readonly AttributeRow[] = [
  A['Mikrotik-Group'], A['Aruba-Priv-Admin-User'], A['Aruba-Admin-Role'], A['Aruba-Admin-Path'], A['Aruba-Admin-Device-Group'],
  A['Aruba-Command-String'], A['Ruckus-WSG-User'], A['Ruckus-SCI-Role'], A['Ruckus-SCI-Resource-Group'], A['Cisco-Command-Code'],
]
const NETWORK: readonly AttributeRow[] = [
  ...Object.values<AttributeRow>(tunnels),
  A['Egress-VLANID'], A['Ingress-Filters'], A['Egress-VLAN-Name'], A['User-Priority-Table'], A['Filter-Id'], A['NAS-Filter-Rule'],
  A['Framed-IP-Address'], A['Framed-IP-Netmask'], A['Framed-Routing'], A['Framed-Route'], A['Framed-Pool'], A['Framed-IPX-Network'],
  A['Framed-Interface-Id'], A['Framed-IPv6-Prefix'], A['Framed-IPv6-Route'], A['Framed-IPv6-Pool'], A['Framed-IPv6-Address'],
  A['Delegated-IPv6-Prefix'], A['Delegated-IPv6-Prefix-Pool'], A['DNS-Server-IPv6-Address'], A['Route-IPv6-Information'],
  A['Stateful-IPv6-Address-Pool'], A['Login-IP-Host'], A['Login-IPv6-Host'], A['Login-Service'], A['Login-TCP-Port'],
  A['Callback-Number'], A['Callback-Id'], A['MS-Filter'], A['MS-Primary-DNS-Server'], A['MS-Secondary-DNS-Server'],
  A['MS-Primary-NBNS-Server'], A['MS-Secondary-NBNS-Server'], A['MS-User-IPv4-Address'], A['MS-User-IPv6-Address'],
]
/** Of vendors whose other attributes are orders to their access servers. */
const NARROWING: readonly AttributeRow[] = [
  A['ChilliSpot-Max-Input-Octets'], A['ChilliSpot-Max-Output-Octets'], A['ChilliSpot-Max-Input-Gigawords'], A['ChilliSpot-Max-Output-Gigawords'],
  A['Mikrotik-Recv-Limit'], A['Mikrotik-Xmit-Limit'], A['Mikrotik-Recv-Limit-Gigawords'], A['Mikrotik-Xmit-Limit-Gigawords'],
]
const TOLD: readonly AttributeRow[] = [A['User-Name'], A['Service-Type'], A['Cisco-AVPair']]
/** WISPr and Microsoft: the words of roaming and the keys of EAP. Every other vendor's attributes are `network`. */
const OPEN_VENDORS = new Set([0, A['WISPr-Location-ID'].vendor, A['MS-MPPE-Send-Key'].vendor])

const ROWS: readonly (readonly [Fate, readonly AttributeRow[]])[] = [
  ['dropped', HOP], ['dropped', REQUESTS_ONLY], ['dropped', DEVICE_RIGHTS], ['limits', LIMIT_ROWS], ['network', NETWORK], ['passed', NARROWING], ['told', TOLD],
]
const key = (vendor: number, number: number): number => vendor * 256 + number
const fates = new Map(ROWS.flatMap(([fate, rows]) => rows.map((row) => [key(row.vendor, row.number), fate] as const)))

/** RFC 6929's spaces carry other people's attributes in forms of their own. */
function isPlain(vendor: number, number: number): boolean {
  return OPEN_VENDORS.has(vendor) && (vendor !== 0 || number < 241) && !(vendor === 0 && number === VENDOR_SPECIFIC)
}

function mayTell(vendor: number, number: number, value: Buffer, grants: Grants): boolean {
  if (vendor === A['Cisco-AVPair'].vendor) return grants.mayAssignNetwork && !DEVICE_PAIR.test(value.toString('latin1'))
  if (number === A['User-Name'].number) return grants.ownsName(value.toString('utf8'))
  return value.length === 4 && !DEVICE_SERVICES.includes(value.readUInt32BE())
}

/**
 * Whether an attribute of a reply goes on as it stands.
 * @param vendor 0 for RADIUS's own space. An opaque Vendor-Specific is asked about as number 26 of it.
 * @param accepting in an Access-Accept; the limits of other replies are not limits of a session (RFC 2869 §5.13).
 */
export function passes(vendor: number, number: number, value: Buffer, grants: Grants, accepting: boolean): boolean {
  const fate = fates.get(key(vendor, number)) ?? (isPlain(vendor, number) ? 'passed' : 'network')
  if (fate === 'told') return mayTell(vendor, number, value, grants)
  if (fate === 'limits') return !accepting
  return fate === 'passed' || (fate === 'network' && grants.mayAssignNetwork)
}

const NARROWED = ['sessionSeconds', 'idleSeconds', 'downKbps', 'upKbps', 'quotaBytes'] as const

/** The site's limits, and the upstream's where they are narrower. How often accounting comes may be its wish. */
export function narrowed(site: Profile, upstream: Authorisation, { mayAssignNetwork }: Grants): Authorisation {
  const { sessions: _, filterId, ...limits } = site
  const result: { -readonly [Key in keyof Authorisation]: Authorisation[Key] } = limits
  for (const limit of NARROWED) {
    // To many access servers a limit of 0 is none: from an upstream it says nothing.
    const value = Math.min(site[limit] ?? Infinity, upstream[limit] || Infinity)
    if (value !== Infinity) result[limit] = value
  }
  if (upstream.interimSeconds !== undefined) result.interimSeconds = Math.max(upstream.interimSeconds, LEAST_INTERIM_SECONDS)
  // The upstream's own filter has passed already where it may name one.
  if (filterId !== undefined && (upstream.filterId === undefined || !mayAssignNetwork)) result.filterId = filterId
  return result
}
