/** Every attribute we know by name, one row each: number, type, and how its value is hidden. Unknown ones pass through. */
import { integer, interfaceId, ipv4, ipv6, ipv6Prefix, octets, text, type ValueType } from './values.ts'

/** RFC 2865 §5.2 hides User-Password under the request's authenticator; RFC 2548 §2.4.2 adds a salt. */
export type Hiding = 'user-password' | 'salted'
type Draft<V> = { readonly number: number; readonly type: ValueType<V>; readonly hidden?: Hiding }

/** A row of the table. `vendor` is 0 for the RADIUS space itself, else the vendor's enterprise number. */
export type AttributeRow<V = unknown> = Draft<V> & { readonly name: string; readonly vendor: number }
type Named<Table> = { readonly [Name in keyof Table]: Table[Name] & { readonly name: string; readonly vendor: number } }

function named<Table extends Record<string, Draft<unknown>>>(vendor: number, table: Table): Named<Table> {
  const rows = Object.entries(table).map(([name, draft]) => [name, { ...draft, name, vendor }])
  return Object.fromEntries(rows) as Named<Table>
}
const row = <V>(number: number, type: ValueType<V>, hidden?: Hiding): Draft<V> => (hidden ? { number, type, hidden } : { number, type })

export const VENDOR_SPECIFIC = 26

/** RFC 2865 §5. */
const access = named(0, {
  'User-Name': row(1, text), 'User-Password': row(2, octets, 'user-password'), 'CHAP-Password': row(3, octets),
  'NAS-IP-Address': row(4, ipv4), 'NAS-Port': row(5, integer), 'Service-Type': row(6, integer), 'Framed-Protocol': row(7, integer),
  'Framed-IP-Address': row(8, ipv4), 'Framed-IP-Netmask': row(9, ipv4), 'Framed-Routing': row(10, integer), 'Filter-Id': row(11, text),
  'Framed-MTU': row(12, integer), 'Framed-Compression': row(13, integer), 'Login-IP-Host': row(14, ipv4), 'Login-Service': row(15, integer),
  'Login-TCP-Port': row(16, integer), 'Reply-Message': row(18, text), 'Callback-Number': row(19, text), 'Callback-Id': row(20, text),
  'Framed-Route': row(22, text), 'Framed-IPX-Network': row(23, ipv4), 'State': row(24, octets), 'Class': row(25, octets),
  'Vendor-Specific': row(VENDOR_SPECIFIC, octets), 'Session-Timeout': row(27, integer), 'Idle-Timeout': row(28, integer),
  'Termination-Action': row(29, integer), 'Called-Station-Id': row(30, text), 'Calling-Station-Id': row(31, text),
  'NAS-Identifier': row(32, text), 'Proxy-State': row(33, octets), 'Login-LAT-Service': row(34, text), 'Login-LAT-Node': row(35, text),
  'Login-LAT-Group': row(36, octets), 'Framed-AppleTalk-Link': row(37, integer), 'Framed-AppleTalk-Network': row(38, integer),
  'Framed-AppleTalk-Zone': row(39, text), 'CHAP-Challenge': row(60, octets), 'NAS-Port-Type': row(61, integer), 'Port-Limit': row(62, integer),
  'Login-LAT-Port': row(63, text),
})

/** RFC 2866 §5. */
const accounting = named(0, {
  'Acct-Status-Type': row(40, integer), 'Acct-Delay-Time': row(41, integer), 'Acct-Input-Octets': row(42, integer),
  'Acct-Output-Octets': row(43, integer), 'Acct-Session-Id': row(44, text), 'Acct-Authentic': row(45, integer),
  'Acct-Session-Time': row(46, integer), 'Acct-Input-Packets': row(47, integer), 'Acct-Output-Packets': row(48, integer),
  'Acct-Terminate-Cause': row(49, integer), 'Acct-Multi-Session-Id': row(50, text), 'Acct-Link-Count': row(51, integer),
})

/** RFC 2869 §5. */
const extensions = named(0, {
  'Acct-Input-Gigawords': row(52, integer), 'Acct-Output-Gigawords': row(53, integer), 'Event-Timestamp': row(55, integer),
  'ARAP-Password': row(70, octets), 'ARAP-Features': row(71, octets), 'ARAP-Zone-Access': row(72, integer), 'ARAP-Security': row(73, integer),
  'ARAP-Security-Data': row(74, octets), 'Password-Retry': row(75, integer), 'Prompt': row(76, integer), 'Connect-Info': row(77, text),
  'Configuration-Token': row(78, text), 'EAP-Message': row(79, octets), 'Message-Authenticator': row(80, octets),
  'ARAP-Challenge-Response': row(84, octets), 'Acct-Interim-Interval': row(85, integer), 'NAS-Port-Id': row(87, text), 'Framed-Pool': row(88, text),
})

