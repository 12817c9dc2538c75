// What a phone and its access server write into a request instead of a password: CHAP and MS-CHAPv2, by the phone's side of the RFCs.
import { createHash, randomBytes } from 'node:crypto'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { challengeHash, challengeName, ntPasswordHash, ntResponse } from '#radius/mschap/nt-response.ts'
import type { Prove } from './radius-town.ts'

const A = ATTRIBUTES

/** RFC 2865 §2.2. @param challenge in an attribute of its own; the Request Authenticator when left out. */
export function chap(password: string, challenge?: Uint8Array): Prove {
  return (writer, authenticator) => {
    const ident = randomBytes(1)
    const response = createHash('md5').update(ident).update(password).update(challenge ?? authenticator).digest()
    writer.add(A['CHAP-Password'], Buffer.concat([ident, response])).addIf(A['CHAP-Challenge'], challenge)
  }
}

/** What is left of an MS-CHAPv2 exchange on the phone, to check the server's proof with. */
export type Exchange = { readonly ident: number; readonly challenge: Buffer; readonly response: Buffer; readonly prove: Prove }

/** RFC 2548 §2.3.2. @param name as the phone hashes it, with or without a domain. */
export function mschapv2(name: string, password: string): Exchange {
  const ident = randomBytes(1)
  const [authenticatorChallenge, peerChallenge] = [randomBytes(16), randomBytes(16)]
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, challengeName(Buffer.from(name)))
  const response = ntResponse(challenge, ntPasswordHash(password))
  const shown = Buffer.concat([ident, Buffer.alloc(1), peerChallenge, Buffer.alloc(8), response])
  return {
    ident: ident.readUInt8(), challenge, response,
    prove: (writer) => void writer.add(A['MS-CHAP-Challenge'], authenticatorChallenge).add(A['MS-CHAP2-Response'], shown),
  }
}
