// One question to the directory: folded, mended, widened by needs; every word must be met, and if none is found, any.
import type { Db } from '#shared/db/open.ts'
import { withoutArticle, wordsOf } from './fold.ts'
import { LONGEST_PHRASE, needsOfPhrase, needWords } from './need-words.ts'
import type { NeedId } from './needs.ts'
import { stem } from './stem.ts'
import { isStopWord } from './stop-words.ts'
import { createVocabulary, type Vocabulary } from './typos.ts'

export const LONGEST_QUERY = 200
const MOST_WORDS = 12
/** Only so many of the best entries (lowest row numbers) are weighed by bm25: ranking 100,000 would cost 20 ms. */
const MOST_CANDIDATES = 3_000
/** bm25 weights of name, words, body, stem, need. */
const WEIGHTS = '10, 5, 1, 4, 3'
const SHORTEST_PREFIX = 2

export type Found = {
  /** Row numbers of `entry`, best first. */
  readonly entries: readonly number[]
  /** What was searched instead, when a word had to be mended. */
  readonly mended?: string
  /** No entry met every word; these meet some of them. */
  readonly partly: boolean
  /** Needs that the words stand for. */
  readonly needs: readonly NeedId[]
}

/** Alternatives in the FTS5 query language, any of which meets one word or phrase of the question. */
type Group = { readonly alternatives: readonly string[]; readonly needs: readonly NeedId[]; readonly text: string }

/** The token by which the index marks an entry that answers a need. */
export function needToken(need: NeedId): string {
  return `need${need.replace('-', '')}`
}

function forms(word: string): string[] {
  const bare = withoutArticle(word)
  return bare === undefined ? [word] : [word, bare]
}

function groupOf(words: readonly string[], last: boolean, needs: readonly NeedId[]): Group {
  const alternatives = needs.map((need) => `need : ${needToken(need)}`)
  const phrase = `{name words body} : "${words.join(' ')}"`
  if (words.length > 1) return { alternatives: [...alternatives, phrase], needs, text: words.join(' ') }
  const word = words[0] ?? ''
  for (const form of forms(word)) {
    // Whoever is still typing the last word means its beginning.
    const prefix = last && form.length >= SHORTEST_PREFIX ? ' *' : ''
    alternatives.push(`{name words body} : "${form}"${prefix}`, `stem : "${stem(form)}"`)
  }
  return { alternatives, needs, text: word }
}

function mend(word: string, last: boolean, vocabulary: Vocabulary): string {
  const known = forms(word).some((form) => vocabulary.has(form) || (last && form.length >= SHORTEST_PREFIX && vocabulary.begins(form)))
  return known ? word : (vocabulary.nearest(withoutArticle(word) ?? word) ?? word)
}

/** Longest phrases that stand for a need first, the words between them one by one. */
function groupsOf(words: readonly string[]): Group[] {
  const groups: Group[] = []
  for (let at = 0; at < words.length; ) {
    let length = Math.min(LONGEST_PHRASE, words.length - at)
    while (length > 1 && needsOfPhrase(words.slice(at, at + length)).length === 0) length--
    const phrase = words.slice(at, at + length)
    groups.push(groupOf(phrase, at + length === words.length, needsOfPhrase(phrase)))
    at += length
  }
  return groups
}

function meaningful(text: string): string[] {
  const words = wordsOf(text.slice(0, LONGEST_QUERY)).slice(0, MOST_WORDS * 2)
  const kept = words.filter((word) => !isStopWord(word))
  return (kept.length > 0 ? kept : words).slice(0, MOST_WORDS)
}

function knownWords(db: Db): Map<string, number> {
  const rows = db.prepare<[], { term: string; doc: number }>(`select term, max(doc) as doc from vocabulary where col in ('name', 'words', 'body') group by term`).all()
  const counts = new Map(rows.map(({ term, doc }) => [term, doc]))
  for (const word of needWords()) if (!counts.has(word)) counts.set(word, 1)
  return counts
}

export type Search = (text: string, limit: number) => Found

/** Reads the vocabulary once; make a new one after each import. */
export function createSearch(db: Db): Search {
  const vocabulary = createVocabulary(knownWords(db))
  const cutoff = db.prepare<[string, number], { rowid: number }>('select rowid from search where search match ? order by rowid limit 1 offset ?')
  const ranked = db.prepare<[string, number, number], { rowid: number }>(
    `select rowid from search where search match ? and rowid <= ? order by bm25(search, ${WEIGHTS}), rowid limit ?`,
  )

  function run(groups: readonly Group[], joint: 'AND' | 'OR', limit: number): number[] {
    const query = groups.map(({ alternatives }) => `(${alternatives.join(' OR ')})`).join(` ${joint} `)
    const last = cutoff.get(query, MOST_CANDIDATES - 1)?.rowid ?? Number.MAX_SAFE_INTEGER
    return ranked.all(query, last, limit).map(({ rowid }) => rowid)
  }

  return function search(text, limit) {
    const typed = meaningful(text)
    const words = typed.map((word, index) => mend(word, index === typed.length - 1, vocabulary))
    const groups = groupsOf(words)
    const needs = [...new Set(groups.flatMap((group) => group.needs))]
    const mended = words.some((word, index) => word !== typed[index]) ? { mended: words.join(' ') } : {}
    if (groups.length === 0) return { entries: [], partly: false, needs }
    const all = run(groups, 'AND', limit)
    if (all.length > 0 || groups.length === 1) return { entries: all, partly: false, needs, ...mended }
    const any = run(groups, 'OR', limit)
    return { entries: any, partly: any.length > 0, needs, ...mended }
  }
}
