import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'

export type { KeyObject }

/** A key for `mac`. Made once: HMAC with a raw Buffer key costs six times as much per call. */
export function secretKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes)
}

/**
 * HMAC-SHA256 over `label \0 field \0 …`. One label per use (`parvis/form/1`), so that no proof can stand in for another.
 * Binary fields must have a fixed length or come last, because a zero byte separates.
 */
export function mac(key: KeyObject, label: string, ...fields: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', key).update(label)
  for (const field of fields) hmac.update('\0').update(field)
  return hmac.digest()
}

/** Constant-time comparison; unequal lengths are unequal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
