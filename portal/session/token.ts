import { hash } from 'node:crypto'
import { canonicalBase32, decodeBase32, encodeBase32 } from '#shared/base32.ts'
import type { SessionToken } from '#shared/personal.ts'

const TOKEN_BYTES = 16
/** 26 digits of base 32: what `/s/<token>` carries. */
export const TOKEN_DIGITS = 26

export function newToken(random: (length: number) => Buffer): SessionToken {
  return encodeBase32(random(TOKEN_BYTES)) as SessionToken
}

/** What a link or a form brought; undefined when it cannot be a token. */
export function parseToken(text: string): SessionToken | undefined {
  if (text.length > 2 * TOKEN_DIGITS) return undefined
  const canonical = canonicalBase32(text)
  return canonical.length === TOKEN_DIGITS && decodeBase32(canonical) ? (canonical as SessionToken) : undefined
}

/** Only this is kept, and a look-up by it takes the same time for every wrong token. */
export function hashToken(token: SessionToken): string {
  return hash('sha256', token)
}
