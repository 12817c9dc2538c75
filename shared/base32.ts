/** Crockford's base 32 in lower case: what people read aloud, type and scan. Source: crockford.com/base32. */
export const BASE32_DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const LOOKALIKES: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' }

const VALUES = new Map<string, number>()
for (const [value, digit] of [...BASE32_DIGITS].entries()) VALUES.set(digit, value)

/** Eight digits for each five bytes; the last digit is filled up with zero bits. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32_DIGITS[(held >>> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  if (bits > 0) text += BASE32_DIGITS[(held << (5 - bits)) & 31]
  return text
}

/** What a person typed, made canonical: case folded, o→0, i and l→1, spaces and hyphens dropped. */
export function canonicalBase32(typed: string): string {
  return typed
    .toLowerCase()
    .replace(/[\s-]/g, '')
    .replace(/[oil]/g, (digit) => LOOKALIKES[digit] ?? digit)
}

/** Undoes `encodeBase32` after `canonicalBase32`; undefined when a character is no digit or the filling bits are not zero. */
export function decodeBase32(typed: string): Uint8Array | undefined {
  const text = canonicalBase32(typed)
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let at = 0
  let bits = 0
  let held = 0
  for (const digit of text) {
    const value = VALUES.get(digit)
    if (value === undefined) return undefined
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >>> bits) & 255
      held &= (1 << bits) - 1
    }
  }
  return bits < 5 && held === 0 ? bytes : undefined
}
