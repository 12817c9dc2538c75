import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createPassingMap } from './passing-map.ts'

const BYTES = 10_000
const UNDER_WAY = 20

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options?: { type: 'minor' }) => void

type Passing = { set(key: number, value: ArrayBuffer): unknown; delete(key: number): boolean }

/** Bytes that small collections leave behind of `count` that came and went. */
function left(passing: Passing, count: number): number {
  gc()
  gc()
  const before = process.memoryUsage().arrayBuffers
  for (let at = 0; at < count; at++) {
    passing.set(at, new ArrayBuffer(BYTES))
    passing.delete(at - UNDER_WAY)
    if (at % 50 === 0) gc({ type: 'minor' })
  }
  for (let round = 0; round < 3; round++) gc({ type: 'minor' })
  return process.memoryUsage().arrayBuffers - before
}

test('what has gone from it goes with the next small collections, which a Map does not let it', () => {
  const count = 4_000
  expect(left(new Map<number, ArrayBuffer>(), count)).toBeGreaterThan((BYTES * count) / 10)
  expect(left(createPassingMap<number, ArrayBuffer>(), count)).toBeLessThan(BYTES * UNDER_WAY * 4)
})

test('it is a map', () => {
  const map = createPassingMap<string, { n: number }>()
  const [one, two, three] = [{ n: 1 }, { n: 2 }, { n: 3 }]
  map.set('a', one)
  map.set('b', two)
  map.set('a', three)
  expect([map.get('a'), map.get('c'), map.has('b'), map.size, map.values()]).toEqual([three, undefined, true, 2, [three, two]])
  expect([map.delete('a'), map.delete('a'), map.size, map.get('a')]).toEqual([true, false, 1, undefined])
  map.set('a', one)
  expect(map.values()).toEqual([two, one])
})
