// Words that are not in the page's language say so, to the eye and to a screen reader (WCAG 3.1.2).
import { html, raw } from 'hono/html'
import { direction, primaryLanguage } from '#shared/i18n/languages.ts'
import type { Html, Reader } from './frame.ts'

/** Unicode's noncharacters are for a program's own use and stand in no text: language between the first two, words up to the third. */
const [BEGIN, WORDS, END] = ['\uFDD0', '\uFDD1', '\uFDD2'] as const
const TITLES_AND_TAGS = /<title>[^]*?<\/title>|<[^>]*>/g
const MARKS = /\uFDD0[\w-]*\uFDD1|\uFDD2/g
const MARKED = /\uFDD0([\w-]*)\uFDD1|\uFDD2/g

/** Marks a text of ours that another language had to lend: where it will stand, inside a tag or not, only the page knows. */
export function lent(words: string, language: string): string {
  return BEGIN + language + WORDS + words + END
}

const names = new Map<string, Intl.DisplayNames>()

/** `en français`, as the reader calls it. */
function nameOf(language: string, reader: string): string {
  let known = names.get(reader)
  if (!known) names.set(reader, (known = new Intl.DisplayNames([reader], { type: 'language' })))
  return known.of(primaryLanguage(language)) ?? language
}

const opening = (language: string, direct: 'auto' | 'ltr' | 'rtl'): string => `<span lang="${language}" dir="${direct}">`
const label = (language: string, reader: string): string => `</span> <small>(${nameOf(language, reader)})</small>`

/** Words of the city in the language that it wrote them in. */
export function wordsIn({ language: reader }: Pick<Reader, 'language'>, language: string, words: string): Html {
  if (language === reader) return html`<bdi>${words}</bdi>`
  return html`${raw(opening(language, 'auto'))}${words}${raw(primaryLanguage(language) === primaryLanguage(reader) ? '</span>' : label(language, reader))}`
}

function withLabels(page: string, reader: string): string {
  const open: string[] = []
  return page
    .replace(TITLES_AND_TAGS, (tag) => tag.replace(MARKS, ''))
    .replace(MARKED, (_, language?: string) => {
      if (language === undefined) return label(open.pop() ?? reader, reader)
      open.push(language)
      return opening(language, direction(language))
    })
}

/** A page whose lent words are labelled. Attributes and the title have no place for a label: there the mark falls away. */
export function labelled(page: Html, reader: string): Html {
  if (page instanceof Promise) return page.then((made) => raw(withLabels(made, reader)))
  return page.includes(BEGIN) ? raw(withLabels(page, reader)) : page
}

/** A text as it would be read aloud, without marks: for digests and whatever is no page. */
export function unmarked(words: string): string {
  return words.replace(MARKS, '')
}
