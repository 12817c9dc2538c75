import type { Language, Texts } from '#shared/i18n/texts.ts'
import { ARABIC } from './texts/ar.ts'
import { ENGLISH } from './texts/en.ts'
import { FRENCH } from './texts/fr.ts'

/** `t('results.found', { count: 3 })`: a text with its values, in the plural form that its count asks for. */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string

const TEXTS: Readonly<Record<Language, Texts>> = { fr: FRENCH, en: ENGLISH, ar: ARABIC }

/**
 * The same files and key forms as shared/i18n/texts.ts without i18next, whose 14 kB (gzip) the screen's budget of 45 kB
 * needs for other things. A plural form that is not written falls back to `_other`, a missing text to French.
 */
export function phrases(language: Language): Translate {
  const plural = new Intl.PluralRules(language)
  function find(key: string, count: string | number | undefined): string {
    for (const texts of [TEXTS[language], FRENCH as Texts]) {
      const text = typeof count === 'number' ? (texts[`${key}_${plural.select(count)}`] ?? texts[`${key}_other`] ?? texts[key]) : texts[key]
      if (text !== undefined) return text
    }
    return key
  }
  return (key, values = {}) => find(key, values['count']).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''))
}
