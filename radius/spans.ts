/** Where the values of a row stand in a packet: in an attribute, in a vendor's, in an extended one and its fragments, in a TLV. */
import { FIRST_LONG_EXTENDED, VENDOR_SPECIFIC, type AttributeRow } from './attributes/row.ts'
import { byteAt } from './bytes.ts'
import type { Packet } from './packet.ts'
import { findPart } from './tlv.ts'

/** bytes[from, to); the packet's own bytes unless the value was in fragments. */
export type Span = { readonly bytes: Buffer; readonly from: number; readonly to: number }

/** Type, length and vendor's number. */
export const VENDOR_HEADER_BYTES = 6
/** Type, length, extended type; a long one has a byte of flags too (RFC 6929 §2.1, §2.2). */
export const EXTENDED_HEADER_BYTES = 3
export const LONG_HEADER_BYTES = 4
/** The M bit: another fragment follows at once (RFC 6929 §2.2). */
export const MORE = 0x80
/** Vendor's number and the vendor's type, at the beginning of the value (RFC 6929 §2.4). */
export const EXTENDED_VENDOR_BYTES = 5

/** Every value of the row, in order. What does not have the form of its place is opaque and is passed over, never an error. */
export function* spansOf(packet: Packet, row: AttributeRow): Generator<Span> {
  if (row.within) yield* insideTlv(packet, row.within, row.number)
  else if (row.carrier === 0) yield* ownSpans(packet, row.number)
  else if (row.carrier === VENDOR_SPECIFIC) yield* vendorSpans(packet, row)
  else yield* extendedSpans(packet, row)
}

function* ownSpans(packet: Packet, number: number): Generator<Span> {
  for (let at = packet.find(number); at >= 0; at = packet.find(number, packet.after(at))) {
    yield { bytes: packet.bytes, from: at + 2, to: packet.after(at) }
  }
}

/** The parts of this number in [from, to). */
function* partSpans(bytes: Buffer, number: number, from: number, to: number): Generator<Span> {
  for (let at = findPart(bytes, number, from, to); at >= 0; at = findPart(bytes, number, at + byteAt(bytes, at + 1), to)) {
    yield { bytes, from: at + 2, to: at + byteAt(bytes, at + 1) }
  }
}

function* insideTlv(packet: Packet, outer: AttributeRow, number: number): Generator<Span> {
  for (const { bytes, from, to } of spansOf(packet, outer)) yield* partSpans(bytes, number, from, to)
}

// RFC 2865 §5.26 only recommends this inner form.
function* vendorSpans(packet: Packet, { vendor, number }: AttributeRow): Generator<Span> {
  for (const { bytes, from, to } of ownSpans(packet, VENDOR_SPECIFIC)) {
    if (to - from >= 4 && bytes.readUInt32BE(from) === vendor) yield* partSpans(bytes, number, from + 4, to)
  }
}

/** An extended attribute: its extended type, and its value with the fragments joined. `end` is behind the last of them. */
export type Extended = { readonly type: number; readonly value: Span; readonly end: number }

function joined(packet: Packet, first: number, last: number): Span {
  const parts: Buffer[] = []
  for (let at = first; at <= last; at = packet.after(at)) parts.push(packet.bytes.subarray(at + LONG_HEADER_BYTES, packet.after(at)))
  const bytes = Buffer.concat(parts)
  return { bytes, from: 0, to: bytes.length }
}

function hasMore(packet: Packet, at: number): boolean {
  return (byteAt(packet.bytes, at + 3) & MORE) !== 0
}

/** Whether the attribute at `at` can be a fragment of the one at `first`. */
function isFragment(packet: Packet, at: number, first: number): boolean {
  const { bytes, end } = packet
  return at < end && bytes[at] === bytes[first] && packet.after(at) - at >= LONG_HEADER_BYTES && bytes[at + 2] === bytes[first + 2]
}

/**
 * The attribute of number 241 to 246 that begins at `at`. `value` is undefined when it is invalid (RFC 6929 §2.8): no value, or a
 * fragment that says that another follows where none does.
 */
export function extendedAt(packet: Packet, at: number): Omit<Extended, 'value'> & { readonly value: Span | undefined } {
  const { bytes } = packet
  const type = packet.after(at) - at > 2 ? byteAt(bytes, at + 2) : 0
  if (byteAt(bytes, at) < FIRST_LONG_EXTENDED) {
    const end = packet.after(at)
    const value = end - at > EXTENDED_HEADER_BYTES ? { bytes, from: at + EXTENDED_HEADER_BYTES, to: end } : undefined
    return { type, value, end }
  }
  let last = at
  while (isFragment(packet, last, at) && hasMore(packet, last) && isFragment(packet, packet.after(last), at)) last = packet.after(last)
  const end = packet.after(last)
  if (!isFragment(packet, last, at) || hasMore(packet, last)) return { type, value: undefined, end }
  const value = last === at ? { bytes, from: at + LONG_HEADER_BYTES, to: end } : joined(packet, at, last)
  return { type, value: value.to > value.from ? value : undefined, end }
}

/** Vendor and vendor's type of an Extended-Vendor-Specific with a value; undefined when it is too short to have them. */
export function extendedVendor({ bytes, from, to }: Span): { vendor: number; number: number; value: Span } | undefined {
  if (to - from <= EXTENDED_VENDOR_BYTES) return undefined
  return { vendor: bytes.readUInt32BE(from), number: byteAt(bytes, from + 4), value: { bytes, from: from + EXTENDED_VENDOR_BYTES, to } }
}

function* extendedSpans(packet: Packet, row: AttributeRow): Generator<Span> {
  for (let at = packet.find(row.carrier); at >= 0; ) {
    const { type, value, end } = extendedAt(packet, at)
    at = packet.find(row.carrier, end)
    if (!value || type !== (row.vendor === 0 ? row.number : VENDOR_SPECIFIC)) continue
    if (row.vendor === 0) yield value
    else {
      const inner = extendedVendor(value)
      if (inner?.vendor === row.vendor && inner.number === row.number) yield inner.value
    }
  }
}
