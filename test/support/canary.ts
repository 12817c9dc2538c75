// Looks for people in bytes: every way in which a hardware address, network address or name might have been written down.
import { createHash, createHmac } from 'node:crypto'
import { gunzipSync, inflateRawSync } from 'node:zlib'

/** The shortest piece of a digest that still singles out: 48 bits among a town's phones. */
const WINDOW = 6
/** From here on a match is no coincidence. */
const CERTAIN = 8
const ADDRESSES = /(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])|\d{1,3}(?:\.\d{1,3}){3}/gi
const ADDRESS = new RegExp(`^(?:${ADDRESSES.source})$`, 'i')
const HASHES = ['md5', 'sha1', 'sha256'] as const

/** The usual notations of a hardware address, from twelve hexadecimal digits. */
export function macNotations(digits: string): string[] {
  const pairs = digits.match(/../g) ?? []
  const colon = pairs.join(':')
  const dash = pairs.join('-')
  const dotted = (digits.match(/.{4}/g) ?? []).join('.')
  return [digits, colon, dash, dotted].flatMap((text) => [text.toLowerCase(), text.toUpperCase()])
}

export type Needles = {
  /** Addresses in their notations. */
  readonly addresses: ReadonlySet<string>
  /** 48-bit windows of raw values, tokens and digests, each with what follows up to `CERTAIN` bytes. */
  readonly windows: ReadonlyMap<number, { readonly what: string; readonly more: Buffer }>
}

/**
 * All that must not be found of these clear values: as text, as raw bytes, under each hash, and under HMAC with each key
 * alone and with each of our labels.
 */
export function needles(values: readonly { readonly what: string; readonly notations: readonly string[] }[], keys: readonly Buffer[], labels: readonly string[]): Needles {
  const addresses = new Set<string>()
  const windows = new Map<number, { what: string; more: Buffer }>()
  const add = (bytes: Buffer, what: string): void => {
    if (bytes.length >= WINDOW) windows.set(bytes.readUIntBE(0, WINDOW), { what, more: bytes.subarray(WINDOW, CERTAIN) })
  }
  for (const { what, notations } of values) {
    for (const notation of notations) {
      if (ADDRESS.test(notation)) addresses.add(notation)
      else add(Buffer.from(notation), `${what} text`)
      if (/^[0-9a-f]{12}$/.test(notation)) add(Buffer.from(notation, 'hex'), `${what} raw`)
      for (const hash of HASHES) add(createHash(hash).update(notation).digest(), `${what} ${hash}`)
      for (const key of keys) {
        for (const hash of HASHES) add(createHmac(hash, key).update(notation).digest(), `${what} hmac-${hash}`)
        for (const label of labels) add(createHmac('sha256', key).update(`${label}\0${notation}`).digest(), `${what} ${label}`)
      }
    }
  }
  return { addresses, windows }
}

/** The bytes as they are, and what they say when read as compressed, hexadecimal, base 64 or base 32 text. */
export function readings(bytes: Buffer): Buffer[] {
  const found = [bytes, ...unpacked(bytes)]
  for (const one of [...found]) {
    const text = one.toString('latin1')
    for (const run of text.matchAll(/[0-9a-fA-F]{12,}/g)) found.push(Buffer.from(run[0], 'hex'), Buffer.from(run[0].slice(1), 'hex'))
    for (const run of text.matchAll(/[A-Za-z0-9+/_-]{8,}={0,2}/g)) for (let skip = 0; skip < 4; skip++) found.push(Buffer.from(run[0].slice(skip), 'base64'))
    for (const run of text.matchAll(/[0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]{10,}/g)) found.push(fromBase32(run[0]))
  }
  return found
}

function unpacked(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 8])); at >= 0; at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 8]), at + 1)) {
    try {
      found.push(gunzipSync(bytes.subarray(at)))
    } catch {
      // Three bytes that only look like a gzip header.
    }
  }
  for (let at = bytes.indexOf('PK\x03\x04', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\x03\x04', at + 4, 'latin1')) {
    try {
      const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
      found.push(inflateRawSync(bytes.subarray(start)))
    } catch {
      // Stored entries are found as they are.
    }
  }
  return found
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'
function fromBase32(text: string): Buffer {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const digit of text.toLowerCase()) {
    held = ((held << 5) | BASE32.indexOf(digit)) & 0xfff
    bits += 5
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 255)
  }
  return Buffer.from(bytes)
}

export type Finding = { readonly where: string; readonly what: string; readonly certain: boolean }

/** Everything of `needles` that `bytes` holds in any reading. */
export function scan(where: string, bytes: Buffer, wanted: Needles): Finding[] {
  const found: Finding[] = []
  for (const reading of readings(bytes)) {
    for (const [text] of reading.toString('latin1').matchAll(ADDRESSES)) if (wanted.addresses.has(text)) found.push({ where, what: `address ${text}`, certain: true })
    for (let at = 0; at + WINDOW <= reading.length; at++) {
      const needle = wanted.windows.get(reading.readUIntBE(at, WINDOW))
      if (!needle) continue
      const rest = reading.subarray(at + WINDOW, at + CERTAIN)
      found.push({ where, what: needle.what, certain: needle.more.length === 0 || needle.more.equals(rest) })
    }
  }
  return found
}

/** One 48-bit coincidence among millions of windows is chance; two, or any longer match, are a leak. */
export function leaks(findings: readonly Finding[]): readonly Finding[] {
  const certain = findings.filter((finding) => finding.certain)
  return certain.length > 0 ? certain : findings.length > 1 ? findings : []
}
