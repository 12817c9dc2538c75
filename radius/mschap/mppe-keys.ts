/** The keys of a link, from a password proved by MS-CHAPv2 (RFC 3079 §3.3, §3.4). Names are the RFC's. */
import { createHash } from 'node:crypto'

const KEY_BYTES = 16
const PAD_1 = Buffer.alloc(40, 0)
const PAD_2 = Buffer.alloc(40, 0xf2)
/** §3.4, as the RFC gives them. Each says for one side which key it is; the other side's is the same one. */
const MAGIC_1 = Buffer.from('This is the MPPE Master Key', 'latin1')
const MAGIC_2 = Buffer.from('On the client side, this is the send key; on the server side, it is the receive key.', 'latin1')
const MAGIC_3 = Buffer.from('On the client side, this is the receive key; on the server side, it is the send key.', 'latin1')

function digest(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest().subarray(0, KEY_BYTES)
}

/** 16 bytes. @param response the 24 bytes of the NT-Response that proved the password. */
export function masterKey(passwordHashHash: Uint8Array, response: Uint8Array): Buffer {
  return digest(passwordHashHash, response, MAGIC_1)
}

export type MppeKeys = { readonly send: Buffer; readonly receive: Buffer }

/** The two start keys of 128 bits as the access server uses them: `send` towards the phone (RFC 2548 §2.4.2, §2.4.3). */
export function serverStartKeys(master: Uint8Array): MppeKeys {
  return { send: digest(master, PAD_1, MAGIC_3, PAD_2), receive: digest(master, PAD_1, MAGIC_2, PAD_2) }
}
