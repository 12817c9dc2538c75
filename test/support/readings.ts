// Bytes, and what they say when read as compressed, hexadecimal, base 64, base 32 or percent-encoded text.
import { gunzipSync, inflateRawSync } from 'node:zlib'

const GZIP = Buffer.from([0x1f, 0x8b, 8])
const ZIP = Buffer.from('PK\x03\x04', 'latin1')
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'

/** One way to read something. `unit`: it is one written value from its first to its last character, not a stretch of a file. */
export type Reading = { readonly bytes: Buffer; readonly unit: boolean }

function inflated(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = bytes.indexOf(GZIP); at >= 0; at = bytes.indexOf(GZIP, at + 1)) {
    try {
      found.push(gunzipSync(bytes.subarray(at)))
    } catch {
      // Three bytes that only look like a header, or a stream that a database spread over its pages: its values are read too.
    }
  }
  for (let at = bytes.indexOf(ZIP); at >= 0; at = bytes.indexOf(ZIP, at + 4)) {
    try {
      found.push(inflateRawSync(bytes.subarray(at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28))))
    } catch {
      // Stored entries are found as they are.
    }
  }
  return found
}

const DIGIT_VALUES = new Uint8Array(128)
for (const [value, digit] of [...BASE32].entries()) for (const one of [digit, digit.toUpperCase()]) DIGIT_VALUES[one.charCodeAt(0)] = value

function fromBase32(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(Math.floor((text.length * 5) / 8))
  let held = 0
  let bits = 0
  let at = 0
  for (let index = 0; index < text.length; index++) {
    held = ((held << 5) | (DIGIT_VALUES[text.charCodeAt(index)] ?? 0)) & 0xfff
    bits += 5
    if (bits >= 8) bytes[at++] = (held >> (bits -= 8)) & 255
  }
  return bytes
}

type Spelling = { readonly runs: RegExp; readonly alignments: number; decode(run: string): Buffer }
/** The shortest runs are those of six bytes; each is read at every alignment, because a value may follow others. */
const SPELLINGS: readonly Spelling[] = [
  { runs: /[0-9a-fA-F]{12,}/g, alignments: 2, decode: (run) => Buffer.from(run, 'hex') },
  { runs: /[A-Za-z0-9+/_-]{8,}/g, alignments: 4, decode: (run) => Buffer.from(run, 'base64') },
  { runs: /[0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]{10,}/g, alignments: 8, decode: fromBase32 },
  { runs: /(?:[0-9A-Za-z]{0,2}%[0-9a-fA-F]{2})+[0-9A-Za-z]{0,2}/g, alignments: 1, decode: (run) => Buffer.from(run.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))), 'latin1') },
]

/** Calls `read` with every reading of `bytes`; what was compressed is read like everything else. */
export function eachReading(bytes: Buffer, read: (reading: Reading) => void): void {
  for (const plain of [bytes, ...inflated(bytes)]) {
    read({ bytes: plain, unit: false })
    const text = plain.toString('latin1')
    for (const { runs, alignments, decode } of SPELLINGS) {
      for (const [run] of text.matchAll(runs)) {
        for (let skip = 0; skip < alignments; skip++) read({ bytes: decode(skip === 0 ? run : run.slice(skip)), unit: skip === 0 })
      }
    }
  }
}
