/** Machine secrets at rest: CHAP and MS-CHAPv2 need them in clear, so they are sealed rather than hashed. */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { UnavailableError } from '#shared/errors.ts'

const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D §8.2.2: random nonces of 96 bits, fewer than 2³² of them under one key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** `nonce ‖ tag ‖ ciphertext`. `key` is bound in: a row's secret opens under no other name. */
export function sealSecret(sealing: KeyObject, key: Uint8Array, secret: Uint8Array, random: (length: number) => Uint8Array): Buffer {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, sealing, nonce).setAAD(key)
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** @throws UnavailableError `account_sealed` when it was sealed under another device key or for another name, or is damaged. */
export function openSecret(sealing: KeyObject, key: Uint8Array, sealed: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, sealing, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(key)
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw new UnavailableError('account_sealed', 'a machine’s secret does not open: the device key or accounts.db was replaced', { cause })
  }
}
