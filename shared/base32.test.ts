import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { BASE32_DIGITS, canonicalBase32, decodeBase32, encodeBase32 } from './base32.ts'

/** By the definition: the bits of all bytes in a row, filled up with zeros, five at a time. */
function slowly(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32_DIGITS[parseInt(five.padEnd(5, '0'), 2)]).join('')
}

test('every length there and back, also beyond what is kept ready', () => {
  for (let length = 0; length <= 100; length++) {
    const bytes = randomBytes(length)
    const text = encodeBase32(bytes)
    expect(text).toBe(slowly(bytes))
    expect(Buffer.from(decodeBase32(text) ?? [])).toEqual(bytes)
  }
})

test('one text does not change when the next is made', () => {
  const first = encodeBase32(Buffer.from('first'))
  encodeBase32(Buffer.from('other'))
  expect(first).toBe(slowly(Buffer.from('first')))
})

test('as people type it: capitals, gaps, hyphens, look-alikes, letters that only look like ours', () => {
  const bytes = decodeBase32('01ak0')
  expect(bytes).toBeDefined()
  for (const typed of ['01AK0', 'oiAk0', 'OLakO', ' 01a-k0 ', '01a\u00a0k0', '01a\u212a0']) expect([typed, decodeBase32(typed)]).toEqual([typed, bytes])
  expect(canonicalBase32(' OL-aKo')).toBe('01ak0')
})

test('what is no digit, or leaves bits over, is no code', () => {
  for (const typed of ['0u', '!0', 'é0', '0', 'zz', '000', '\uff10\uff10']) expect([typed, decodeBase32(typed)]).toEqual([typed, undefined])
  expect(decodeBase32('')).toEqual(new Uint8Array(0))
})
