// The city's terms, read once at the start: a mistake in them stops the start with its line.
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '#shared/errors.ts'
import { isPageLanguage, type PageLanguage } from '../pages/languages.ts'
import type { TermsDocument } from './terms.ts'
import { parseTerms } from './terms-html.ts'

const MOST_BYTES = 64 * 1024

function documentOf(path: string, lang: PageLanguage): { document: TermsDocument; mistakes: string[] } {
  const bytes = readFileSync(path)
  if (bytes.length > MOST_BYTES) return { document: { id: '', ver: '', lang, title: '', nodes: [], sha256: '' }, mistakes: [`${path}: longer than ${MOST_BYTES / 1024} KiB`] }
  const { id, ver, title, nodes, mistakes } = parseTerms(bytes.toString('utf8'))
  return { document: { id, ver, lang, title, nodes, sha256: hash('sha256', bytes) }, mistakes: mistakes.map(({ line, text }) => `${path}:${line}: ${text}`) }
}

/**
 * `fr.html`, `en.html` … of a directory.
 * @throws UsageError `terms` with every mistake of every file, each with its line; or when there is no file in a language that ships.
 */
export function loadTerms(directory: string): ReadonlyMap<PageLanguage, TermsDocument> {
  let names: string[]
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.html')).sort()
  } catch (cause) {
    throw new UsageError('terms', `the terms in ${directory} cannot be read`, { cause })
  }
  const documents = new Map<PageLanguage, TermsDocument>()
  const wrong: string[] = []
  for (const name of names) {
    const lang = name.slice(0, -'.html'.length)
    if (!isPageLanguage(lang)) {
      wrong.push(`${join(directory, name)}: ${lang} is no language that ships`)
      continue
    }
    const { document, mistakes } = documentOf(join(directory, name), lang)
    wrong.push(...mistakes)
    documents.set(lang, document)
  }
  const versions = new Set([...documents.values()].map(({ id, ver }) => `${id} ${ver}`))
  if (versions.size > 1) wrong.push(`${directory}: the languages have different ids or versions (${[...versions].join(', ')})`)
  if (names.length === 0) wrong.push(`${directory}: no terms: put fr.html there`)
  if (wrong.length > 0) throw new UsageError('terms', wrong.join('\n'))
  return documents
}
