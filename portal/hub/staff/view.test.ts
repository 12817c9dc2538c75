import { expect, test } from 'vitest'
import type { Language } from '#shared/i18n/texts.ts'
import { longDate, shortDate, type View } from './view.ts'

const view = (language: Language) => ({ language }) as View

test('the first of a month is an ordinal in French alone', () => {
  expect(shortDate(view('fr'), '2026-11-01')).toBe('dim. 1er nov.')
  expect(longDate(view('fr'), '2026-11-01')).toBe('dimanche 1er novembre 2026')
  expect(shortDate(view('fr'), '2026-11-11')).toBe('mer. 11 nov.')
  expect(shortDate(view('en'), '2026-11-01')).toBe('Sun 1 Nov')
})
