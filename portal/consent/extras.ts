// What the city asks beyond access: off until somebody ticks it, and never a condition of anything.
import { hash } from 'node:crypto'
import { isPageLanguage, wordsFor, type PageLanguage } from '../pages/languages.ts'

export const EXTRA_ID = /^[a-z][a-z0-9-]{0,31}$/
/** A page stays a page. */
export const MOST_EXTRAS = 6
const FIELD = 'extra.'

export type Extra = {
  readonly id: string
  /** What is asked, as it stands beside the box; French at least. */
  readonly texts: Readonly<Partial<Record<PageLanguage, string>>>
}

/** An extra as one reader saw it. */
export type ShownExtra = { readonly id: string; readonly lang: PageLanguage; readonly text: string }

/** In the reader's language, else in the first that the city wrote; `lang` says which, for the page to label it. */
export function shownExtras(extras: readonly Extra[] = [], language: PageLanguage): ShownExtra[] {
  return extras.flatMap(({ id, texts }) => {
    const [lang, text] = wordsFor(texts, language) ?? ['', '']
    return isPageLanguage(lang) ? [{ id, lang, text }] : []
  })
}

export function fieldOf(id: string): string {
  return FIELD + id
}

/** Ids of the boxes that a form brings ticked; whatever else it brings was never asked. */
export function tickedExtras(extras: readonly Extra[] = [], form: (name: string) => string | undefined): string[] {
  return extras.filter(({ id }) => form(fieldOf(id)) === 'given').map(({ id }) => id)
}

/** What stood on the page, and what of it came back ticked. */
export function choicesOf(extras: readonly Extra[] | undefined, language: PageLanguage, form: (name: string) => string | undefined) {
  return { shown: shownExtras(extras, language), given: tickedExtras(extras, form) }
}

/** One line of a receipt's `purposes`. */
export type Purpose = {
  readonly id: string
  readonly basis: 'public_task' | 'consent'
  readonly given: boolean
  /** Of what was asked, in the language in which it was asked. */
  readonly sha256?: string
}

/** Access is a public service, not a matter of consent (people.md). */
export const ACCESS: Purpose = { id: 'access', basis: 'public_task', given: true }

export function purposesOf(shown: readonly ShownExtra[], given: readonly string[]): Purpose[] {
  return [ACCESS, ...shown.map(({ id, lang, text }): Purpose => ({ id, basis: 'consent', given: given.includes(id), sha256: hash('sha256', `${lang}\n${text}`) }))]
}
