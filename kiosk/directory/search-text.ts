// What the full-text index holds of a service.
import { LANGUAGES } from '#shared/i18n/languages.ts'
import type { Entry, ServiceRows } from './entry.ts'
import { indexed, wordsOf } from './fold.ts'
import { textOf } from './hsds.ts'
import { translationsOf } from './marks.ts'
import { needToken } from './search.ts'
import { NEEDS } from './needs.ts'
import { stem } from './stem.ts'
import type { Tables } from './tables.ts'

export type SearchText = { readonly name: string; readonly words: string; readonly body: string; readonly stem: string; readonly need: string }

const BODY_FIELDS = ['description', 'eligibility_description', 'application_process', 'fees_description', 'interpretation_services'] as const

/** Making an Intl.DisplayNames takes half a millisecond, and a directory names the same few languages ten thousand times. */
const known = new Map<string, readonly string[]>()
const MOST_KNOWN = 1_000

/** A language by its code in the languages that ship and in itself: who asks for "créole" or "creole" finds it. */
export function languageNames(code: string): readonly string[] {
  const names = known.get(code) ?? displayNames(code)
  if (known.size < MOST_KNOWN) known.set(code, names)
  return names
}

function displayNames(code: string): string[] {
  const tag = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(code) ? code : undefined
  if (!tag) return []
  return [...LANGUAGES, tag].map((language) => new Intl.DisplayNames([language], { type: 'language' }).of(tag)).filter((name) => name !== undefined && name !== tag) as string[]
}

export function searchText(tables: Tables, entry: Entry, rows: ServiceRows): SearchText {
  const { service, organization, locations, marks } = rows
  const names = [entry.name.written, ...Object.values(entry.name.also), textOf(service, 'alternate_name')]
  const languages = tables.rows('language', 'service_id', entry.id)
  const spoken = [...languages.map((row) => textOf(row, 'name')), ...languages.flatMap((row) => languageNames(textOf(row, 'code') ?? ''))]
  const needs = NEEDS.filter((need) => entry.needs.includes(need.id))
  const words = [
    entry.organization, textOf(organization, 'alternate_name'), ...spoken, ...needs.flatMap((need) => Object.values(need.name)),
    ...marks.filter((mark) => mark.value === '').map((mark) => mark.term), ...locations.map((location) => textOf(location, 'name')),
  ]
  const body = [
    ...BODY_FIELDS.map((field) => textOf(service, field)), ...Object.values(translationsOf(marks, 'description')),
    ...tables.rows('service_area', 'service_id', entry.id).map((row) => textOf(row, 'name')),
    ...locations.flatMap((location) => tables.rows('address', 'location_id', String(location['id']))).flatMap((row) => [textOf(row, 'address_1'), textOf(row, 'postal_code'), textOf(row, 'city')]),
  ]
  const join = (parts: readonly (string | undefined)[]) => parts.filter((part) => part !== undefined).join(' \n ')
  const all = wordsOf(join([...names, ...words, ...body]))
  return {
    name: indexed(join(names)), words: indexed(join(words)), body: indexed(join(body)),
    stem: [...new Set(all.map(stem))].join(' '), need: entry.needs.map(needToken).join(' '),
  }
}
