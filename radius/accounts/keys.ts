import { createSecretKey, type KeyObject } from 'node:crypto'
import { derivedKey } from '#shared/derived-key.ts'
import { quickMac } from '#shared/quick-mac.ts'
import type { DeviceKey } from '#shared/sign.ts'

export const ACCOUNT_KEY_BYTES = 16
export const VERIFIER_BYTES = 12

/** What turns names and secrets into what may lie on a disk. One key a use, all out of the device key. */
export type AccountKeys = {
  /** 16 bytes that stand for a canonical name. */
  nameKey(canonicalName: string): Buffer
  /** 12 bytes that a secret of at least 100 bits can be checked by without being read. */
  verifier(key: Uint8Array, secret: Uint8Array): Buffer
  /** Goes into every argon2id hash: a stolen database alone cannot be searched for weak passwords. */
  readonly pepper: Buffer
  /** Seals machine secrets. */
  readonly sealing: KeyObject
}

export function accountKeys(device: DeviceKey): AccountKeys {
  const names = quickMac(derivedKey(device, 'parvis/account-name/1'), 'parvis/account-name/1')
  const verifiers = quickMac(derivedKey(device, 'parvis/account-verifier/1'), 'parvis/account-verifier/1')
  return {
    nameKey: (canonicalName) => names(canonicalName).subarray(0, ACCOUNT_KEY_BYTES),
    verifier: (key, secret) => verifiers(key, secret).subarray(0, VERIFIER_BYTES),
    pepper: derivedKey(device, 'parvis/account-pepper/1'),
    sealing: createSecretKey(derivedKey(device, 'parvis/account-sealing/1')),
  }
}
