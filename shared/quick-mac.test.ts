import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { mac, secretKey } from './keyed-mac.ts'
import { quickMac } from './quick-mac.ts'
import { sha256, sha256StateAfter } from './sha256.ts'

test('our SHA-256 says what node’s says, for every length over three blocks, from any state between blocks', () => {
  const bytes = randomBytes(200)
  const out = Buffer.alloc(32)
  for (let length = 0; length <= bytes.length; length++) {
    sha256(bytes, length, out)
    expect(out.toString('hex')).toBe(createHash('sha256').update(bytes.subarray(0, length)).digest('hex'))
  }
  sha256(bytes.subarray(128), 72, out, sha256StateAfter(bytes.subarray(0, 128)), 128)
  expect(out.toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test('the quick keyed hash is the other one, only quicker', () => {
  for (const keyBytes of [16, 32, 64]) {
    const bytes = randomBytes(keyBytes)
    const [key, quick] = [secretKey(bytes), quickMac(bytes, 'parvis/test/1')]
    for (const fields of [[], [''], ['café ☕'], [randomBytes(16), randomBytes(100)], ['a', 'b', randomBytes(700)]]) {
      expect(quick(...fields).toString('hex')).toBe(mac(key, 'parvis/test/1', ...fields).toString('hex'))
    }
  }
})

test('a field that does not fit is refused rather than cut', () => {
  expect(() => quickMac(randomBytes(32), 'x')('y'.repeat(5_000))).toThrow(TypeError)
  expect(() => quickMac(randomBytes(65), 'x')).toThrow(/at most 64/)
})
