/** MS-CHAPv2 (RFC 2759 §8): what the phone proves by, and what the server proves by in return. Names are the RFC's. */
import { createHash } from 'node:crypto'
import { DES_KEY_BYTES, desEncrypt } from './des.ts'
import { md4 } from './md4.ts'

const CHALLENGE_HASH_BYTES = 8
/** §8.7, as the RFC gives them. */
const MAGIC_1 = Buffer.from('Magic server to client signing constant', 'latin1')
const MAGIC_2 = Buffer.from('Pad to make it do more than one iteration', 'latin1')
const BACKSLASH = 0x5c

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** §8.3: MD4 of the password in UTF-16, 16 bytes. Whoever has it can sign in like one who has the password. */
export function ntPasswordHash(password: string): Buffer {
  return md4(Buffer.from(password, 'utf16le'))
}

/** The name that both sides hash: without the domain that Windows puts before it, `DOMAIN\name` (§8.2). */
export function challengeName(userName: Uint8Array): Uint8Array {
  return userName.subarray(userName.lastIndexOf(BACKSLASH) + 1)
}

/** §8.2. @param userName as its bytes came, without a domain. */
export function challengeHash(peerChallenge: Uint8Array, authenticatorChallenge: Uint8Array, userName: Uint8Array): Buffer {
  return sha1(peerChallenge, authenticatorChallenge, userName).subarray(0, CHALLENGE_HASH_BYTES)
}

/** §8.5: the challenge hash under three DES keys, which are the password hash padded to 21 bytes; 24 bytes. */
export function ntResponse(challenge: Uint8Array, passwordHash: Uint8Array): Buffer {
  const keys = Buffer.alloc(3 * DES_KEY_BYTES)
  keys.set(passwordHash)
  return Buffer.concat([0, 1, 2].map((n) => desEncrypt(keys.subarray(n * DES_KEY_BYTES, (n + 1) * DES_KEY_BYTES), challenge)))
}

/** §8.7: 42 characters, `S=` and 40 hexadecimal digits in capitals. @param passwordHashHash MD4 of the password hash. */
export function authenticatorResponse(passwordHashHash: Uint8Array, response: Uint8Array, challenge: Uint8Array): string {
  const digest = sha1(passwordHashHash, response, MAGIC_1)
  return `S=${sha1(digest, challenge, MAGIC_2).toString('hex').toUpperCase()}`
}
