/** Packets as plain data: for tools, oracles and vectors. The server and the client read and write in place instead. */
import { byteAt } from './bytes.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES, openPacket } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

export type RawAttribute = { readonly number: number; readonly value: Uint8Array }
export type PlainPacket = {
  readonly code: number
  readonly identifier: number
  readonly authenticator: Uint8Array
  readonly attributes: readonly RawAttribute[]
}

/** @throws MalformedError with a `PacketFault`. */
export function decodePacket(bytes: Buffer): PlainPacket {
  const packet = openPacket(bytes)
  const attributes: RawAttribute[] = []
  for (let at = HEADER_BYTES; at < packet.end; at = packet.after(at)) {
    attributes.push({ number: byteAt(bytes, at), value: bytes.subarray(at + 2, packet.after(at)) })
  }
  return { code: packet.code, identifier: packet.identifier, authenticator: bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES), attributes }
}

/** @throws MalformedError `attribute_value` or `packet_full`. The authenticators are written as given, not computed. */
export function encodePacket(packet: PlainPacket): Buffer {
  const writer = new PacketWriter().begin(packet.code, packet.identifier, packet.authenticator)
  for (const { number, value } of packet.attributes) writer.addRaw(number, value)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return Buffer.from(writer.bytes.subarray(0, writer.end))
}
