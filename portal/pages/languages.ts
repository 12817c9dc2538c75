// The languages of the citizens' pages: more than the kiosk and the staff have, who keep their own (shared/i18n).
import { ENDONYMS, primaryLanguage } from '#shared/i18n/languages.ts'

/**
 * `fr-simple` is easy French (facile à lire et à comprendre): `simple`, "simplified form", is a variant of the IANA registry, so
 * that a screen reader takes it for French; a private `fr-x-…` means nothing without an agreement (RFC 5646 §2.2.7). No header
 * chooses it. Beside French, so that whoever needs it need not look for it.
 */
export const PAGE_LANGUAGES = ['fr', 'fr-simple', 'en', 'ar', 'es', 'pt', 'wo'] as const
export type PageLanguage = (typeof PAGE_LANGUAGES)[number]

type Row = {
  /** Its name in its own script. */
  readonly name: string
  /** Written by us, who speak it; the others wait for somebody who does, and nobody gets them without having asked. */
  readonly ours: boolean
}

const ROWS: Readonly<Record<PageLanguage, Row>> = {
  fr: { name: ENDONYMS.fr, ours: true },
  'fr-simple': { name: 'Français facile', ours: false },
  en: { name: ENDONYMS.en, ours: true },
  ar: { name: ENDONYMS.ar, ours: false },
  es: { name: 'Español', ours: false },
  pt: { name: 'Português', ours: false },
  wo: { name: 'Wolof', ours: false },
}

export function isPageLanguage(tag: string): tag is PageLanguage {
  return Object.hasOwn(ROWS, tag)
}

export function pageLanguageName(language: PageLanguage): string {
  return ROWS[language].name
}

/** Those that may be a site's first, which everyone gets whose own is not offered. */
export const FIRST_LANGUAGES: readonly PageLanguage[] = PAGE_LANGUAGES.filter((language) => ROWS[language].ours)

/** The city's words for one reader: in that language, in its plain form, else as they were written first. */
export function wordsFor<T>(texts: Readonly<Partial<Record<string, T>>>, language: PageLanguage): [language: string, words: T] | undefined {
  for (const one of [language, primaryLanguage(language), ...Object.keys(texts)]) {
    const words = texts[one]
    if (words !== undefined) return [one, words]
  }
  return undefined
}
