import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmacMd5, hmacMd5Key } from './hmac-md5.ts'
import { md5 } from './md5.ts'

const bytes = fc.uint8Array({ maxLength: 300 })

test('MD5 is what OpenSSL computes, for every length round the block borders', () => {
  const out = Buffer.alloc(16)
  for (let length = 0; length <= 200; length++) {
    const text = Buffer.alloc(length, length + 1)
    md5(text, 0, length, out, 0)
    expect(out.toString('hex')).toBe(createHash('md5').update(text).digest('hex'))
  }
})

test('HMAC-MD5 with kept key states is what OpenSSL computes, for short and long keys', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.nat({ max: 8 }), (key, text, offset) => {
      const padded = Buffer.concat([Buffer.alloc(offset), text, Buffer.alloc(16)])
      hmacMd5(hmacMd5Key(key), padded, offset, offset + text.length, padded, offset + text.length)
      expect(padded.subarray(-16).toString('hex')).toBe(createHmac('md5', key).update(text).digest('hex'))
    }),
  )
})
