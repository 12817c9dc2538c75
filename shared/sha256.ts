/**
 * SHA-256 (FIPS 180-4) in JavaScript, for messages of a block or two: node:crypto spends more on crossing over than on hashing, and
 * cannot keep the state after a key. What is longer, or not asked a hundred thousand times a second, uses node:crypto.
 */

/** The eight words between blocks (FIPS 180-4 §6.2). */
export type Sha256State = Readonly<Int32Array>

const BLOCK = 64
export const SHA256_BYTES = 32

/** The first 32 bits of the fraction of `root`(p) for the first `count` primes (FIPS 180-4 §4.2.2, §5.3.3). */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return Int32Array.from(primes, (prime) => Math.floor((root(prime) % 1) * 2 ** 32) | 0)
}
const K = fractions(64, Math.cbrt)
const INITIAL: Sha256State = fractions(8, Math.sqrt)
// Shared scratch: every function here runs to its end before another can start.
const W = new Int32Array(64)
const S = new Int32Array(8)
const WORDS = 16

/* oxlint-disable typescript/no-non-null-assertion */
function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function schedule(): void {
  for (let i = WORDS; i < 64; i++) {
    const x = W[i - 15]!
    const y = W[i - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0
  }
}

/** Takes in the block in the first sixteen words of `W`. */
function compress(): void {
  schedule()
  let a = S[0]!
  let b = S[1]!
  let c = S[2]!
  let d = S[3]!
  let e = S[4]!
  let f = S[5]!
  let g = S[6]!
  let h = S[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + K[i]! + W[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  S[0]! += a
  S[1]! += b
  S[2]! += c
  S[3]! += d
  S[4]! += e
  S[5]! += f
  S[6]! += g
  S[7]! += h
}

function compressBlock(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < WORDS; i++) W[i] = wordAt(bytes, at + 4 * i)
  compress()
}

/** FIPS 180-4 §5.1.1: a one bit, zeros, and the length in bits (ours stay far below 2³²) make the last one or two blocks. */
function compressTail(bytes: Uint8Array, at: number, to: number, hashed: number): void {
  let word = 0
  for (; at + 4 <= to; at += 4) W[word++] = wordAt(bytes, at)
  let last = 0x80 << (24 - 8 * (to - at))
  for (let i = at; i < to; i++) last |= bytes[i]! << (24 - 8 * (i - at))
  W[word++] = last
  if (word > WORDS - 2) {
    while (word < WORDS) W[word++] = 0
    compress()
    word = 0
  }
  while (word < WORDS - 1) W[word++] = 0
  W[WORDS - 1] = hashed * 8
  compress()
}
/* oxlint-enable typescript/no-non-null-assertion */

/** The state after `bytes`, whose length must be a multiple of 64. */
export function sha256StateAfter(bytes: Uint8Array): Sha256State {
  if (bytes.length % BLOCK !== 0) throw new TypeError('a state exists only between blocks of 64 bytes')
  S.set(INITIAL)
  for (let at = 0; at < bytes.length; at += BLOCK) compressBlock(bytes, at)
  return S.slice()
}

/**
 * Writes the 32 bytes of SHA-256(bytes[0, to)) to `out`.
 * @param state continues after `before` bytes that were hashed already (`sha256StateAfter`).
 */
export function sha256(bytes: Uint8Array, to: number, out: Uint8Array, state: Sha256State = INITIAL, before = 0): void {
  S.set(state)
  let next = 0
  for (; next + BLOCK <= to; next += BLOCK) compressBlock(bytes, next)
  compressTail(bytes, next, to, before + to)
  for (let i = 0; i < SHA256_BYTES; i++) out[i] = (S[i >> 2] ?? 0) >>> (24 - 8 * (i & 3))
}
