/**
 * A request as it goes on to an upstream (RFC 2865 §2.3): every attribute as it came and in its order, EAP-Message among them,
 * except what belongs to one hop only.
 */
import { ATTRIBUTES } from '../attributes.ts'
import { seal, sealAccessRequest, type SharedSecret } from '../authenticator.ts'
import type { Asked } from '../client/line.ts'
import { ACCESS_REPLIES, acknowledges, provedReply } from '../client/requests.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { hidePassword, revealPassword } from '../password.ts'

const A = ATTRIBUTES
const MESSAGE_AUTHENTICATOR = A['Message-Authenticator'].number
const USER_PASSWORD = A['User-Password'].number

/** What hides a value on one hop: the request's authenticator and the secret of its two ends. */
export type Hop = { readonly authenticator: Uint8Array; readonly secret: SharedSecret }
export type RelayedAccess = Asked & { readonly hop: Hop }

// Used again for every packet: each function below seals, and so copies, before it returns.
const writer = new PacketWriter()

export function hopOf(packet: Packet, secret: SharedSecret): Hop {
  return { authenticator: packet.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES), secret }
}

/** Attributes from one offset to another, all of them as they stand. */
function copyRun(packet: Packet, from: number, to: number): void {
  if (to > from) writer.addAttributes(packet.bytes.subarray(from, to))
}

/** Everything but the attributes of the numbers in `instead`, which write something in their place, or nothing. */
function copyExcept(packet: Packet, instead: ReadonlyMap<number, (value: Buffer) => void>): void {
  let run = HEADER_BYTES
  for (let at = HEADER_BYTES; at < packet.end; at = packet.after(at)) {
    const rewrite = instead.get(packet.bytes[at] ?? 0)
    if (!rewrite) continue
    copyRun(packet, run, at)
    run = packet.after(at)
    rewrite(packet.bytes.subarray(at + 2, run))
  }
  copyRun(packet, run, packet.end)
}

const leaveOut = (): void => undefined

/**
 * @param from the hop on which the request came.
 * @param to its upstream and 16 fresh random bytes.
 * @param mark our Proxy-State, behind those that are there (RFC 2865 §5.33).
 * @throws MalformedError `attribute_value` for a User-Password that is none, `packet_full` when our Proxy-State finds no room.
 */
export function relayedAccess(identifier: number, packet: Packet, from: Hop, to: Hop, mark: Uint8Array): RelayedAccess {
  writer.begin(CODES.accessRequest, identifier, to.authenticator).reserveMessageAuthenticator()
  const hideAgain = (hidden: Buffer): void => {
    writer.addRaw(USER_PASSWORD, hidePassword(revealPassword(hidden, from.authenticator, from.secret), to.authenticator, to.secret))
  }
  copyExcept(packet, new Map([[MESSAGE_AUTHENTICATOR, leaveOut], [USER_PASSWORD, hideAgain]]))
  // RFC 2865 §2.2: without one, the authenticator of the request was the challenge, and that is another now.
  if (packet.has(A['CHAP-Password']) && !packet.has(A['CHAP-Challenge'])) writer.add(A['CHAP-Challenge'], from.authenticator)
  writer.add(A['Proxy-State'], mark)
  return { bytes: sealAccessRequest(writer, to.secret), believes: provedReply(ACCESS_REPLIES, to.authenticator, to.secret), hop: to }
}

/** @throws MalformedError `packet_full` when our Proxy-State finds no room. */
export function relayedAccounting(identifier: number, packet: Packet, secret: SharedSecret, mark: Uint8Array): Asked {
  writer.begin(CODES.accountingRequest, identifier)
  if (packet.has(A['Message-Authenticator'])) writer.reserveMessageAuthenticator()
  copyExcept(packet, new Map([[MESSAGE_AUTHENTICATOR, leaveOut], [USER_PASSWORD, leaveOut]]))
  writer.add(A['Proxy-State'], mark)
  const bytes = seal(writer, secret)
  return { bytes, believes: acknowledges(bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES), secret) }
}
