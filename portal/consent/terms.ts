import { hash } from 'node:crypto'
import { primaryLanguage } from '#shared/i18n/languages.ts'
import type { PageLanguage } from '../pages/languages.ts'
import { unmarked } from '../pages/lent-words.ts'
import type { TermsNode } from './terms-html.ts'

/** Grows whenever a line changes its meaning; the digest tells every other change. */
export const TERMS_ID = 'access'
export const TERMS_VERSION = '2026-11'

/** The city's own terms in one language: a file of a safe subset of HTML (terms-html.ts). */
export type TermsDocument = {
  readonly id: string
  readonly ver: string
  readonly lang: PageLanguage
  readonly title: string
  readonly nodes: readonly TermsNode[]
  /** Of the file, byte for byte: whoever has the file can compare. */
  readonly sha256: string
}
/** By site; a site without any has only the three facts. */
export type SiteTerms = ReadonlyMap<string, ReadonlyMap<PageLanguage, TermsDocument>>

/** What was shown above the button, exactly, with the document that it leads to. */
export type Terms = { readonly id: string; readonly ver: string; readonly lang: string; readonly lines: readonly string[]; readonly sha256: string; readonly document: TermsDocument | undefined }

/** Three lines, each a fact, as they stand on the page in `lang`, over the site's document where it has one. */
export function termsOf(lang: string, lines: readonly string[], document?: TermsDocument): Terms {
  const { id = TERMS_ID, ver = TERMS_VERSION } = document ?? {}
  const said = document ? [...lines, document.lang, document.sha256] : lines
  return { id, ver, lang, lines, document, sha256: hash('sha256', [id, ver, lang, ...said].map(unmarked).join('\n')) }
}

/** A site's document in the reader's language or its plain form, else in the site's own, first of `languages`. */
export function documentFor(terms: SiteTerms, site: string, languages: readonly PageLanguage[]): TermsDocument | undefined {
  const own: ReadonlyMap<string, TermsDocument> | undefined = terms.get(site)
  return own && (languages.flatMap((language) => [own.get(language), own.get(primaryLanguage(language))]).find((document) => document !== undefined) ?? own.values().next().value)
}
