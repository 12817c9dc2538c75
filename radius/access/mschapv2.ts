/**
 * MS-CHAPv2 as RADIUS carries it (RFC 2548 §2.3): the phone proves the password, and the server proves in return that it knows it
 * too. The access server gets keys for the link.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Effects } from '#shared/effects.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Client } from '../clients.ts'
import { md4 } from '../mschap/md4.ts'
import { masterKey, serverStartKeys } from '../mschap/mppe-keys.ts'
import { authenticatorResponse, challengeHash, challengeName, ntPasswordHash, ntResponse } from '../mschap/nt-response.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES, type Packet } from '../packet.ts'
import type { PacketWriter } from '../packet-writer.ts'
import { hideSalted } from '../salted.ts'
import type { Credential, CredentialFault } from './credentials.ts'

const A = ATTRIBUTES
const CHALLENGE_BYTES = 16
/** RFC 2548 §2.3.2: Ident, Flags, Peer-Challenge, eight reserved bytes, Response. */
const SHOWN_BYTES = 50
const PEER_CHALLENGE_AT = 2
const RESPONSE_AT = 26
/** RFC 2548 §2.4.4: encryption is allowed, not required: Wi-Fi has its own. */
const ENCRYPTION_ALLOWED = 1
/** RFC 2548 §2.4.5: RC4 with 128 bits; our keys are no shorter. */
const RC4_128 = 4
/** RFC 2759 §6: ERROR_AUTHENTICATION_FAILURE for every cause, so that whoever guesses learns nothing. */
const AUTHENTICATION_FAILURE = 691
const VERSION = 3

export function openMschapv2(packet: Packet, client: Client, random: Effects['random']): Credential | CredentialFault {
  const shown = packet.read(A['MS-CHAP2-Response'])
  const authenticatorChallenge = packet.read(A['MS-CHAP-Challenge'])
  const userName = packet.find(A['User-Name'].number)
  if (shown?.length !== SHOWN_BYTES || authenticatorChallenge?.length !== CHALLENGE_BYTES || userName < 0) return 'credential_malformed'
  const ident = shown.subarray(0, 1)
  const response = shown.subarray(RESPONSE_AT)
  const name = challengeName(packet.bytes.subarray(userName + 2, packet.after(userName)))
  const challenge = challengeHash(shown.subarray(PEER_CHALLENGE_AT, PEER_CHALLENGE_AT + CHALLENGE_BYTES), authenticatorChallenge, name)
  let provenHash: Buffer | undefined

  function proves(secret: string): boolean {
    const hash = ntPasswordHash(secret)
    if (!timingSafeEqual(ntResponse(challenge, hash), response)) return false
    provenHash = hash
    return true
  }

  function proof(writer: PacketWriter): void {
    if (!provenHash) return
    const hashHash = md4(provenHash)
    const { send, receive } = serverStartKeys(masterKey(hashHash, response))
    const authenticator = packet.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
    // RFC 2548 §2.4.2: the salts in one packet must differ.
    const salt = random(2).readUInt16BE()
    writer
      .add(A['MS-CHAP2-Success'], Buffer.concat([ident, Buffer.from(authenticatorResponse(hashHash, response, challenge), 'latin1')]))
      .add(A['MS-MPPE-Encryption-Policy'], ENCRYPTION_ALLOWED)
      .add(A['MS-MPPE-Encryption-Types'], RC4_128)
      .add(A['MS-MPPE-Send-Key'], hideSalted(send, salt, authenticator, client.secret))
      .add(A['MS-MPPE-Recv-Key'], hideSalted(receive, salt ^ 1, authenticator, client.secret))
  }

  /** RFC 2759 §6, RFC 2548 §2.1.5. No retry: the next attempt begins with a challenge of the access server's. */
  function refusal(writer: PacketWriter): void {
    const text = `E=${AUTHENTICATION_FAILURE} R=0 C=${random(CHALLENGE_BYTES).toString('hex').toUpperCase()} V=${VERSION}`
    writer.add(A['MS-CHAP-Error'], Buffer.concat([ident, Buffer.from(text, 'latin1')]))
  }

  return { kind: 'mschapv2', proves, proof, refusal }
}
