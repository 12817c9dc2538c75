import type { Field } from './hsds.ts'

const LONGEST_ID = 100
const LONGEST_TEXT = 20_000

export type Parsed = { readonly value: string | number } | { readonly absent: true } | { readonly wrong: string }

const ABSENT = { absent: true } as const

/** A calendar date that exists: 2026-02-30 does not. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(`${text}T00:00Z`).toISOString().startsWith(text)
}

/** `HH:MM`, seconds and an offset allowed; the offset is not believed (see hours.ts). */
export function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/.test(text) || /^24:00(?::00)?$/.test(text)
}

function parseText(text: string): Parsed {
  if (text.length > LONGEST_TEXT) return { wrong: `is longer than ${LONGEST_TEXT} characters` }
  // Cc without tab and line ends, which people do put into descriptions.
  if (!text.isWellFormed() || /[^\P{Cc}\t\n\r]/u.test(text)) return { wrong: 'holds characters that are no text' }
  return { value: text }
}

function parseNumber(raw: string | number): Parsed {
  const value = typeof raw === 'number' ? raw : /^[+-]?\d+(?:\.\d+)?$/.test(raw.trim()) ? Number(raw) : Number.NaN
  return Number.isFinite(value) ? { value } : { wrong: 'is no number' }
}

const TEXT_RULES: Readonly<Record<Exclude<Field['kind'], 'number' | 'word'>, readonly [fits: (text: string) => boolean, wrong: string]>> = {
  id: [(text) => text.length <= LONGEST_ID && /^[\w.:~-]+$/.test(text), `is no identifier (1–${LONGEST_ID} letters, digits, . : ~ _ -)`],
  ref: [(text) => text.length <= LONGEST_ID && /^[\w.:~-]+$/.test(text), 'is no identifier'],
  text: [() => true, ''],
  date: [isDate, 'is no date (YYYY-MM-DD)'],
  time: [isTime, 'is no time (HH:MM)'],
  instant: [(text) => /^\d{4}-\d\d-\d\d([T ].*)?$/.test(text) && !Number.isNaN(Date.parse(text)), 'is no instant (ISO 8601)'],
}

/** What a JSON value or a CSV field says for this field of its table. Empty text and null say nothing. */
export function parseField(field: Field, raw: unknown): Parsed {
  if (raw === undefined || raw === null || raw === '') return ABSENT
  if (typeof raw !== 'string' && typeof raw !== 'number') return { wrong: 'is neither text nor a number' }
  if (field.kind === 'number') return parseNumber(raw)
  const parsed = parseText(String(raw))
  if (!('value' in parsed)) return parsed
  const text = String(parsed.value)
  if (field.kind === 'word') return field.words.includes(text) ? parsed : { wrong: `is none of: ${field.words.join(', ')}` }
  const [fits, wrong] = TEXT_RULES[field.kind]
  return fits(text) ? parsed : { wrong }
}
