import { createInstance, type TFunction } from 'i18next'
import { UsageError } from '../errors.ts'
import { LANGUAGES, type Language } from './languages.ts'

export { direction, ENDONYMS, isLanguage, LANGUAGES, type Language } from './languages.ts'

/** Texts of one language by key; plural forms end in `_one`, `_other` … as `Intl.PluralRules` names them. */
export type Texts = Readonly<Record<string, string>>
/** The text of a key, or of the first of several that is there, with its blanks filled; `count` chooses the plural. */
export type Translate = (key: string | string[], values?: Readonly<Record<string, string | number | undefined>>) => string

/** Most texts have no blanks, and a page asks for thirty of them: i18next takes microseconds for each. Keys are as many as we wrote. */
function remembering(translate: TFunction): Translate {
  const known = new Map<string, string>()
  return function t(key, values) {
    if (values !== undefined) return translate(key, values)
    if (typeof key !== 'string') return translate(key)
    const text = known.get(key) ?? translate(key)
    known.set(key, text)
    return text
  }
}

/**
 * One instance per role, with its own texts: `texts('fr')('portal.connect')`. French is what a missing key falls back to.
 * @throws UsageError `texts` when French is absent.
 */
export function createTexts(resources: Readonly<Partial<Record<Language, Texts>>>): (language: Language) => Translate {
  if (!resources.fr) throw new UsageError('texts', 'French texts are missing: every role ships them')
  const instance = createInstance()
  const loaded = Object.fromEntries(Object.entries(resources).map(([language, texts]) => [language, { translation: texts }]))
  // Pages escape by themselves (hono/html, Preact); keys hold dots, so no separators.
  void instance.init({ resources: loaded, fallbackLng: 'fr', initAsync: false, keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false } })
  const fixed = new Map(LANGUAGES.map((language) => [language, remembering(instance.getFixedT(language))]))
  const french = remembering(instance.getFixedT('fr'))
  return (language) => fixed.get(language) ?? french
}

const MOST_RANGES = 16

/** The best of `offered` for an Accept-Language header (RFC 9110 §12.5.4), else the first of `offered`. */
export function preferredLanguage(header: string | undefined, offered: readonly Language[]): Language {
  const ranges = (header ?? '')
    .split(',', MOST_RANGES)
    .map((part, order) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
      const q = parameters.map((p) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(p)?.[1]).find((value) => value !== undefined)
      return { primary: tag.split('-')[0] ?? '', quality: q === undefined ? 1 : Number(q), order }
    })
    .filter((range) => range.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order)
  for (const { primary } of ranges) {
    const found = offered.find((language) => language === primary)
    if (found) return found
    if (primary === '*') break
  }
  return offered[0] ?? 'fr'
}
