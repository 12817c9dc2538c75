import type { Language } from '#shared/i18n/texts.ts'
import { ar } from './texts/ar.ts'
import { en } from './texts/en.ts'
import { fr } from './texts/fr.ts'

export const OPERATOR_TEXTS = { fr, en, ar } as const
/** Staff read fewer languages than the public; French first. */
export const OPERATOR_LANGUAGES = ['fr', 'en', 'ar'] as const satisfies readonly (Language & keyof typeof OPERATOR_TEXTS)[]
