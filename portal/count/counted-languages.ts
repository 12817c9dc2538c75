// What the counter may hear of a language: one of a public list, else `other` (privacy.md, Releases).
import type { Observations } from '#shared/count/observations.ts'
import { primaryLanguage } from '#shared/i18n/languages.ts'

/** Fixed in advance and public; a language that a city adds is `other` until the list says otherwise. */
export const COUNTED_LANGUAGES: readonly string[] = ['fr', 'en', 'ar', 'es', 'pt', 'wo']
const OTHER = 'other'

/** That somebody reads easy French is nobody's number: a variant counts as its language. */
export function countedLanguage(tag: string): string {
  const primary = primaryLanguage(tag)
  return COUNTED_LANGUAGES.includes(primary) ? primary : OTHER
}

export function countingLanguages(observations: Observations): Observations {
  return {
    ...observations,
    sessionStarted: (seen) => observations.sessionStarted({ ...seen, language: countedLanguage(seen.language) }),
  }
}
