/**
 * MD4 (RFC 1320) in JavaScript: MS-CHAP prescribes it, and OpenSSL 3 keeps it in a provider that is not loaded. It is broken as a hash
 * and stays inside this folder.
 */

const BLOCK = 64
/** The four words of §3.3, the lowest byte first; at the end they are the digest. */
const INITIAL = Buffer.from('0123456789abcdeffedcba9876543210', 'hex')

type Round = {
  /** F, G and H of §3.4. */
  readonly mix: (b: number, c: number, d: number) => number
  readonly constant: number
  readonly shifts: Buffer
  /** Which word of the block each of the 16 steps takes. */
  readonly words: Buffer
}
const ROUNDS: readonly Round[] = [
  {
    mix: (b, c, d) => (b & c) | (~b & d),
    constant: 0,
    shifts: Buffer.of(3, 7, 11, 19),
    words: Buffer.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
  },
  {
    mix: (b, c, d) => (b & c) | (b & d) | (c & d),
    constant: 0x5a827999,
    shifts: Buffer.of(3, 5, 9, 13),
    words: Buffer.of(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
  },
  {
    mix: (b, c, d) => b ^ c ^ d,
    constant: 0x6ed9eba1,
    shifts: Buffer.of(3, 9, 11, 15),
    words: Buffer.of(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15),
  },
]

function addTo(state: Buffer, at: number, word: number): void {
  state.writeInt32LE((state.readInt32LE(at) + word) | 0, at)
}

/** Takes the block at `from` into the state. */
function compress(state: Buffer, bytes: Buffer, from: number): void {
  let a = state.readInt32LE(0)
  let b = state.readInt32LE(4)
  let c = state.readInt32LE(8)
  let d = state.readInt32LE(12)
  for (const { mix, constant, shifts, words } of ROUNDS) {
    for (let step = 0; step < 16; step++) {
      const shift = shifts.readUInt8(step & 3)
      const sum = (a + mix(b, c, d) + bytes.readInt32LE(from + 4 * words.readUInt8(step)) + constant) | 0
      a = d
      d = c
      c = b
      b = (sum << shift) | (sum >>> (32 - shift))
    }
  }
  addTo(state, 0, a)
  addTo(state, 4, b)
  addTo(state, 8, c)
  addTo(state, 12, d)
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
  const state = Buffer.from(INITIAL)
  for (let at = 0; at < whole.length; at += BLOCK) compress(state, whole, at)
  return state
}
