import { MalformedError } from '#shared/errors.ts'
import { FIRST_LONG_EXTENDED, VENDOR_SPECIFIC, type AttributeRow } from './attributes/row.ts'
import { AUTHENTICATOR_AT, AUTHENTICATOR_BYTES, HEADER_BYTES, MOST_PACKET_BYTES, type Packet } from './packet.ts'
import { LONG_HEADER_BYTES, MORE } from './spans.ts'
import { writePart } from './tlv.ts'

const NO_AUTHENTICATOR = Buffer.alloc(AUTHENTICATOR_BYTES)
/** Message-Authenticator: type, length and 16 bytes that the seal fills in. */
const MESSAGE_AUTHENTICATOR = Buffer.of(80, 2 + AUTHENTICATOR_BYTES, ...NO_AUTHENTICATOR)

const MOST_ATTRIBUTE_BYTES = 255
const MOST_FRAGMENT_BYTES = MOST_ATTRIBUTE_BYTES - LONG_HEADER_BYTES
/** Vendor's number, type and length (RFC 2865 §5.26). */
const VENDOR_PART_BYTES = 6

/** Builds packets in one buffer that is used again for the next: take the bytes (`packetBytes`) before `begin` is called again. */
export class PacketWriter {
  /** Room for a secret behind the packet, because authenticators hash the two together. */
  readonly bytes = Buffer.alloc(2 * MOST_PACKET_BYTES)
  end = HEADER_BYTES

  /** @param authenticator of the request that a reply answers, or 16 bytes of a request's own; zeros when left out. */
  begin(code: number, identifier: number, authenticator: Uint8Array = NO_AUTHENTICATOR, at = 0): this {
    this.bytes[0] = code
    this.bytes[1] = identifier
    for (let i = 0; i < AUTHENTICATOR_BYTES; i++) this.bytes[AUTHENTICATOR_AT + i] = authenticator[at + i] ?? 0
    this.end = HEADER_BYTES
    return this
  }

  /** Room for Message-Authenticator; comes first, so that no forged prefix fits before it (CVE-2024-3596). */
  reserveMessageAuthenticator(): this {
    return this.copy(MESSAGE_AUTHENTICATOR, 0, MESSAGE_AUTHENTICATOR.length)
  }

  /** @throws MalformedError `attribute_value` when the value does not fit its type or its attribute, `packet_full` when the packet has no room. */
  add<V>(row: AttributeRow<V>, value: V): this {
    return this.addBytes(row, row.type.encode(value))
  }

  /** The same for a value that is written already. */
  addBytes(row: AttributeRow, bytes: Uint8Array): this {
    if (row.within) return this.addBytes(row.within, writePart(row.number, bytes))
    if (row.carrier === 0) return this.addRaw(row.number, bytes)
    return row.carrier === VENDOR_SPECIFIC ? this.addVendor(row, bytes) : this.addExtended(row, bytes)
  }

  /** The same for a value that may be absent. */
  addIf<V>(row: AttributeRow<V>, value: V | undefined): this {
    return value === undefined ? this : this.add(row, value)
  }

  addRaw(number: number, ...parts: readonly Uint8Array[]): this {
    let length = 0
    for (const part of parts) length += part.length
    this.head(number, length)
    for (const part of parts) this.put(part)
    return this
  }

  private addVendor({ vendor, number }: AttributeRow, bytes: Uint8Array): this {
    this.head(VENDOR_SPECIFIC, VENDOR_PART_BYTES + bytes.length)
    this.end = this.bytes.writeUInt32BE(vendor, this.end)
    this.bytes[this.end++] = number
    this.bytes[this.end++] = 2 + bytes.length
    return this.put(bytes)
  }

  // RFC 6929 §2.1; §2.2: a long one goes on in the next, with the M bit in all but the last.
  private addExtended(row: AttributeRow, value: Uint8Array): this {
    // RFC 6929 §2.8: without a value it is invalid, and whoever reads it takes no notice of it.
    if (value.length === 0) throw new MalformedError('attribute_value', 'an extended attribute needs a value', { data: { number: row.carrier } })
    const type = row.vendor === 0 ? row.number : VENDOR_SPECIFIC
    const bytes = row.vendor === 0 ? value : Buffer.concat([extendedVendorHead(row), value])
    if (row.carrier < FIRST_LONG_EXTENDED) return this.addRaw(row.carrier, Buffer.of(type), bytes)
    for (let at = 0; at < bytes.length; at += MOST_FRAGMENT_BYTES) {
      const more = at + MOST_FRAGMENT_BYTES < bytes.length ? MORE : 0
      this.addRaw(row.carrier, Buffer.of(type, more), bytes.subarray(at, at + MOST_FRAGMENT_BYTES))
    }
    return this
  }

  /** Every attribute of this number, as it stands in `packet` and in its order (Proxy-State, RFC 2865 §5.33). */
  echo(packet: Packet, row: AttributeRow): this {
    for (let at = packet.find(row.number); at >= 0; at = packet.find(row.number, packet.after(at))) this.copy(packet.bytes, at, packet.after(at))
    return this
  }

  /** Attributes that were written before. */
  addAttributes(bytes: Buffer): this {
    return this.copy(bytes, 0, bytes.length)
  }

  /** Type and length of an attribute, whose value of so many bytes is put next. */
  private head(number: number, valueBytes: number): void {
    const length = 2 + valueBytes
    if (length > MOST_ATTRIBUTE_BYTES) throw new MalformedError('attribute_value', 'longer than an attribute can be', { data: { number } })
    this.reserve(length)
    this.bytes[this.end++] = number
    this.bytes[this.end++] = length
  }

  private put(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.end)
    this.end += bytes.length
    return this
  }

  private copy(source: Buffer, from: number, to: number): this {
    this.reserve(to - from)
    this.end += source.copy(this.bytes, this.end, from, to)
    return this
  }

  private reserve(length: number): void {
    if (this.end + length > MOST_PACKET_BYTES) throw new MalformedError('packet_full', 'more attributes than a packet holds')
  }
}

function extendedVendorHead({ vendor, number }: AttributeRow): Buffer {
  const head = Buffer.of(0, 0, 0, 0, number)
  head.writeUInt32BE(vendor)
  return head
}
