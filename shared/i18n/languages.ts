// Apart from texts.ts, so that a screen can know its languages without carrying i18next.

/** Languages that ship, the project's own first. A city's `languages` choose among them. */
export const LANGUAGES = ['fr', 'en', 'ar'] as const
export type Language = (typeof LANGUAGES)[number]

/** Each language's name in its own script. */
export const ENDONYMS: Readonly<Record<Language, string>> = { fr: 'Français', en: 'English', ar: 'العربية' }

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur'])

export function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag)
}

export function direction(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr'
}
