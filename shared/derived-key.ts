import { hkdfSync } from 'node:crypto'
import type { DeviceKey } from './sign.ts'

const KEY_BYTES = 32

/**
 * A key of 32 bytes for one use, out of the device key (HKDF-SHA256, RFC 5869): the same after a reboot, on no disk, and useless for
 * another `label` (`parvis/account-name/1`). Whoever holds the device key has them all.
 */
export function derivedKey(device: DeviceKey, label: string): Buffer {
  const { d } = device.privateKey.export({ format: 'jwk' })
  if (typeof d !== 'string') throw new TypeError('a device key has a private half')
  return Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', label, KEY_BYTES))
}
