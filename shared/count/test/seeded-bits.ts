import { createHash } from 'node:crypto'
import type { Bits } from '../sampler.ts'

/** A repeatable bit source for tests: SHA-256 of seed and counter. */
export function seededBits(seed: string): Bits {
  let counter = 0
  let held = Buffer.alloc(0)
  return (bytes) => {
    while (held.length < bytes) held = Buffer.concat([held, createHash('sha256').update(`${seed}/${counter++}`).digest()])
    const out = held.subarray(0, bytes)
    held = held.subarray(bytes)
    return out
  }
}