/** RFC 3162 §2 and RFC 5176 §3.5. */
const later = named(0, {
  'NAS-IPv6-Address': row(95, ipv6), 'Framed-Interface-Id': row(96, interfaceId), 'Framed-IPv6-Prefix': row(97, ipv6Prefix),
  'Login-IPv6-Host': row(98, ipv6), 'Framed-IPv6-Route': row(99, text), 'Framed-IPv6-Pool': row(100, text), 'Error-Cause': row(101, integer),
})

/** Wi-Fi Alliance, WISPr: bandwidth in bits per second. */
const wispr = named(14_122, {
  'WISPr-Location-ID': row(1, text), 'WISPr-Location-Name': row(2, text), 'WISPr-Logoff-URL': row(3, text), 'WISPr-Redirection-URL': row(4, text),
  'WISPr-Bandwidth-Min-Up': row(5, integer), 'WISPr-Bandwidth-Min-Down': row(6, integer), 'WISPr-Bandwidth-Max-Up': row(7, integer),
  'WISPr-Bandwidth-Max-Down': row(8, integer), 'WISPr-Session-Terminate-Time': row(9, text),
  'WISPr-Session-Terminate-End-Of-Day': row(10, text), 'WISPr-Billing-Class-Of-Service': row(11, text),
})

/** ChilliSpot and its heirs: bandwidth in kilobits per second. */
const chillispot = named(14_559, {
  'ChilliSpot-Max-Input-Octets': row(1, integer), 'ChilliSpot-Max-Output-Octets': row(2, integer), 'ChilliSpot-Max-Total-Octets': row(3, integer),
  'ChilliSpot-Bandwidth-Max-Up': row(4, integer), 'ChilliSpot-Bandwidth-Max-Down': row(5, integer), 'ChilliSpot-Config': row(6, text),
  'ChilliSpot-Lang': row(7, text), 'ChilliSpot-Version': row(8, text), 'ChilliSpot-OriginalURL': row(9, text),
  'ChilliSpot-Max-Input-Gigawords': row(21, integer), 'ChilliSpot-Max-Output-Gigawords': row(22, integer), 'ChilliSpot-Max-Total-Gigawords': row(23, integer),
  'ChilliSpot-UAM-Allowed': row(100, text), 'ChilliSpot-MAC-Allowed': row(101, text), 'ChilliSpot-Interval': row(102, integer),
})

const mikrotik = named(14_988, {
  'Mikrotik-Recv-Limit': row(1, integer), 'Mikrotik-Xmit-Limit': row(2, integer), 'Mikrotik-Group': row(3, text), 'Mikrotik-Rate-Limit': row(8, text),
  'Mikrotik-Realm': row(9, text), 'Mikrotik-Host-IP': row(10, ipv4), 'Mikrotik-Mark-Id': row(11, text), 'Mikrotik-Advertise-URL': row(12, text),
  'Mikrotik-Advertise-Interval': row(13, integer), 'Mikrotik-Recv-Limit-Gigawords': row(14, integer), 'Mikrotik-Xmit-Limit-Gigawords': row(15, integer),
  'Mikrotik-Total-Limit': row(17, integer), 'Mikrotik-Total-Limit-Gigawords': row(18, integer), 'Mikrotik-Address-List': row(19, text),
})

/** RFC 2548 §2. */
const microsoft = named(311, {
  'MS-CHAP-Response': row(1, octets), 'MS-CHAP-Error': row(2, text), 'MS-MPPE-Encryption-Policy': row(7, integer),
  'MS-MPPE-Encryption-Types': row(8, integer), 'MS-CHAP-Domain': row(10, text), 'MS-CHAP-Challenge': row(11, octets),
  'MS-MPPE-Send-Key': row(16, octets, 'salted'), 'MS-MPPE-Recv-Key': row(17, octets, 'salted'), 'MS-CHAP2-Response': row(25, octets),
  'MS-CHAP2-Success': row(26, octets), 'MS-Primary-DNS-Server': row(28, ipv4), 'MS-Secondary-DNS-Server': row(29, ipv4),
})

export const ATTRIBUTES = { ...access, ...accounting, ...extensions, ...later, ...wispr, ...chillispot, ...mikrotik, ...microsoft }
export type AttributeName = keyof typeof ATTRIBUTES

const byNumber = new Map<number, AttributeRow>(Object.values<AttributeRow>(ATTRIBUTES).map((known) => [known.vendor * 256 + known.number, known]))

/** The row of a number in a vendor's space (0: RADIUS's own); undefined when we have no name for it. */
export function attributeRow(vendor: number, number: number): AttributeRow | undefined {
  return byNumber.get(vendor * 256 + number)
}
