import { sha256, sha256StateAfter, SHA256_BYTES } from './sha256.ts'

const BLOCK = 64
/** Of a key, in bytes: the states are made of one block. */
export const LONGEST_QUICK_KEY = BLOCK
/** Names, codes and secrets: what is longer is no field of ours. */
const MOST_MESSAGE_BYTES = 4_096
const MOST_BYTES_PER_UNIT = 3

/** `mac` of shared/keyed-mac.ts with its key and label already in: the same 32 bytes. */
export type QuickMac = (...fields: readonly (string | Uint8Array)[]) => Buffer

// Shared scratch: every function here runs to its end before another can start.
const inside = new Uint8Array(SHA256_BYTES)
const message = Buffer.alloc(MOST_MESSAGE_BYTES)

function add(field: string | Uint8Array, at: number): number {
  const most = typeof field === 'string' ? field.length * MOST_BYTES_PER_UNIT : field.length
  if (at + 1 + most > MOST_MESSAGE_BYTES) throw new TypeError('the fields of a keyed hash are too long')
  message[at] = 0
  if (typeof field === 'string') return at + 1 + message.write(field, at + 1)
  message.set(field, at + 1)
  return at + 1 + field.length
}

/**
 * For the paths on which every microsecond counts: the states after the padded keys (RFC 2104 §4) are kept, and nothing crosses
 * over to OpenSSL.
 * @param key at most 64 bytes, as the states are made of one block.
 * @throws TypeError (each call) when the fields are longer than 4,096 bytes together.
 */
export function quickMac(key: Uint8Array, label: string): QuickMac {
  if (key.length > BLOCK) throw new TypeError(`a key of ${key.length} bytes: give at most ${BLOCK}`)
  const padded = new Uint8Array(BLOCK)
  padded.set(key)
  const inner = sha256StateAfter(padded.map((byte) => byte ^ 0x36))
  const outer = sha256StateAfter(padded.map((byte) => byte ^ 0x5c))
  padded.fill(0)
  const begun = Buffer.from(label)

  return function quick(...fields) {
    message.set(begun)
    let end = begun.length
    for (const field of fields) end = add(field, end)
    const out = Buffer.allocUnsafe(SHA256_BYTES)
    sha256(message, end, inside, inner, BLOCK)
    sha256(inside, SHA256_BYTES, out, outer, BLOCK)
    return out
  }
}
