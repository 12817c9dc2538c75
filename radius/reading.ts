/** A whole packet by name: for tools, oracles and captures. The server asks a packet for the rows it needs instead. */
import { MalformedError } from '#shared/errors.ts'
import { attributeRow, VENDOR_SPECIFIC, type AttributeRow } from './attributes.ts'
import { FIRST_EXTENDED, LAST_EXTENDED } from './attributes/row.ts'
import { byteAt } from './bytes.ts'
import { HEADER_BYTES, type Packet } from './packet.ts'
import type { PacketWriter } from './packet-writer.ts'
import { extendedAt, extendedVendor, VENDOR_HEADER_BYTES, type Span } from './spans.ts'
import { partEnd } from './tlv.ts'

/** What an attribute says, or its bytes where we have no name for it or it is no value of its type. */
export type Reading =
  | { readonly kind: 'named'; readonly row: AttributeRow; readonly value: unknown }
  | { readonly kind: 'opaque'; readonly number: number; readonly value: Uint8Array }

function named(row: AttributeRow | undefined, { bytes, from, to }: Span): Reading | undefined {
  if (!row) return undefined
  try {
    return { kind: 'named', row, value: row.type.decode(bytes, from, to) }
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

function opaque(packet: Packet, at: number): Reading {
  return { kind: 'opaque', number: byteAt(packet.bytes, at), value: packet.bytes.subarray(at + 2, packet.after(at)) }
}

/** All of a Vendor-Specific's parts by name, or nothing: one that is half known is opaque. */
function vendorReadings({ bytes }: Packet, at: number, end: number): Reading[] {
  const readings: Reading[] = []
  const first = at + VENDOR_HEADER_BYTES
  for (let from = first; from < end; ) {
    const next = partEnd(bytes, from, end)
    const reading = next && named(attributeRow(bytes.readUInt32BE(at + 2), byteAt(bytes, from)), { bytes, from: from + 2, to: next })
    if (!reading || !next) return []
    readings.push(reading)
    from = next
  }
  return readings
}

function extendedReading(carrier: number, type: number, value: Span | undefined): Reading | undefined {
  if (!value || type !== VENDOR_SPECIFIC) return value && named(attributeRow(0, type, carrier), value)
  const inner = extendedVendor(value)
  return inner && named(attributeRow(inner.vendor, inner.number, carrier), inner.value)
}

type Piece = { readonly end: number; readonly readings: readonly (Reading | undefined)[] }

/** The attribute that begins at `at`, with its fragments if it has some. */
function pieceAt(packet: Packet, at: number): Piece {
  const number = byteAt(packet.bytes, at)
  const end = packet.after(at)
  if (number === VENDOR_SPECIFIC) return { end, readings: vendorReadings(packet, at, end) }
  if (number < FIRST_EXTENDED || number > LAST_EXTENDED) {
    return { end, readings: [named(attributeRow(0, number), { bytes: packet.bytes, from: at + 2, to: end })] }
  }
  const whole = extendedAt(packet, at)
  return { end: whole.end, readings: [extendedReading(number, whole.type, whole.value)] }
}

/** Every attribute in its order. Values that are bytes may share the packet's memory. */
export function readPacket(packet: Packet): Reading[] {
  const all: Reading[] = []
  for (let at = HEADER_BYTES; at < packet.end; ) {
    const { end, readings } = pieceAt(packet, at)
    const found = readings.filter((reading) => reading !== undefined)
    all.push(...found)
    if (found.length === 0) for (let one = at; one < end; one = packet.after(one)) all.push(opaque(packet, one))
    at = end
  }
  return all
}

/**
 * Writes what was read. The same bytes come out when the sender wrote each value in its one canonical form: a Vendor-Specific for
 * each attribute, prefixes without spare bytes, texts in UTF-8, fragments that are full.
 * @throws MalformedError `attribute_value` or `packet_full`.
 */
export function writeReadings(writer: PacketWriter, readings: readonly Reading[]): PacketWriter {
  for (const reading of readings) {
    if (reading.kind === 'named') writer.add(reading.row, reading.value)
    else writer.addRaw(reading.number, reading.value)
  }
  return writer
}
