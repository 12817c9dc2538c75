/** A packet as it came (RFC 2865 §3): checked once on arrival, then read in place. */
import { MalformedError } from '#shared/errors.ts'
import { VENDOR_SPECIFIC, type AttributeRow } from './attributes.ts'
import { byteAt } from './bytes.ts'
import { spansOf, VENDOR_HEADER_BYTES } from './spans.ts'
import { findPart } from './tlv.ts'

export const CODES = {
  accessRequest: 1, accessAccept: 2, accessReject: 3, accountingRequest: 4, accountingResponse: 5, accessChallenge: 11, statusServer: 12,
  disconnectRequest: 40, disconnectAck: 41, disconnectNak: 42, coaRequest: 43, coaAck: 44, coaNak: 45,
} as const

export const HEADER_BYTES = 20
export const MOST_PACKET_BYTES = 4096
export const AUTHENTICATOR_AT = 4
export const AUTHENTICATOR_BYTES = 16

/** What can be wrong with the form of a packet. */
export type PacketFault = 'packet_short' | 'length_field' | 'packet_truncated' | 'attribute_short' | 'attribute_overrun'

function malformed(fault: PacketFault, message: string): never {
  throw new MalformedError(fault, message)
}

/** @throws MalformedError with a `PacketFault`. Bytes beyond the Length field are padding (RFC 2865 §3) and are ignored. */
export function openPacket(bytes: Buffer): Packet {
  if (bytes.length < HEADER_BYTES) malformed('packet_short', 'shorter than a header')
  const end = bytes.readUInt16BE(2)
  if (end < HEADER_BYTES || end > MOST_PACKET_BYTES) malformed('length_field', 'Length is not between 20 and 4096')
  if (end > bytes.length) malformed('packet_truncated', 'fewer bytes than Length says')
  for (let at = HEADER_BYTES; at < end; at += byteAt(bytes, at + 1)) {
    const length = at + 1 < end ? byteAt(bytes, at + 1) : 0
    if (length < 2) malformed('attribute_short', 'an attribute shorter than its own header')
    if (at + length > end) malformed('attribute_overrun', 'an attribute reaches beyond the packet')
  }
  return new Packet(bytes, end)
}

/** Made by `openPacket`, which has walked the attributes: no method below can leave the packet. */
export class Packet {
  readonly bytes: Buffer
  /** The Length field: where the attributes end. */
  readonly end: number

  constructor(bytes: Buffer, end: number) {
    this.bytes = bytes
    this.end = end
  }

  get code(): number {
    return byteAt(this.bytes, 0)
  }

  get identifier(): number {
    return byteAt(this.bytes, 1)
  }

  /** Offset of the next attribute of this number (its type byte) at or after `from`; -1 when there is none. */
  find(number: number, from = HEADER_BYTES): number {
    const { bytes, end } = this
    for (let at = from; at < end; at += byteAt(bytes, at + 1)) if (bytes[at] === number) return at
    return -1
  }

  has(row: AttributeRow): boolean {
    return isDeep(row) ? !spansOf(this, row).next().done : this.locate(row) >= 0
  }

  /** Offset behind the attribute that begins at `at`. */
  after(at: number): number {
    return at + byteAt(this.bytes, at + 1)
  }

  /**
   * The value of the first attribute of this row, wherever the row says that it stands; undefined when there is none.
   * @throws MalformedError `attribute_value` when its bytes are no value of the row's type.
   */
  read<V>(row: AttributeRow<V>): V | undefined {
    if (isDeep(row)) return this.readAll(row, 1)[0]
    const at = this.locate(row)
    return at < 0 ? undefined : row.type.decode(this.bytes, at + 2, at + byteAt(this.bytes, at + 1))
  }

  /**
   * The values of every attribute of this row, in their order; of the first `most` when it is given.
   * @throws MalformedError `attribute_value` as `read` does.
   */
  readAll<V>(row: AttributeRow<V>, most = Infinity): V[] {
    const values: V[] = []
    for (const { bytes, from, to } of spansOf(this, row)) {
      if (values.push(row.type.decode(bytes, from, to)) >= most) break
    }
    return values
  }

  /** The bytes of every attribute of this row, joined: EAP-Message and long vendor values are split over several. */
  readJoined(row: AttributeRow<Uint8Array>): Buffer | undefined {
    const parts = Array.from(spansOf(this, row), ({ bytes, from, to }) => bytes.subarray(from, to))
    return parts.length > 0 ? Buffer.concat(parts) : undefined
  }

  private locate(row: AttributeRow): number {
    return row.carrier === 0 ? this.find(row.number) : this.findVendor(row.vendor, row.number)
  }

  // What `spansOf` does for a vendor's row, without its objects: the first of them is asked for again and again.
  private findVendor(vendor: number, number: number): number {
    for (let at = this.find(VENDOR_SPECIFIC); at >= 0; at = this.find(VENDOR_SPECIFIC, this.after(at))) {
      if (this.after(at) - at < VENDOR_HEADER_BYTES || this.bytes.readUInt32BE(at + 2) !== vendor) continue
      const part = findPart(this.bytes, number, at + VENDOR_HEADER_BYTES, this.after(at))
      if (part >= 0) return part
    }
    return -1
  }
}

/** Whether a row stands deeper than in a vendor's attribute: there `spansOf` knows the way. */
function isDeep(row: AttributeRow): boolean {
  return row.carrier > 0 && (row.carrier > VENDOR_SPECIFIC || row.within !== undefined)
}
