import { md5, md5StateAfter, type Md5State } from './md5.ts'

const BLOCK = 64
const DIGEST = 16

/** A key for `hmacMd5` (RFC 2104): the states after the two padded keys, so that each call hashes only what is new. */
export type HmacKey = { readonly inner: Md5State; readonly outer: Md5State }

const inside = new Uint8Array(DIGEST)

export function hmacMd5Key(secret: Uint8Array): HmacKey {
  const padded = new Uint8Array(BLOCK)
  if (secret.length > BLOCK) md5(secret, 0, secret.length, padded, 0)
  else padded.set(secret)
  return { inner: md5StateAfter(padded.map((byte) => byte ^ 0x36)), outer: md5StateAfter(padded.map((byte) => byte ^ 0x5c)) }
}

/** Writes the 16 bytes of HMAC-MD5(key, bytes[from, to)) to `out` at `at`; `out` may be `bytes`. */
export function hmacMd5(key: HmacKey, bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number): void {
  md5(bytes, from, to, inside, 0, key.inner, BLOCK)
  md5(inside, 0, DIGEST, out, at, key.outer, BLOCK)
}
