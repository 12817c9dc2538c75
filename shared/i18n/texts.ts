import { createInstance, type TFunction } from 'i18next'
import { UsageError } from '../errors.ts'
import { primaryLanguage } from './languages.ts'

export { direction, ENDONYMS, isLanguage, LANGUAGES, primaryLanguage, type Language } from './languages.ts'

/** Texts of one language by key; plural forms end in `_one`, `_other` … as `Intl.PluralRules` names them. */
export type Texts = Readonly<Record<string, string>>
/** The text of a key, or of the first of several that is there, with its blanks filled; `count` chooses the plural. */
export type Translate = (key: string | string[], values?: Readonly<Record<string, string | number | undefined>>) => string

/** A noncharacter, which stands in no text, around the name of a blank. */
const BLANK = '\uFDD4'
/** Of a language: as many keys as we wrote, and as many numbers as a clock has minutes; more only where somebody makes numbers up. */
const MOST_REMEMBERED = 2_000

function remembered<T>(known: Map<string, T>, id: string, make: () => T): T {
  const before = known.get(id)
  if (before !== undefined) return before
  if (known.size >= MOST_REMEMBERED) known.clear()
  const made = make()
  known.set(id, made)
  return made
}

/** A page asks for thirty texts and i18next takes microseconds for each: what it said once is not asked again, whatever fills its blanks. */
function remembering(translate: Translate): Translate {
  const whole = new Map<string, string>()
  /** Text and names of blanks in turn. */
  const blanked = new Map<string, readonly string[]>()

  return function t(key, values) {
    const id = typeof key === 'string' ? key : key.join(' ')
    if (values === undefined) return remembered(whole, id, () => translate(key))
    const names = Object.keys(values)
    // The number decides which plural it is.
    if ('count' in values) return names.length === 1 ? remembered(whole, `${id} ${values['count']}`, () => translate(key, values)) : translate(key, values)
    const parts = remembered(blanked, `${id} ${names.join()}`, () => translate(key, Object.fromEntries(names.map((name) => [name, BLANK + name + BLANK]))).split(BLANK))
    return parts.map((part, at) => (at % 2 === 0 ? part : (values[part] ?? ''))).join('')
  }
}

function plain(translate: TFunction): Translate {
  return (key, values) => (values === undefined ? translate(key) : translate(key, values))
}

/** What becomes of a text that another language had to lend. */
export type Lend = (text: string, language: string) => string

/** i18next says by which language it answered; without that a reader could not be told either. */
function lending(translate: TFunction, language: string, lend: Lend): Translate {
  return function t(key, values) {
    const { res, usedLng } = translate(key, { ...values, returnDetails: true as const })
    return primaryLanguage(usedLng) === primaryLanguage(language) ? res : lend(res, usedLng)
  }
}

const PLURAL_FORM = /_(zero|one|two|few|many|other)$/

/** Asking by which language i18next answered costs a quarter more, so only where it can be another. */
function lacks(texts: Texts = {}, french: Texts = {}): boolean {
  const own = new Set(Object.keys(texts).map((key) => key.replace(PLURAL_FORM, '')))
  return Object.keys(french).some((key) => !own.has(key.replace(PLURAL_FORM, '')))
}

/**
 * One instance per role, with its own texts: `texts('fr')('portal.connect')`. What a language lacks, its plain form says
 * (`fr` for `fr-simple`), else French.
 * @param lend Is given each text that came from another language, to mark it.
 * @throws UsageError `texts` when French is absent.
 */
export function createTexts<L extends string>(resources: Readonly<Partial<Record<L, Texts>>>, lend?: Lend): (language: L) => Translate {
  if (!('fr' in resources)) throw new UsageError('texts', 'French texts are missing: every role ships them')
  const instance = createInstance()
  const loaded = Object.fromEntries(Object.entries<Texts | undefined>(resources).map(([language, texts = {}]) => [language, { translation: texts }]))
  // Pages escape by themselves (hono/html, Preact); keys hold dots, so no separators.
  void instance.init({ resources: loaded, fallbackLng: 'fr', initAsync: false, keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false } })
  const translating = (language: string): Translate => {
    const translate = instance.getFixedT(language)
    const mayLend = lend && lacks(loaded[language]?.translation, loaded['fr']?.translation) ? lend : undefined
    return remembering(mayLend ? lending(translate, language, mayLend) : plain(translate))
  }
  const fixed = new Map(Object.keys(loaded).map((language) => [language, translating(language)]))
  const french = translating('fr')
  return (language) => fixed.get(language) ?? french
}

const MOST_RANGES = 16

/**
 * The best of `offered` for an Accept-Language header (RFC 9110 §12.5.4), else the first of `offered`. Only whole languages are
 * found: a variant such as `fr-simple` is chosen by a person, never by a header.
 */
export function preferredLanguage<L extends string>(header: string | undefined, offered: readonly L[]): L | 'fr' {
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
