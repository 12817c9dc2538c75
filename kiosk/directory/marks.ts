// What HSDS leaves to taxonomies: our four, read from attributes. Their codes are the contract with directories.
import type { Badge, Trust } from '../views.ts'
import { TRUSTS } from '../views.ts'
import { textOf } from './hsds.ts'
import { isNeedId, NEEDS_TAXONOMY, type NeedId } from './needs.ts'
import type { Tables } from './tables.ts'

/** Codes `no-appointment`, `step-free`, `animals`, on a service, location or organization. */
export const ACCESS_TAXONOMY = 'parvis-access'
/** Codes `city-verified`, `partner-vouched`, `self-declared`, on an organization. */
export const TRUST_TAXONOMY = 'parvis-trust'
/** Code is a language, `link_type` the field that is translated, `value` the text. */
export const TRANSLATION_TAXONOMY = 'parvis-translation'

const ACCESS_CODES: readonly Badge[] = ['no-appointment', 'step-free', 'animals']

/** An attribute with its term looked up. */
export type Mark = { readonly taxonomy: string; readonly code: string; readonly field: string; readonly value: string; readonly term: string }

/** All attributes of one record. */
export function marksOf(tables: Tables, id: string): Mark[] {
  return tables.rows('attribute', 'link_id', id).flatMap((row) => {
    const term = tables.row('taxonomy_term', textOf(row, 'taxonomy_term_id') ?? '')
    if (!term) return []
    const detail = tables.row('taxonomy', textOf(term, 'taxonomy_id') ?? '')
    return {
      taxonomy: textOf(term, 'taxonomy') ?? textOf(detail, 'name') ?? '',
      code: textOf(term, 'code') ?? '',
      term: textOf(term, 'name') ?? '',
      field: textOf(row, 'link_type') ?? '',
      value: textOf(row, 'value') ?? '',
    }
  })
}

export function needsOf(marks: readonly Mark[]): NeedId[] {
  return marks.filter((mark) => mark.taxonomy === NEEDS_TAXONOMY).map((mark) => mark.code).filter(isNeedId)
}

export function accessOf(marks: readonly Mark[]): Badge[] {
  const codes = new Set(marks.filter((mark) => mark.taxonomy === ACCESS_TAXONOMY).map((mark) => mark.code))
  return ACCESS_CODES.filter((code) => codes.has(code))
}

export function trustOf(marks: readonly Mark[]): Trust | undefined {
  return TRUSTS.find((trust) => marks.some((mark) => mark.taxonomy === TRUST_TAXONOMY && mark.code === trust))
}

/** Translations of one field, by language. */
export function translationsOf(marks: readonly Mark[], field: string): Record<string, string> {
  const found = marks.filter((mark) => mark.taxonomy === TRANSLATION_TAXONOMY && mark.field === field && mark.value !== '')
  return Object.fromEntries(found.map((mark) => [mark.code, mark.value]))
}
