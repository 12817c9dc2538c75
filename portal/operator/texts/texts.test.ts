import { expect, test } from 'vitest'
import type { Texts } from '#shared/i18n/texts.ts'
import { textFaults } from '#test/support/text-faults.ts'
import { OPERATOR_LANGUAGES, OPERATOR_TEXTS } from '../texts.ts'

const { fr, en, ar } = OPERATOR_TEXTS
const without = (texts: Texts, key: string): Texts => Object.fromEntries(Object.entries(texts).filter(([one]) => one !== key))

test.each(OPERATOR_LANGUAGES)('%s has every sentence of the operator’s pages, with the same blanks and its own plurals, and none besides', (language) => {
  expect(textFaults(fr, language, OPERATOR_TEXTS[language])).toEqual([])
})

test.each<[what: string, language: string, texts: Texts, fault: RegExp]>([
  ['a missing sentence', 'ar', without(ar, 'act.bar'), /^act\.bar: missing$/],
  ['a blank with another name', 'en', { ...en, signedIn: 'You work as {{who}}.' }, /^signedIn: blanks who instead of name$/],
  ['a blank that is forgotten', 'ar', { ...ar, 'row.time': '{{used}}' }, /^row\.time: blanks used instead of left used$/],
  ['a plural that is missing', 'ar', without(ar, 'find.most_few'), /^find\.most: has .*, ar has /],
])('%s in %s is found', (_, language, texts, fault) => {
  expect(textFaults(fr, language, texts)).toContainEqual(expect.stringMatching(fault))
})
