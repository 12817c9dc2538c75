/**
 * MD5 (RFC 1321) in JavaScript, because node:crypto costs four times as much for the short inputs of RADIUS and cannot keep
 * the state after a key. Only for RADIUS, which prescribes it; nothing new may rely on it.
 */

/** The four words between blocks. */
export type Md5State = Readonly<Int32Array>

const K = Int32Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32) | 0)
const INITIAL: Md5State = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
const BLOCK = 64
// Shared scratch: every function here runs to its end before another can start.
const W = new Int32Array(16)
const S = new Int32Array(4)
const tail = new Uint8Array(2 * BLOCK)

// Four steps a turn keep the four registers in place; the 64 steps written out gain a tenth and lose the reader.
/* oxlint-disable typescript/no-non-null-assertion */
function compress(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++, at += 4) W[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  let a = S[0]!
  let b = S[1]!
  let c = S[2]!
  let d = S[3]!
  let t = 0
  for (let i = 0; i < 16; i += 4) {
    t = (a + (d ^ (b & (c ^ d))) + W[i]! + K[i]!) | 0
    a = (b + ((t << 7) | (t >>> 25))) | 0
    t = (d + (c ^ (a & (b ^ c))) + W[i + 1]! + K[i + 1]!) | 0
    d = (a + ((t << 12) | (t >>> 20))) | 0
    t = (c + (b ^ (d & (a ^ b))) + W[i + 2]! + K[i + 2]!) | 0
    c = (d + ((t << 17) | (t >>> 15))) | 0
    t = (b + (a ^ (c & (d ^ a))) + W[i + 3]! + K[i + 3]!) | 0
    b = (c + ((t << 22) | (t >>> 10))) | 0
  }
  for (let i = 0; i < 16; i += 4) {
    t = (a + (c ^ (d & (b ^ c))) + W[(5 * i + 1) & 15]! + K[i + 16]!) | 0
    a = (b + ((t << 5) | (t >>> 27))) | 0
    t = (d + (b ^ (c & (a ^ b))) + W[(5 * i + 6) & 15]! + K[i + 17]!) | 0
    d = (a + ((t << 9) | (t >>> 23))) | 0
    t = (c + (a ^ (b & (d ^ a))) + W[(5 * i + 11) & 15]! + K[i + 18]!) | 0
    c = (d + ((t << 14) | (t >>> 18))) | 0
    t = (b + (d ^ (a & (c ^ d))) + W[(5 * i) & 15]! + K[i + 19]!) | 0
    b = (c + ((t << 20) | (t >>> 12))) | 0
  }
  for (let i = 0; i < 16; i += 4) {
    t = (a + (b ^ c ^ d) + W[(3 * i + 5) & 15]! + K[i + 32]!) | 0
    a = (b + ((t << 4) | (t >>> 28))) | 0
    t = (d + (a ^ b ^ c) + W[(3 * i + 8) & 15]! + K[i + 33]!) | 0
    d = (a + ((t << 11) | (t >>> 21))) | 0
    t = (c + (d ^ a ^ b) + W[(3 * i + 11) & 15]! + K[i + 34]!) | 0
    c = (d + ((t << 16) | (t >>> 16))) | 0
    t = (b + (c ^ d ^ a) + W[(3 * i + 14) & 15]! + K[i + 35]!) | 0
    b = (c + ((t << 23) | (t >>> 9))) | 0
  }
  for (let i = 0; i < 16; i += 4) {
    t = (a + (c ^ (b | ~d)) + W[(7 * i) & 15]! + K[i + 48]!) | 0
    a = (b + ((t << 6) | (t >>> 26))) | 0
    t = (d + (b ^ (a | ~c)) + W[(7 * i + 7) & 15]! + K[i + 49]!) | 0
    d = (a + ((t << 10) | (t >>> 22))) | 0
    t = (c + (a ^ (d | ~b)) + W[(7 * i + 14) & 15]! + K[i + 50]!) | 0
    c = (d + ((t << 15) | (t >>> 17))) | 0
    t = (b + (d ^ (c | ~a)) + W[(7 * i + 21) & 15]! + K[i + 51]!) | 0
    b = (c + ((t << 21) | (t >>> 11))) | 0
  }
  S[0]! += a
  S[1]! += b
  S[2]! += c
  S[3]! += d
}

/** RFC 1321 §3.1–3.2: a one bit, zeros, and the length in bits (ours stay far below 2³²) make the last one or two blocks. */
function compressTail(bytes: Uint8Array, at: number, to: number, hashed: number): void {
  const left = to - at
  const size = left < BLOCK - 8 ? BLOCK : 2 * BLOCK
  tail.fill(0, left, size)
  for (let i = 0; i < left; i++) tail[i] = bytes[at + i]!
  tail[left] = 0x80
  const bits = hashed * 8
  for (let i = 0; i < 4; i++) tail[size - 8 + i] = bits >>> (8 * i)
  compress(tail, 0)
  if (size > BLOCK) compress(tail, BLOCK)
}
/* oxlint-enable typescript/no-non-null-assertion */

/** The state after `bytes`, whose length must be a multiple of 64. */
export function md5StateAfter(bytes: Uint8Array): Md5State {
  if (bytes.length % BLOCK !== 0) throw new TypeError('a state exists only between blocks of 64 bytes')
  S.set(INITIAL)
  for (let at = 0; at < bytes.length; at += BLOCK) compress(bytes, at)
  return S.slice()
}

/**
 * Writes the 16 bytes of MD5(bytes[from, to)) to `out` at `at`.
 * @param state continues after `before` bytes that were hashed already (`md5StateAfter`).
 */
export function md5(bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number, state: Md5State = INITIAL, before = 0): void {
  S.set(state)
  let next = from
  for (; next + BLOCK <= to; next += BLOCK) compress(bytes, next)
  compressTail(bytes, next, to, before + to - from)
  for (let i = 0; i < 16; i++) out[at + i] = (S[i >> 2] ?? 0) >>> (8 * (i & 3))
}
