/** Crockford's base 32 in lower case: what people read aloud, type and scan. Source: crockford.com/base32. */
export const BASE32_DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const LOOKALIKES: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' }
/** Nothing to be made canonical but letters. */
const PLAIN = /^[0-9A-Za-z]*$/

const NO_DIGIT = 255
/** Of each ASCII character, as typed; 255 for none. */
const VALUES = new Uint8Array(128).fill(NO_DIGIT)
for (const [value, digit] of [...BASE32_DIGITS].entries()) {
  for (const typed of [digit, digit.toUpperCase()]) VALUES[typed.charCodeAt(0)] = value
}
for (const [typed, digit] of Object.entries(LOOKALIKES)) {
  for (const one of [typed, typed.toUpperCase()]) VALUES[one.charCodeAt(0)] = BASE32_DIGITS.indexOf(digit)
}

const DIGIT_BYTES = Buffer.from(BASE32_DIGITS, 'latin1')
/** What most codes and ids fit into; a text built digit by digit would stay a chain of pieces in memory for as long as it is held. */
const scratch = Buffer.alloc(64)

/** Eight digits for each five bytes; the last digit is filled up with zero bits. */
export function encodeBase32(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 8) / 5)
  const text = length > scratch.length ? Buffer.alloc(length) : scratch
  let at = 0
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text[at++] = DIGIT_BYTES[(held >>> bits) & 31] ?? 0
    }
    held &= (1 << bits) - 1
  }
  if (bits > 0) text[at++] = DIGIT_BYTES[(held << (5 - bits)) & 31] ?? 0
  return text.toString('latin1', 0, at)
}

/** What a person typed, made canonical: case folded, o→0, i and l→1, spaces and hyphens dropped. */
export function canonicalBase32(typed: string): string {
  return typed
    .toLowerCase()
    .replace(/[\s-]/g, '')
    .replace(/[oil]/g, (digit) => LOOKALIKES[digit] ?? digit)
}

/** Undoes `encodeBase32`, of a code as typed; undefined when a character is no digit or the filling bits are not zero. */
export function decodeBase32(typed: string): Uint8Array | undefined {
  const text = PLAIN.test(typed) ? typed : canonicalBase32(typed)
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let at = 0
  let bits = 0
  let held = 0
  for (let place = 0; place < text.length; place++) {
    const value = VALUES[text.charCodeAt(place)] ?? NO_DIGIT
    if (value === NO_DIGIT) return undefined
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
