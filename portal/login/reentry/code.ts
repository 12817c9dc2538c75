/** Re-entry codes (protocols.md §5): 10 digits of base 32, 50 bits. */
import { canonicalBase32, encodeBase32 } from '#shared/base32.ts'
import type { Personal } from '#shared/personal.ts'

/** In canonical form. Whoever holds it may take the session that it was given with to another device. */
export type ReentryCode = Personal<'reentry-code'>

export const CODE_DIGITS = 10
/** As many as its digits need, rounded up. */
const RANDOM_BYTES = 7
const FORM = /^[0-9a-hjkmnp-tv-z]{10}$/
/** With a space after each digit. */
export const MOST_TYPED = 2 * CODE_DIGITS

export function newCode(random: (length: number) => Buffer): ReentryCode {
  return encodeBase32(random(RANDOM_BYTES)).slice(0, CODE_DIGITS) as ReentryCode
}

/** As a person typed it; undefined when it cannot be a code. */
export function readCode(typed: string): ReentryCode | undefined {
  if (typed.length > MOST_TYPED) return undefined
  const code = canonicalBase32(typed)
  return FORM.test(code) ? (code as ReentryCode) : undefined
}

/** In two groups that an eye can hold. */
export function printedCode(code: ReentryCode): string {
  return `${code.slice(0, 5)}-${code.slice(5)}`
}
