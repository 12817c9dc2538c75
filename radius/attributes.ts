/**
 * Every attribute we know by name, one row each: number, type, and how its value is hidden. The rows are in attributes/, by RFC and
 * vendor; this is their one door. Unknown attributes pass through.
 */
import { access } from './attributes/access.ts'
import { accounting } from './attributes/accounting.ts'
import { aruba } from './attributes/aruba.ts'
import { chillispot } from './attributes/chillispot.ts'
import { cisco } from './attributes/cisco.ts'
import { extendedTypes } from './attributes/extended.ts'
import { dynamicAuthorization, extensions } from './attributes/extensions.ts'
import { ipv6Access } from './attributes/ipv6.ts'
import { microsoft } from './attributes/microsoft.ts'
import { mikrotik } from './attributes/mikrotik.ts'
import { VENDOR_SPECIFIC, type AttributeRow } from './attributes/row.ts'
import { ruckus } from './attributes/ruckus.ts'
import { tunnels } from './attributes/tunnels.ts'
import { wireless } from './attributes/wireless.ts'
import { wispr } from './attributes/wispr.ts'

export { VENDOR_SPECIFIC, type AttributeRow, type Hiding } from './attributes/row.ts'

const rfcs = { ...access, ...accounting, ...tunnels, ...extensions, ...dynamicAuthorization, ...ipv6Access, ...wireless, ...extendedTypes }
const vendors = { ...wispr, ...chillispot, ...mikrotik, ...aruba, ...ruckus, ...cisco, ...microsoft }

export const ATTRIBUTES = { ...rfcs, ...vendors }
export type AttributeName = keyof typeof ATTRIBUTES

/** One number for where a row stands: carriers and numbers are bytes, a vendor has 32 bits. */
function placeKey(vendor: number, number: number, carrier: number): number {
  return (carrier * 2 ** 32 + vendor) * 256 + number
}

const byPlace = new Map<number, AttributeRow>(
  Object.values<AttributeRow>(ATTRIBUTES).filter((known) => !known.within).map((known) => [placeKey(known.vendor, known.number, known.carrier), known]),
)

/**
 * The row of a number in a vendor's space (0: the RFCs' own); undefined when we have no name for it.
 * @param carrier 241 to 246 for an extended type (RFC 6929); left out for the others. Rows inside a TLV are not found here.
 */
export function attributeRow(vendor: number, number: number, carrier = vendor === 0 ? 0 : VENDOR_SPECIFIC): AttributeRow | undefined {
  return byPlace.get(placeKey(vendor, number, carrier))
}
