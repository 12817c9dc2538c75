import { createTexts, type Language, type Translate } from '#shared/i18n/texts.ts'
import { ar } from './texts/ar.ts'
import { en } from './texts/en.ts'
import { fr } from './texts/fr.ts'

export const PORTAL_TEXTS = { fr, en, ar } as const

/** The portal's texts, one translator per language. */
export function portalTexts(): (language: Language) => Translate {
  return createTexts(PORTAL_TEXTS)
}
