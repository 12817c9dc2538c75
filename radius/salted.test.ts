import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedError } from '#shared/errors.ts'
import { sharedSecret } from './authenticator.ts'
import { hideSalted, MOST_SALTED_BYTES, revealSalted } from './salted.ts'

const secret = sharedSecret('between the hall and the square')
const authenticator = Buffer.alloc(16, 5)

/** The formula of RFC 2868 §3.5 written down a second time, over node:crypto. */
function byTheBook(value: Uint8Array, salt: Uint8Array, asked: Uint8Array): Buffer {
  const plain = Buffer.concat([Buffer.of(value.length), value, Buffer.alloc(15 - (value.length % 16))])
  const out: Buffer[] = [Buffer.from(salt)]
  for (let at = 0; at < plain.length; at += 16) {
    const before = at === 0 ? Buffer.concat([asked, salt]) : (out.at(-1) ?? Buffer.alloc(0))
    const stream = createHash('md5').update(secret.bytes).update(before).digest()
    out.push(Buffer.from(stream.map((byte, i) => byte ^ (plain[at + i] ?? 0))))
  }
  return Buffer.concat(out)
}

test('any value is hidden as the RFC says and comes back, zeros at its end included', () => {
  const values = fc.array(fc.constantFrom(0, 0, 7, 255), { maxLength: MOST_SALTED_BYTES }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 0xffff }), fc.uint8Array({ minLength: 16, maxLength: 16 }), (value, salt, asked) => {
      const whole = hideSalted(value, salt, asked, secret)
      expect(whole[0] ?? 0).toBeGreaterThanOrEqual(0x80)
      expect(whole.readUInt16BE() & 0x7fff).toBe(salt & 0x7fff)
      expect(whole).toEqual(byTheBook(value, whole.subarray(0, 2), asked))
      expect(revealSalted(whole, asked, secret)).toEqual(value)
    }),
  )
})

test('two salts hide the same value in two ways', () => {
  const hidden = [1, 2].map((salt) => hideSalted(Buffer.from('tunnel'), salt, authenticator, secret).subarray(2).toString('hex'))
  expect(new Set(hidden).size).toBe(2)
})

test('a value cut at any byte is refused or says what is left whole, and one that is too long is not hidden', () => {
  const whole = hideSalted(Buffer.alloc(40, 65), 9, authenticator, secret)
  for (let length = 0; length < whole.length; length++) {
    expect(() => revealSalted(whole.subarray(0, length), authenticator, secret), String(length)).toThrow(MalformedError)
  }
  expect(() => hideSalted(Buffer.alloc(MOST_SALTED_BYTES + 1), 9, authenticator, secret)).toThrow(MalformedError)
})

test('a wrong secret shows as a length that cannot be, or as another value', () => {
  const value = Buffer.alloc(20, 66)
  const whole = hideSalted(value, 9, authenticator, secret)
  let seen: Buffer | undefined
  try {
    seen = revealSalted(whole, authenticator, sharedSecret('another'))
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError)
  }
  expect(seen).not.toEqual(value)
})
