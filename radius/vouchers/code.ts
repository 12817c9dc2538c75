/** Voucher codes: 19 digits and a check digit, for keypads; or 12 of base 32 and one that checks them, for print. */
import { BASE32_DIGITS, canonicalBase32 } from '#shared/base32.ts'
import { base32Check, dammRest } from './check-digit.ts'

export const CODE_FORMS = ['digits', 'letters'] as const
export type CodeForm = (typeof CODE_FORMS)[number]

/** What a name says when it is read as a code. `mistyped` has the form of one, and its check digit is wrong. */
export type ReadCode = { readonly kind: 'code'; readonly code: string } | { readonly kind: 'mistyped' } | { readonly kind: 'none' }

/** 63 bits. */
const RANDOM_DIGITS = 19
/** 60 bits. */
const RANDOM_LETTERS = 12
/** Without separators nothing longer is a code; with one after each digit it has twice as many. */
const MOST_TYPED = 48
const DIGITS = /^\d{20}$/
/** Nobody is called like this: a digit that is no look-alike of a letter. Codes without one are not made. */
const LETTERS = /^(?=.*[2-9])[0-9a-hjkmnp-tv-z]{13}$/
const NONE: ReadCode = { kind: 'none' }
const MISTYPED: ReadCode = { kind: 'mistyped' }

const valuesOf = (letters: string): number[] => Array.from(letters, (letter) => BASE32_DIGITS.indexOf(letter))

/** A code as it was typed, with spaces, hyphens, capitals and look-alikes. */
export function readVoucherCode(typed: string): ReadCode {
  // Almost every name ends here, before anything is made of it.
  if (typed.length < RANDOM_LETTERS + 1 || typed.length > MOST_TYPED) return NONE
  const code = canonicalBase32(typed)
  if (DIGITS.test(code)) return dammRest(code) === 0 ? { kind: 'code', code } : MISTYPED
  if (!LETTERS.test(code)) return NONE
  // A name may look like this by chance, but for its check digit: then it is a name.
  return base32Check(valuesOf(code)) === 0 ? { kind: 'code', code } : NONE
}

/** Digits below `base`, each equally likely. */
function randomValues(count: number, base: number, random: (length: number) => Uint8Array): number[] {
  const fair = 256 - (256 % base)
  const values: number[] = []
  while (values.length < count) for (const byte of random(count)) if (byte < fair && values.length < count) values.push(byte % base)
  return values
}

function randomDigits(random: (length: number) => Uint8Array): string {
  const digits = randomValues(RANDOM_DIGITS, 10, random).join('')
  return `${digits}${dammRest(digits)}`
}

function randomLetters(random: (length: number) => Uint8Array): string {
  for (;;) {
    const values = randomValues(RANDOM_LETTERS, 32, random)
    const code = [...values, base32Check(values)].map((value) => BASE32_DIGITS[value]).join('')
    if (LETTERS.test(code)) return code
  }
}

/** A new code in canonical form. */
export function makeVoucherCode(form: CodeForm, random: (length: number) => Uint8Array): string {
  return form === 'digits' ? randomDigits(random) : randomLetters(random)
}

/** As it is printed: groups that an eye can hold. */
export function printedCode(code: string): string {
  return code.replace(/(.{4})(?=.{4})/g, '$1-')
}
