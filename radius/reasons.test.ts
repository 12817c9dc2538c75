import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ERROR_CAUSES } from './coa/error-causes.ts'
import { REASONS, sentenceOf } from './reasons.ts'

/** Words with underscores in radius/ that are no reasons: tables and columns, and what a hub answers about a lease. */
const NO_REASONS = new Set(['account_staged', 'until_minute', 'in_use', 'cut_off', 'voucher_lease', 'voucher_courtesy'])
/** Errors of settings and of our own files end a start or a write; they refuse no packet. */
const OUR_OWN_ERRORS = /new (?:Usage|Unavailable)Error\('\w+'/g
const QUOTED = /'([a-z0-9]+(?:_[a-z0-9]+)+)'/g

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.(?:test|verify)\.ts$/.test(entry.name) && entry.name !== 'reasons.ts')
    .map((entry) => join(entry.parentPath, entry.name))
}

test('every reason for which this folder refuses anything has a sentence of its own', () => {
  const used = sources(import.meta.dirname).flatMap((path) => [...readFileSync(path, 'utf8').replaceAll(OUR_OWN_ERRORS, '').matchAll(QUOTED)].map(([, word = '']) => word))
  expect(used).toContain('token_replay')
  const without = [...new Set(used)].filter((word) => !word.startsWith('parvis_') && !NO_REASONS.has(word) && !REASONS.includes(word))
  expect(without, 'add a row to radius/reasons.ts, or to NO_REASONS here').toEqual([])
})

test('every Error-Cause of RFC 5176 has a sentence', () => {
  for (const cause of Object.values(ERROR_CAUSES)) expect(REASONS).toContain(`nak_${cause}`)
})

test('a sentence follows "refused: ", names no code of ours and is the only one of its kind', () => {
  const sentences = REASONS.map(sentenceOf)
  for (const sentence of sentences) expect(sentence).toMatch(/^[a-zA-Z][^_]+[^.]$|packets_per_second|require_message_authenticator = false/)
  expect(new Set(sentences).size).toBe(REASONS.length)
  expect(sentenceOf('constructor')).toBe('constructor')
})
