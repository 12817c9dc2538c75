import { createCipheriv } from 'node:crypto'

export const DES_KEY_BYTES = 7
const BLOCK = 8

/** 56 bits spread over eight bytes, seven in each; the lowest bit of each byte makes the number of ones odd (RFC 2759 §8.6, §9.3). */
export function withParity(key: Uint8Array): Buffer {
  const spread = Buffer.alloc(BLOCK)
  for (let i = 0; i < BLOCK; i++) {
    const pair = ((key[i - 1] ?? 0) << 8) | (key[i] ?? 0)
    const seven = (pair >>> i) & 0xfe
    let ones = seven
    for (const fold of [4, 2, 1]) ones ^= ones >>> fold
    spread[i] = seven | (~ones & 1)
  }
  return spread
}

/**
 * One block under single DES (RFC 2759 §8.6). OpenSSL 3 keeps DES in a provider that is not loaded, but not triple DES; that
 * encrypts, decrypts and encrypts, and with the same key three times the first two undo each other.
 * @param key 7 bytes. @param clear 8 bytes.
 */
export function desEncrypt(key: Uint8Array, clear: Uint8Array): Buffer {
  const single = withParity(key)
  const cipher = createCipheriv('des-ede3', Buffer.concat([single, single, single]), null)
  cipher.setAutoPadding(false)
  return cipher.update(clear)
}
