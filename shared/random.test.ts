import { expect, test } from 'vitest'
import { pooledRandom } from './random.ts'

test('as many bytes as asked for, never the same twice, over many pages of the pool', () => {
  const random = pooledRandom()
  const drawn = Array.from({ length: 2_000 }, (_, index) => random(8 + (index % 25)))
  expect(drawn.every((bytes, index) => bytes.length === 8 + (index % 25))).toBe(true)
  expect(new Set(drawn.map((bytes) => bytes.subarray(0, 8).toString('hex'))).size).toBe(2_000)
})

test('what was handed out stays what it was', () => {
  const random = pooledRandom()
  const first = random(16)
  const copy = first.toString('hex')
  for (let drawn = 0; drawn < 1_000; drawn++) random(16)
  expect(first.toString('hex')).toBe(copy)
  expect([random(0).length, random(10_000).length]).toEqual([0, 10_000])
})

test('every value of a byte comes about as often', () => {
  const random = pooledRandom()
  const times = new Uint32Array(256)
  for (let drawn = 0; drawn < 4_096; drawn++) for (const byte of random(64)) times[byte] = (times[byte] ?? 0) + 1
  // 1,024 of each on average, with a deviation of 32: seven of those.
  expect([Math.min(...times) > 800, Math.max(...times) < 1_250]).toEqual([true, true])
})
