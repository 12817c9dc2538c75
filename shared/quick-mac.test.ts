import { createHash, createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { mac, macByOpenssl, secretKey } from './keyed-mac.ts'
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

test('the keyed hash is node’s HMAC over label and fields, whatever their length and that of the key', () => {
  for (const keyBytes of [16, 32, 64, 100]) {
    const bytes = randomBytes(keyBytes)
    const key = secretKey(bytes)
    for (const fields of [[], [''], ['café ☕'], [randomBytes(16), randomBytes(100)], ['a', 'b', randomBytes(700)], ['☕'.repeat(400)]]) {
      for (const label of ['parvis/test/1', 'parvis/test/2', 'parvis/test/1']) {
        const hmac = createHmac('sha256', bytes).update(label)
        for (const field of fields) hmac.update('\0').update(field)
        const expected = hmac.digest('hex')
        expect(mac(key, label, ...fields).toString('hex')).toBe(expected)
        expect(macByOpenssl(key, label, ...fields).toString('hex')).toBe(expected)
        if (keyBytes <= 64) expect(quickMac(bytes, label)(...fields).toString('hex')).toBe(expected)
      }
    }
  }
})

test('a field that does not fit is refused rather than cut', () => {
  expect(() => quickMac(randomBytes(32), 'x')('y'.repeat(5_000))).toThrow(TypeError)
  expect(() => quickMac(randomBytes(65), 'x')).toThrow(/at most 64/)
})
