import { createTexts, type Texts, type Translate } from '#shared/i18n/texts.ts'
import type { PageLanguage } from './languages.ts'
import { lent } from './lent-words.ts'
import { ar } from './texts/ar.ts'
import { en } from './texts/en.ts'
import { es } from './texts/es.ts'
import { easy } from './texts/fr-simple.ts'
import { fr } from './texts/fr.ts'
import { pt } from './texts/pt.ts'
import { wo } from './texts/wo.ts'

export const PORTAL_TEXTS = { fr, 'fr-simple': easy, en, ar, es, pt, wo } as const satisfies Readonly<Record<PageLanguage, Texts>>

/** The portal's texts, one translator per language. What a language lacks comes in French and marked (lent-words.ts). */
export function portalTexts(texts: Readonly<Partial<Record<PageLanguage, Texts>>> = PORTAL_TEXTS): (language: PageLanguage) => Translate {
  return createTexts(texts, lent)
}
