// Apart from texts.ts, so that a screen can know its languages without carrying i18next.

/** Languages that every door speaks, the project's own first. The citizens' pages have more (portal/pages/languages.ts). */
export const LANGUAGES = ['fr', 'en', 'ar'] as const
export type Language = (typeof LANGUAGES)[number]

/** Each language's name in its own script. */
export const ENDONYMS: Readonly<Record<Language, string>> = { fr: 'Français', en: 'English', ar: 'العربية' }

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur'])

/** The language itself, without script, region or variant: `fr` of `fr-simple`. */
export function primaryLanguage(tag: string): string {
  return tag.split('-', 1)[0] ?? tag
}

export function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag)
}

export function direction(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr'
}
