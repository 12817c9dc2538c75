/** User-Password (RFC 2865 §5.2): padded with zeros to blocks of 16, each XORed with MD5(secret ‖ what went before). */
import { MalformedError } from '#shared/errors.ts'
import { MOST_SECRET_BYTES, type SharedSecret } from './authenticator.ts'
import { md5 } from './md5.ts'

const BLOCK = 16
export const MOST_PASSWORD_BYTES = 128

// Shared scratch: every function here runs to its end before another can start.
const stream = Buffer.alloc(BLOCK)
const work = Buffer.alloc(MOST_SECRET_BYTES + BLOCK)

// Indices stay below the lengths that are checked before; a default for each byte would cost time.
/* oxlint-disable typescript/no-non-null-assertion */
/** MD5(secret ‖ bytes[at, at + 16)) into `stream`. */
function nextStream(secret: SharedSecret, bytes: Uint8Array, at: number): void {
  const start = secret.bytes.length
  for (let i = 0; i < start; i++) work[i] = secret.bytes[i]!
  for (let i = 0; i < BLOCK; i++) work[start + i] = bytes[at + i]!
  md5(work, 0, start + BLOCK, stream, 0)
}

/** @throws MalformedError `attribute_value` when the password is longer than 128 bytes. */
export function hidePassword(password: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): Buffer {
  if (password.length > MOST_PASSWORD_BYTES) throw new MalformedError('attribute_value', 'a password of more than 128 bytes')
  const whole = Buffer.alloc(BLOCK + Math.max(BLOCK, Math.ceil(password.length / BLOCK) * BLOCK))
  whole.set(authenticator.subarray(0, BLOCK))
  whole.set(password, BLOCK)
  for (let at = BLOCK; at < whole.length; at += BLOCK) {
    nextStream(secret, whole, at - BLOCK)
    for (let i = 0; i < BLOCK; i++) whole[at + i]! ^= stream[i]!
  }
  return whole.subarray(BLOCK)
}

/** Whether a hidden value of so many bytes can be one: 1 to 8 blocks. */
export function isPasswordLength(bytes: number): boolean {
  return bytes > 0 && bytes % BLOCK === 0 && bytes <= MOST_PASSWORD_BYTES
}

/**
 * Writes the password hidden in bytes[from, to) to the beginning of `out`, with its padding; nothing is allocated.
 * The length must be one that `isPasswordLength` allows. @param authenticatorAt where the request's authenticator stands in `bytes`.
 */
export function revealPasswordInto(out: Uint8Array, bytes: Uint8Array, from: number, to: number, authenticatorAt: number, secret: SharedSecret): void {
  for (let at = from; at < to; at += BLOCK) {
    nextStream(secret, bytes, at === from ? authenticatorAt : at - BLOCK)
    for (let i = 0; i < BLOCK; i++) out[at - from + i] = bytes[at + i]! ^ stream[i]!
  }
}

/**
 * The password with its padding: only a comparison can tell padding from zeros that belong to it (`paddedEquals`).
 * @throws MalformedError `attribute_value` when it is not 1 to 8 blocks long.
 */
export function revealPassword(hidden: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): Buffer {
  if (!isPasswordLength(hidden.length)) throw new MalformedError('attribute_value', 'User-Password is not 1 to 8 blocks of 16 bytes')
  const whole = Buffer.concat([authenticator.subarray(0, BLOCK), hidden])
  const padded = Buffer.alloc(hidden.length)
  revealPasswordInto(padded, whole, BLOCK, whole.length, 0, secret)
  return padded
}

/**
 * Whether a revealed password is `expected` followed by nothing but padding; zeros inside count. Time depends on lengths only.
 * The lengths are for buffers that hold more than the value.
 */
export function paddedEquals(padded: Uint8Array, expected: Uint8Array, paddedLength = padded.length, expectedLength = expected.length): boolean {
  if (expectedLength > paddedLength) return false
  let difference = 0
  for (let i = 0; i < expectedLength; i++) difference |= padded[i]! ^ expected[i]!
  for (let i = expectedLength; i < paddedLength; i++) difference |= padded[i]!
  return difference === 0
}
/* oxlint-enable typescript/no-non-null-assertion */
