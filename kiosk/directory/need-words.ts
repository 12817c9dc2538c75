// From a person's own word to a need: the same list serves search and, for directories that name no needs, the import.
import { wordsOf, withoutArticle } from './fold.ts'
import { ARABIC } from './need-words/ar.ts'
import { ENGLISH } from './need-words/en.ts'
import { FRENCH } from './need-words/fr.ts'
import { NEEDS, type NeedId } from './needs.ts'
import { isStopWord } from './stop-words.ts'

/** The longest phrase of the lists, in words. */
export const LONGEST_PHRASE = 5

function bare(word: string): string {
  return withoutArticle(word) ?? word
}

/** The key of a phrase: folded words without Arabic articles and without words that carry nothing. */
function keyOf(words: readonly string[]): string {
  return words.map(bare).join(' ')
}

function meaningful(phrase: string): string[] {
  const words = wordsOf(phrase)
  const kept = words.filter((word) => !isStopWord(word))
  return kept.length > 0 ? kept : words
}

const PHRASES: ReadonlyMap<string, readonly NeedId[]> = collect()

function collect(): Map<string, NeedId[]> {
  const phrases = new Map<string, NeedId[]>()
  for (const { id, name } of NEEDS) {
    const lists = [FRENCH[id], ENGLISH[id], ARABIC[id], ...Object.values(name)]
    for (const phrase of lists.flatMap((list) => list.split(','))) {
      const key = keyOf(meaningful(phrase))
      const needs = phrases.get(key)
      if (!needs) phrases.set(key, [id])
      else if (!needs.includes(id)) needs.push(id)
    }
  }
  return phrases
}

/** The needs that these words (folded, stop words gone) stand for together; none for most. */
export function needsOfPhrase(words: readonly string[]): readonly NeedId[] {
  return PHRASES.get(keyOf(words)) ?? []
}

/** Single words of the lists, so that a typing slip in one of them is mended too. */
export function needWords(): string[] {
  return [...PHRASES.keys()].flatMap((phrase) => phrase.split(' '))
}

/** The needs named in a short text such as a service's name. */
export function needsIn(text: string): Set<NeedId> {
  const words = meaningful(text)
  const found = new Set<NeedId>()
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + LONGEST_PHRASE); to++) {
      for (const need of needsOfPhrase(words.slice(from, to))) found.add(need)
    }
  }
  return found
}
