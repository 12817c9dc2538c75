/**
 * MD5 (RFC 1321) in JavaScript, because node:crypto costs four times as much for the short inputs of RADIUS and cannot keep
 * the state after a key. Only for RADIUS, which prescribes it; nothing new may rely on it.
 */
import { compress, M, STATE } from './md5-block.ts'

/** The four words between blocks. */
export type Md5State = Readonly<Int32Array>

const INITIAL: Md5State = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
const BLOCK = 64
const WORDS = 16

/* oxlint-disable typescript/no-non-null-assertion */
function begin(state: Md5State): void {
  for (let i = 0; i < 4; i++) STATE[i] = state[i]!
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function compressBlock(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < WORDS; i++) M[i] = wordAt(bytes, at + 4 * i)
  compress()
}

/** RFC 1321 §3.1–3.2: a one bit, zeros, and the length in bits (ours stay far below 2³²) make the last one or two blocks. */
function compressTail(bytes: Uint8Array, at: number, to: number, hashed: number): void {
  let word = 0
  for (; at + 4 <= to; at += 4) M[word++] = wordAt(bytes, at)
  let last = 0x80 << (8 * (to - at))
  for (let i = at; i < to; i++) last |= bytes[i]! << (8 * (i - at))
  M[word++] = last
  if (word > WORDS - 2) {
    while (word < WORDS) M[word++] = 0
    compress()
    word = 0
  }
  while (word < WORDS - 2) M[word++] = 0
  M[WORDS - 2] = hashed * 8
  M[WORDS - 1] = 0
  compress()
}
/* oxlint-enable typescript/no-non-null-assertion */

/** The state after `bytes`, whose length must be a multiple of 64. */
export function md5StateAfter(bytes: Uint8Array): Md5State {
  if (bytes.length % BLOCK !== 0) throw new TypeError('a state exists only between blocks of 64 bytes')
  begin(INITIAL)
  for (let at = 0; at < bytes.length; at += BLOCK) compressBlock(bytes, at)
  return STATE.slice()
}

/**
 * Writes the 16 bytes of MD5(bytes[from, to)) to `out` at `at`.
 * @param state continues after `before` bytes that were hashed already (`md5StateAfter`).
 */
export function md5(bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number, state: Md5State = INITIAL, before = 0): void {
  begin(state)
  let next = from
  for (; next + BLOCK <= to; next += BLOCK) compressBlock(bytes, next)
  compressTail(bytes, next, to, before + to - from)
  for (let i = 0; i < 16; i++) out[at + i] = (STATE[i >> 2] ?? 0) >>> (8 * (i & 3))
}
