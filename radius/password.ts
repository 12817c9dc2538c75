/** User-Password (RFC 2865 §5.2): padded with zeros to blocks of 16, each XORed with MD5(secret ‖ what went before). */
import { MalformedError } from '#shared/errors.ts'
import { MOST_SECRET_BYTES, type SharedSecret } from './authenticator.ts'
import { md5 } from './md5.ts'

const BLOCK = 16
export const MOST_PASSWORD_BYTES = 128

const stream = Buffer.alloc(BLOCK)
const laidOut = Buffer.alloc(MOST_SECRET_BYTES + BLOCK)

/** MD5(secret ‖ previous block) into `stream`; `work` holds the secret already. */
function nextStream(work: Buffer, secretBytes: number, previous: Uint8Array, at: number): void {
  work.set(previous.subarray(at, at + BLOCK), secretBytes)
  md5(work, 0, secretBytes + BLOCK, stream, 0)
}

function withSecret(secret: SharedSecret): Buffer {
  return Buffer.concat([secret.bytes, stream])
}

/** @throws MalformedError `attribute_value` when the password is longer than 128 bytes. */
export function hidePassword(password: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): Buffer {
  if (password.length > MOST_PASSWORD_BYTES) throw new MalformedError('attribute_value', 'a password of more than 128 bytes')
  const hidden = Buffer.alloc(Math.max(BLOCK, Math.ceil(password.length / BLOCK) * BLOCK))
  hidden.set(password)
  const work = withSecret(secret)
  for (let at = 0; at < hidden.length; at += BLOCK) {
    if (at === 0) nextStream(work, secret.bytes.length, authenticator, 0)
    else nextStream(work, secret.bytes.length, hidden, at - BLOCK)
    for (let i = 0; i < BLOCK; i++) hidden[at + i] = (hidden[at + i] ?? 0) ^ (stream[i] ?? 0)
  }
  return hidden
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
  const start = secret.bytes.length
  for (let i = 0; i < start; i++) laidOut[i] = secret.bytes[i] ?? 0
  for (let at = from; at < to; at += BLOCK) {
    const previous = at === from ? authenticatorAt : at - BLOCK
    for (let i = 0; i < BLOCK; i++) laidOut[start + i] = bytes[previous + i] ?? 0
    md5(laidOut, 0, start + BLOCK, stream, 0)
    for (let i = 0; i < BLOCK; i++) out[at - from + i] = (bytes[at + i] ?? 0) ^ (stream[i] ?? 0)
  }
}

/**
 * The password with its padding: only a comparison can tell padding from zeros that belong to it (`paddedEquals`).
 * @throws MalformedError `attribute_value` when it is not 1 to 8 blocks long.
 */
export function revealPassword(hidden: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): Buffer {
  if (!isPasswordLength(hidden.length)) throw new MalformedError('attribute_value', 'User-Password is not 1 to 8 blocks of 16 bytes')
  const padded = Buffer.alloc(hidden.length)
  const work = withSecret(secret)
  for (let at = 0; at < hidden.length; at += BLOCK) {
    if (at === 0) nextStream(work, secret.bytes.length, authenticator, 0)
    else nextStream(work, secret.bytes.length, hidden, at - BLOCK)
    for (let i = 0; i < BLOCK; i++) padded[at + i] = (hidden[at + i] ?? 0) ^ (stream[i] ?? 0)
  }
  return padded
}

/**
 * Whether a revealed password is `expected` followed by nothing but padding; zeros inside count. Time depends on lengths only.
 * The lengths are for buffers that hold more than the value.
 */
export function paddedEquals(padded: Uint8Array, expected: Uint8Array, paddedLength = padded.length, expectedLength = expected.length): boolean {
  if (expectedLength > paddedLength) return false
  let difference = 0
  for (let i = 0; i < expectedLength; i++) difference |= (padded[i] ?? 0) ^ (expected[i] ?? 0)
  for (let i = expectedLength; i < paddedLength; i++) difference |= padded[i] ?? 0
  return difference === 0
}
