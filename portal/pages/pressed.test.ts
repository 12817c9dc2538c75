import { expect, test } from 'vitest'
import { blank, press } from './pressed.ts'

test('each blank gets its word, wherever and however often it stands; the rest stays byte for byte', () => {
  const fill = press(`«${blank(1)}» é عربي ${blank(0)}${blank(1)}`)
  expect(Buffer.from(fill(['one', 'two-2'])).toString('utf8')).toBe('«two-2» é عربي onetwo-2')
  expect(Buffer.from(fill(['1', ''])).toString('utf8')).toBe('«» é عربي 1')
})

test('a page without blanks is its own bytes', () => {
  expect(Buffer.from(press('à bientôt')([])).toString('utf8')).toBe('à bientôt')
})
