/** The two packets that a server sends to an access server (RFC 5176 §2), and what makes an answer to them believable. */
import { ATTRIBUTES } from '../attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, seal, type SharedSecret } from '../authenticator.ts'
import { writeAuthorisation } from '../authorisation.ts'
import type { Asked } from '../client/line.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import type { SessionChange } from './change.ts'
import { writeNames, type MaybeNamed } from './names.ts'

const A = ATTRIBUTES

/** A session as its access server knows it; `LiveSession` is one. */
export type NamedSession = MaybeNamed & {
  /** NAS-Identifier, or the NAS address where accounting named none. */
  readonly nasIdentifier: string
}

// Used again for every packet: `seal` copies before it returns.
const writer = new PacketWriter()

/** Message-Authenticator may be left out of an answer (RFC 5176 §3.4), but one that is there must hold. */
function believable(codes: readonly number[], bytes: Buffer, secret: SharedSecret) {
  const authenticator = bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  return (reply: Packet): boolean =>
    codes.includes(reply.code) &&
    responseAuthenticatorHolds(reply, authenticator, secret) &&
    checkMessageAuthenticator(reply, authenticator, secret) !== 'wrong'
}

function begin(code: number, identifier: number, { nasIdentifier, ...target }: NamedSession, nowSeconds: number): void {
  writer.begin(code, identifier).reserveMessageAuthenticator()
  writeNames(writer, nasIdentifier, target)
  // RFC 5176 §6.3: a recorded request is worth nothing to anybody five minutes later.
  writer.add(A['Event-Timestamp'], nowSeconds)
}

/** @param nowSeconds whole seconds since 1970. @throws MalformedError `attribute_value` for a name that no attribute can carry. */
export function disconnectRequest(identifier: number, session: NamedSession, secret: SharedSecret, nowSeconds: number): Asked {
  begin(CODES.disconnectRequest, identifier, session, nowSeconds)
  const bytes = seal(writer, secret)
  return { bytes, believes: believable([CODES.disconnectAck, CODES.disconnectNak], bytes, secret) }
}

/** As `disconnectRequest`. @throws also `packet_full`. */
export function coaRequest(identifier: number, session: NamedSession, change: SessionChange, secret: SharedSecret, nowSeconds: number): Asked {
  begin(CODES.coaRequest, identifier, session, nowSeconds)
  writeAuthorisation(writer, change)
  const bytes = seal(writer, secret)
  return { bytes, believes: believable([CODES.coaAck, CODES.coaNak], bytes, secret) }
}
