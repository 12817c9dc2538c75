import { hash } from 'node:crypto'

/** Grows whenever a line changes its meaning; the digest tells every other change. */
export const TERMS_ID = 'access'
export const TERMS_VERSION = '2026-11'

/** What was shown above the button, exactly. */
export type Terms = { readonly id: string; readonly ver: string; readonly lang: string; readonly lines: readonly string[]; readonly sha256: string }

/** Three lines, each a fact, as they stand on the page in `lang`. */
export function termsOf(lang: string, lines: readonly string[]): Terms {
  const sha256 = hash('sha256', [TERMS_ID, TERMS_VERSION, lang, ...lines].join('\n'))
  return { id: TERMS_ID, ver: TERMS_VERSION, lang, lines, sha256 }
}
