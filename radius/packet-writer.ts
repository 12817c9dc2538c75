import { MalformedError } from '#shared/errors.ts'
import { VENDOR_SPECIFIC, type AttributeRow } from './attributes.ts'
import { AUTHENTICATOR_AT, AUTHENTICATOR_BYTES, HEADER_BYTES, MOST_PACKET_BYTES, type Packet } from './packet.ts'

const NO_AUTHENTICATOR = Buffer.alloc(AUTHENTICATOR_BYTES)
/** Message-Authenticator: type, length and 16 bytes that the seal fills in. */
const MESSAGE_AUTHENTICATOR = Buffer.of(80, 2 + AUTHENTICATOR_BYTES, ...NO_AUTHENTICATOR)

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

  /** @throws MalformedError `attribute_value` when the value does not fit its type, `packet_full` when the packet has no room. */
  add<V>(row: AttributeRow<V>, value: V): this {
    const bytes = row.type.encode(value)
    if (row.vendor === 0) return this.addRaw(row.number, bytes)
    const head = Buffer.allocUnsafe(6)
    head.writeUInt32BE(row.vendor)
    head[4] = row.number
    head[5] = 2 + bytes.length
    return this.addRaw(VENDOR_SPECIFIC, head, bytes)
  }

  /** The same for a value that may be absent. */
  addIf<V>(row: AttributeRow<V>, value: V | undefined): this {
    return value === undefined ? this : this.add(row, value)
  }

  addRaw(number: number, ...parts: readonly Uint8Array[]): this {
    const length = parts.reduce((sum, part) => sum + part.length, 2)
    if (length > 255) throw new MalformedError('attribute_value', 'longer than an attribute can be', { data: { number } })
    this.reserve(length)
    this.bytes[this.end] = number
    this.bytes[this.end + 1] = length
    this.end += 2
    for (const part of parts) {
      this.bytes.set(part, this.end)
      this.end += part.length
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

  private copy(source: Buffer, from: number, to: number): this {
    this.reserve(to - from)
    this.end += source.copy(this.bytes, this.end, from, to)
    return this
  }

  private reserve(length: number): void {
    if (this.end + length > MOST_PACKET_BYTES) throw new MalformedError('packet_full', 'more attributes than a packet holds')
  }
}
