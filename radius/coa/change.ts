/** What a CoA-Request may change in a session of ours (RFC 5176 §3.1): the limits of the Access-Accept, said again. */
import { ATTRIBUTES } from '../attributes.ts'
import { readAuthorisation } from '../authorisation.ts'
import type { Authorisation } from '../nas.ts'
import { HEADER_BYTES, type Packet } from '../packet.ts'

const A = ATTRIBUTES
const VENDOR = A['Vendor-Specific'].number
const VENDOR_HEADER_BYTES = 6

/** Limits that replace those of a running session. `sessionSeconds` counts from now; 0 kilobits, idle or interim seconds: no limit. */
export type SessionChange = Authorisation

const CHANGING = new Set(
  [
    A['Session-Timeout'], A['Idle-Timeout'], A['Acct-Interim-Interval'], A.Class,
    A['WISPr-Bandwidth-Max-Down'], A['WISPr-Bandwidth-Max-Up'], A['ChilliSpot-Bandwidth-Max-Down'], A['ChilliSpot-Bandwidth-Max-Up'],
    A['ChilliSpot-Max-Total-Octets'], A['ChilliSpot-Max-Total-Gigawords'], A['Mikrotik-Total-Limit'], A['Mikrotik-Total-Limit-Gigawords'],
  ].map((row) => keyOf(row.vendor, row.number)),
)

function keyOf(vendor: number, number: number): number {
  return vendor * 256 + number
}

/** Calls back with every attribute, those inside a vendor's included; one that does not follow RFC 2865 §5.26 as vendor 0, number 26. */
export function eachAttribute(packet: Packet, tell: (vendor: number, number: number) => void): void {
  for (let at = HEADER_BYTES; at < packet.end; at = packet.after(at)) {
    const number = packet.bytes[at] ?? 0
    if (number !== VENDOR) tell(0, number)
    else eachOfVendor(packet, at, packet.after(at), tell)
  }
}

function eachOfVendor({ bytes }: Packet, at: number, end: number, tell: (vendor: number, number: number) => void): void {
  if (end - at < VENDOR_HEADER_BYTES + 2) return tell(0, VENDOR)
  const vendor = bytes.readUInt32BE(at + 2)
  for (let inner = at + VENDOR_HEADER_BYTES; inner < end; ) {
    const length = inner + 1 < end ? (bytes[inner + 1] ?? 0) : 0
    if (length < 2 || inner + length > end) return tell(0, VENDOR)
    tell(vendor, bytes[inner] ?? 0)
    inner += length
  }
}

export function changes(vendor: number, number: number): boolean {
  return CHANGING.has(keyOf(vendor, number))
}

/** @throws MalformedError `attribute_value`. Undefined when nothing is to be changed. */
export function readChange(packet: Packet): SessionChange | undefined {
  const change = readAuthorisation(packet)
  return Object.keys(change).length > 0 ? change : undefined
}

/** No time and no bytes are no limits but an end: for that there is Disconnect. */
export function isPossible({ sessionSeconds, quotaBytes }: SessionChange): boolean {
  return sessionSeconds !== 0 && quotaBytes !== 0
}
