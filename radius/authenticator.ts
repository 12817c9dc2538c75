/**
 * Who wrote a packet, and whether it was changed: Request and Response Authenticator (RFC 2865 §3, RFC 2866 §3, RFC 5176 §2.3)
 * and Message-Authenticator (RFC 2869 §5.14). All are computed over the raw bytes and compared in constant time.
 */
import { timingSafeEqual } from 'node:crypto'
import { ATTRIBUTES } from './attributes.ts'
import { hmacMd5, hmacMd5Key, type HmacKey } from './hmac-md5.ts'
import { md5 } from './md5.ts'
import { AUTHENTICATOR_AT, AUTHENTICATOR_BYTES, HEADER_BYTES, MOST_PACKET_BYTES, type Packet } from './packet.ts'
import type { PacketWriter } from './packet-writer.ts'

export const MOST_SECRET_BYTES = 1_024
const MESSAGE_AUTHENTICATOR = ATTRIBUTES['Message-Authenticator'].number

/** A secret shared with one peer, with its HMAC states: made once a peer. */
export type SharedSecret = { readonly bytes: Buffer; readonly hmac: HmacKey }

/** @throws TypeError when the secret is empty or longer than 1,024 bytes. */
export function sharedSecret(secret: string): SharedSecret {
  const bytes = Buffer.from(secret, 'utf8')
  if (bytes.length === 0 || bytes.length > MOST_SECRET_BYTES) throw new TypeError('a RADIUS secret has 1 to 1024 bytes: set one')
  return { bytes, hmac: hmacMd5Key(bytes) }
}

// Shared scratch: every function here runs to its end before another can start.
const work = Buffer.alloc(MOST_PACKET_BYTES + MOST_SECRET_BYTES)
const computed = Buffer.alloc(AUTHENTICATOR_BYTES)
const received = Buffer.alloc(AUTHENTICATOR_BYTES)
const ZEROS = Buffer.alloc(AUTHENTICATOR_BYTES)

function matches(packet: Packet, at: number): boolean {
  packet.bytes.copy(received, 0, at, at + AUTHENTICATOR_BYTES)
  return timingSafeEqual(computed, received)
}

/** The packet in `work`, with another authenticator in the place of its own and the secret behind it; returns the end. */
function layOut(packet: Packet, authenticator: Uint8Array, secret: SharedSecret): number {
  packet.bytes.copy(work, 0, 0, packet.end)
  work.set(authenticator, AUTHENTICATOR_AT)
  return packet.end + secret.bytes.copy(work, packet.end)
}

/** Accounting-, Disconnect- and CoA-Request prove themselves: MD5 over the packet with zeros for the authenticator. */
export function requestAuthenticatorHolds(packet: Packet, secret: SharedSecret): boolean {
  md5(work, 0, layOut(packet, ZEROS, secret), computed, 0)
  return matches(packet, AUTHENTICATOR_AT)
}

/** Of a reply: MD5 over the packet with the request's authenticator. */
export function responseAuthenticatorHolds(reply: Packet, requestAuthenticator: Uint8Array, secret: SharedSecret): boolean {
  md5(work, 0, layOut(reply, requestAuthenticator, secret), computed, 0)
  return matches(reply, AUTHENTICATOR_AT)
}

export type MessageAuthenticator = 'holds' | 'absent' | 'wrong'

/**
 * @param authenticator what stands for the packet's own: the packet's in an Access-Request or Status-Server, the request's in
 * a reply, zeros in Accounting-, Disconnect- and CoA-Request (RFC 5176 §3.4). Two of them are wrong: RFC 2869 §5.19 allows one.
 */
export function checkMessageAuthenticator(packet: Packet, authenticator: Uint8Array | 'own' | 'zeros', secret: SharedSecret): MessageAuthenticator {
  const at = packet.find(MESSAGE_AUTHENTICATOR)
  if (at < 0) return 'absent'
  const next = packet.after(at)
  if (next - at !== 2 + AUTHENTICATOR_BYTES || packet.find(MESSAGE_AUTHENTICATOR, next) >= 0) return 'wrong'
  packet.bytes.copy(work, 0, 0, packet.end)
  if (authenticator !== 'own') work.set(authenticator === 'zeros' ? ZEROS : authenticator, AUTHENTICATOR_AT)
  work.fill(0, at + 2, next)
  hmacMd5(secret.hmac, work, 0, packet.end, computed, 0)
  return matches(packet, at + 2) ? 'holds' : 'wrong'
}

function close(writer: PacketWriter): void {
  writer.bytes.writeUInt16BE(writer.end, 2)
}

// Every writer of ours puts Message-Authenticator first, so that is where it is filled in.
function fillMessageAuthenticator({ bytes, end }: PacketWriter, secret: SharedSecret): void {
  if (end > HEADER_BYTES && bytes[HEADER_BYTES] === MESSAGE_AUTHENTICATOR) hmacMd5(secret.hmac, bytes, 0, end, bytes, HEADER_BYTES + 2)
}

function fillAuthenticator({ bytes, end }: PacketWriter, secret: SharedSecret): void {
  md5(bytes, 0, end + secret.bytes.copy(bytes, end), bytes, AUTHENTICATOR_AT)
}

function packetBytes({ bytes, end }: PacketWriter): Buffer {
  return Buffer.from(bytes.subarray(0, end))
}

/** Finishes an Access-Request or Status-Server, whose authenticator is random. Returns bytes of their own. */
export function sealAccessRequest(writer: PacketWriter, secret: SharedSecret): Buffer {
  close(writer)
  fillMessageAuthenticator(writer, secret)
  return packetBytes(writer)
}

/**
 * Finishes a reply begun with the request's authenticator, or an Accounting-, Disconnect- or CoA-Request begun with zeros, where
 * it stands: bytes[0, end) of the writer.
 */
export function sealInPlace(writer: PacketWriter, secret: SharedSecret): void {
  close(writer)
  fillMessageAuthenticator(writer, secret)
  fillAuthenticator(writer, secret)
}

/** The same, returning bytes of their own. */
export function seal(writer: PacketWriter, secret: SharedSecret): Buffer {
  sealInPlace(writer, secret)
  return packetBytes(writer)
}
