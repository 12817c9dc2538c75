import { randomBytes, randomFillSync } from 'node:crypto'

/** Longer ones are drawn by themselves. */
const LONGEST = 256
const POOL_BYTES = 4 * 1024

/**
 * Random bytes as `randomBytes` gives them, drawn a page at a time: a log-in takes a dozen short ones, each a call into the generator.
 * What was handed out is overwritten here.
 */
export function pooledRandom(): (length: number) => Buffer {
  const pool = Buffer.alloc(POOL_BYTES)
  let at = POOL_BYTES

  return function random(length) {
    if (length > LONGEST) return randomBytes(length)
    if (at + length > POOL_BYTES) {
      randomFillSync(pool)
      at = 0
    }
    const bytes = Buffer.from(pool.subarray(at, at + length))
    pool.fill(0, at, at + length)
    at += length
    return bytes
  }
}
