/**
 * MD4 (RFC 1320) in JavaScript: MS-CHAP prescribes it, and OpenSSL 3 keeps it in a provider that is not loaded. It is broken as a hash
 * and stays inside this folder.
 */

const BLOCK = 64
const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const

type Round = {
  /** F, G and H of §3.4. */
  readonly mix: (b: number, c: number, d: number) => number
  readonly constant: number
  readonly shifts: readonly number[]
  /** Which word of the block each of the 16 steps takes. */
  readonly words: readonly number[]
}
const ROUNDS: readonly Round[] = [
  { mix: (b, c, d) => (b & c) | (~b & d), constant: 0, shifts: [3, 7, 11, 19], words: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
  { mix: (b, c, d) => (b & c) | (b & d) | (c & d), constant: 0x5a827999, shifts: [3, 5, 9, 13], words: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] },
  { mix: (b, c, d) => b ^ c ^ d, constant: 0x6ed9eba1, shifts: [3, 9, 11, 15], words: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] },
]

function compress(state: Int32Array, block: DataView): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  for (const { mix, constant, shifts, words } of ROUNDS) {
    for (let step = 0; step < 16; step++) {
      const shift = shifts[step & 3] ?? 0
      const sum = (a + mix(b, c, d) + block.getInt32(4 * (words[step] ?? 0), true) + constant) | 0
      a = d
      d = c
      c = b
      b = (sum << shift) | (sum >>> (32 - shift))
    }
  }
  state.set([(state[0] ?? 0) + a, (state[1] ?? 0) + b, (state[2] ?? 0) + c, (state[3] ?? 0) + d])
}

/** §3.1, §3.2: a one bit, zeros, and the length in bits (ours stay far below 2³²) fill the last block. */
function padded(bytes: Uint8Array): Buffer {
  const whole = Buffer.alloc(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK)
  whole.set(bytes)
  whole[bytes.length] = 0x80
  whole.writeUInt32LE(bytes.length * 8, whole.length - 8)
  return whole
}

/** 16 bytes. */
export function md4(bytes: Uint8Array): Buffer {
  const whole = padded(bytes)
  const state = Int32Array.from(INITIAL)
  for (let at = 0; at < whole.length; at += BLOCK) compress(state, new DataView(whole.buffer, whole.byteOffset + at, BLOCK))
  const digest = Buffer.alloc(16)
  for (const [word, value] of state.entries()) digest.writeInt32LE(value, 4 * word)
  return digest
}
