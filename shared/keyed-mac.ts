import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import { LONGEST_QUICK_KEY, quickMac, type QuickMac } from './quick-mac.ts'

export type { KeyObject }

/** A key for `mac`. Made once: HMAC with a raw Buffer key costs six times as much per call. */
export function secretKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes)
}

/** Beyond a few blocks OpenSSL is quicker. Characters or bytes, of all fields together. */
const LONGEST_QUICK = 400

/** The states after a key and a label, for as long as the key lives: most of what a small hash costs is to begin it. */
const begun = new WeakMap<KeyObject, Map<string, QuickMac>>()

function begunWith(key: KeyObject, label: string): QuickMac {
  const labels = begun.get(key) ?? new Map<string, QuickMac>()
  begun.set(key, labels)
  const known = labels.get(label)
  if (known) return known
  const bytes = key.export()
  const fresh = quickMac(bytes, label)
  bytes.fill(0)
  labels.set(label, fresh)
  return fresh
}

function lengthOf(fields: readonly (string | Uint8Array)[]): number {
  let length = 0
  for (const field of fields) length += field.length
  return length
}

/**
 * HMAC-SHA256 over `label \0 field \0 …`. One label per use (`parvis/form/1`), so that no proof can stand in for another.
 * Binary fields must have a fixed length or come last, because a zero byte separates.
 */
export function mac(key: KeyObject, label: string, ...fields: readonly (string | Uint8Array)[]): Buffer {
  const quick = (key.symmetricKeySize ?? Infinity) <= LONGEST_QUICK_KEY && lengthOf(fields) <= LONGEST_QUICK
  return quick ? begunWith(key, label)(...fields) : macByOpenssl(key, label, ...fields)
}

/** The same; nothing of the key is ever in memory of ours: for keys that must be gone when they are dropped. */
export function macByOpenssl(key: KeyObject, label: string, ...fields: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', key).update(label)
  for (const field of fields) hmac.update('\0').update(field)
  return hmac.digest()
}

/** Constant-time comparison; unequal lengths are unequal. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
