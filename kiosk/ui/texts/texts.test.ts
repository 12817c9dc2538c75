import { expect, test } from 'vitest'
import { phrases } from '../phrase.ts'
import { ARABIC } from './ar.ts'
import { ENGLISH } from './en.ts'
import { FRENCH } from './fr.ts'

const bare = (texts: object) => [...new Set(Object.keys(texts).map((key) => key.replace(/_(?:zero|one|two|few|many|other)$/, '')))].sort()

test('every text exists in French, English and Arabic', () => {
  expect(bare(ENGLISH)).toEqual(bare(FRENCH))
  expect(bare(ARABIC)).toEqual(bare(FRENCH))
})

test('counts are said as each language counts', () => {
  expect(phrases('fr')('results.found', { count: 0 })).toBe('0 service')
  expect(phrases('fr')('results.found', { count: 2 })).toBe('2 services')
  expect(phrases('en')('results.found', { count: 0 })).toBe('0 services')
  expect(phrases('ar')('results.found', { count: 2 })).toBe('خدمتان')
  expect(phrases('ar')('results.found', { count: 5 })).toBe('5 خدمات')
  expect(phrases('ar')('results.found', { count: 0 })).toBe('0 خدمة')
})

test('every value a text asks for is the same in all languages', () => {
  const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).filter((name) => name !== 'count').sort()
  for (const [key, text] of Object.entries(FRENCH)) {
    for (const other of [ENGLISH, ARABIC] as Record<string, string>[]) if (other[key] !== undefined) expect(values(other[key]), key).toEqual(values(text))
  }
})
