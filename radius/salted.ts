/**
 * Salted hiding (RFC 2868 §3.5, RFC 2548 §2.4.2): Tunnel-Password and the MS-MPPE keys. As User-Password, but the first block also
 * takes a salt of two bytes, and the value says its own length, so that zeros at its end survive.
 */
import { MalformedError } from '#shared/errors.ts'
import { byteAt } from './bytes.ts'
import { AUTHENTICATOR_BYTES } from './packet.ts'
import type { SharedSecret } from './authenticator.ts'
import { md5 } from './md5.ts'

const BLOCK = 16
const SALT_BYTES = 2
/** RFC 2868 §3.5: the leftmost bit of a salt is set. */
const SALT_BIT = 0x8000
/** 15 blocks with the length byte: what still fits an attribute beside salt, tag and a vendor's header. */
export const MOST_SALTED_BYTES = 15 * BLOCK - 1

const stream = Buffer.alloc(BLOCK)

/** XORs the blocks of `from` into `to`; each stream is MD5(secret ‖ the hidden block before), the first MD5(secret ‖ authenticator ‖ salt). */
function cipher(from: Uint8Array, to: Uint8Array, hidden: Uint8Array, salt: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): void {
  const start = secret.bytes.length
  const work = Buffer.concat([secret.bytes, authenticator.subarray(0, AUTHENTICATOR_BYTES), salt])
  md5(work, 0, work.length, stream, 0)
  for (let at = 0; at < from.length; at += BLOCK) {
    if (at > 0) {
      work.set(hidden.subarray(at - BLOCK, at), start)
      md5(work, 0, start + BLOCK, stream, 0)
    }
    for (let i = 0; i < BLOCK; i++) to[at + i] = byteAt(from, at + i) ^ byteAt(stream, i)
  }
}

/**
 * Salt and hidden value, as an MS-MPPE key carries them and a Tunnel-Password behind its tag.
 * @param salt 16 random bits, another for each attribute of a packet (RFC 2868 §3.5); the leftmost is set here.
 * @param authenticator of the request that the packet answers.
 * @throws MalformedError `attribute_value` when the value is longer than 239 bytes.
 */
export function hideSalted(value: Uint8Array, salt: number, authenticator: Uint8Array, secret: SharedSecret): Buffer {
  if (value.length > MOST_SALTED_BYTES) throw new MalformedError('attribute_value', `more than ${MOST_SALTED_BYTES} bytes to hide`)
  const plain = Buffer.alloc(Math.ceil((1 + value.length) / BLOCK) * BLOCK)
  plain[0] = value.length
  plain.set(value, 1)
  const whole = Buffer.alloc(SALT_BYTES + plain.length)
  whole.writeUInt16BE((salt | SALT_BIT) & 0xffff)
  const hidden = whole.subarray(SALT_BYTES)
  cipher(plain, hidden, hidden, whole.subarray(0, SALT_BYTES), authenticator, secret)
  return whole
}

/**
 * The value that `hideSalted` took. A salt without its leftmost bit is accepted: it changes nothing for us.
 * @param whole salt and hidden value, without a tag.
 * @throws MalformedError `attribute_value` when it is no salt with whole blocks, or says a length that it has not (the sign of a wrong secret).
 */
export function revealSalted(whole: Uint8Array, authenticator: Uint8Array, secret: SharedSecret): Buffer {
  const hidden = whole.subarray(SALT_BYTES)
  if (hidden.length === 0 || hidden.length % BLOCK !== 0) throw new MalformedError('attribute_value', 'a salted value is no salt with whole blocks')
  const plain = Buffer.alloc(hidden.length)
  cipher(hidden, plain, hidden, whole.subarray(0, SALT_BYTES), authenticator, secret)
  const length = byteAt(plain, 0)
  if (length >= plain.length) throw new MalformedError('attribute_value', 'a salted value says a length that it has not')
  return plain.subarray(1, 1 + length)
}
