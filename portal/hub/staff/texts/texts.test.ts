import { expect, test } from 'vitest'
import { ar } from './ar.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '')
const keys = (texts: object) => [...new Set(Object.keys(texts).map(stem))].sort()

test('every text exists in French, English and Arabic', () => {
  expect(keys(en)).toEqual(keys(fr))
  expect(keys(ar)).toEqual(keys(fr))
})

test('plural forms are those of each language', () => {
  for (const [language, texts] of [['fr', fr], ['en', en], ['ar', ar]] as const) {
    const forms = language === 'fr' ? ['one', 'other'] : new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const form of forms) expect(texts, `${language} ${form}`).toHaveProperty([`home.daysOf_${form}`])
  }
})

test('the same values are filled in', () => {
  const filled = (text: string | undefined) => [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
  for (const key of Object.keys(fr)) {
    if (/_/.test(key)) continue
    expect(filled(en[key]), key).toEqual(filled(fr[key]))
    expect(filled(ar[key]), key).toEqual(filled(fr[key]))
  }
})

test('no French line breaks before a double sign or a percentage, or inside quotation marks', () => {
  for (const [key, text] of Object.entries(fr)) expect(text, key).not.toMatch(/ [:;?!»%]|« |'/)
})
