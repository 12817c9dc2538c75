import { timingSafeEqual } from 'node:crypto'
import { ATTRIBUTES } from '../attributes.ts'
import { md5 } from '../md5.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES, type Packet } from '../packet.ts'
import type { Credential, CredentialFault } from './credentials.ts'

/** RFC 2865 §5.3: CHAP Ident and the response. */
const RESPONSE_BYTES = 16

const computed = Buffer.alloc(RESPONSE_BYTES)

/** RFC 2865 §2.2, §5.40: the challenge is the Request Authenticator unless it has an attribute of its own. */
function challengeOf(packet: Packet): Uint8Array {
  return packet.read(ATTRIBUTES['CHAP-Challenge']) ?? packet.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
}

/** CHAP (RFC 2865 §2.2, RFC 1994 §4.1): MD5 of identifier, secret and challenge, so the source must have the secret in clear. */
export function openChap(packet: Packet): Credential | CredentialFault {
  const shown = packet.read(ATTRIBUTES['CHAP-Password'])
  const challenge = challengeOf(packet)
  if (shown?.length !== 1 + RESPONSE_BYTES || challenge.length === 0) return 'credential_malformed'
  const response = shown.subarray(1)
  return {
    kind: 'chap',
    proves(secret) {
      const hashed = Buffer.concat([shown.subarray(0, 1), Buffer.from(secret, 'utf8'), challenge])
      md5(hashed, 0, hashed.length, computed, 0)
      return timingSafeEqual(computed, response)
    },
  }
}
