import { expect, test } from 'vitest'
import { LANGUAGES } from '#shared/i18n/texts.ts'
import { portalTexts, PORTAL_TEXTS } from './texts.ts'
import { durationWords, hourWords, nextClosing, wallTime } from './time-words.ts'

const texts = portalTexts()
const plain = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '')
const slots = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()

test.each(LANGUAGES)('every sentence is there in %s, with the same blanks to fill', (language) => {
  const own = PORTAL_TEXTS[language]
  expect([...new Set(Object.keys(own).map(plain))].sort()).toEqual([...new Set(Object.keys(PORTAL_TEXTS.fr).map(plain))].sort())
  for (const [key, text] of Object.entries(own)) if (!/_/.test(key)) expect(slots(text), key).toEqual(slots(PORTAL_TEXTS.fr[key] ?? ''))
})

test.each(LANGUAGES)('every number of hours and minutes has its plural in %s', (language) => {
  const rules = new Intl.PluralRules(language)
  for (let count = 0; count < 120; count++) {
    for (const key of ['duration.hours', 'duration.minutes']) expect(PORTAL_TEXTS[language], `${key} ${count}`).toHaveProperty([`${key}_${rules.select(count)}`])
  }
})

test.each([
  ['fr', 7_200, '2 heures'], ['fr', 7_140, '1 heure et 59 minutes'], ['fr', 60, '1 minute'], ['fr', 59, 'moins d’une minute'],
  ['en', 3_660, '1 hour and 1 minute'], ['ar', 7_200, 'ساعتان'], ['ar', 3_720, 'ساعة واحدة ودقيقتان'], ['ar', 180, '3 دقائق'], ['ar', 11 * 60, '11 دقيقة'],
] as const)('in %s, %d seconds are told as "%s"', (language, seconds, words) => {
  expect(durationWords(texts(language), seconds)).toBe(words)
})

test('no page shouts, says oops, or puts a plain space before a French double sign', () => {
  for (const language of LANGUAGES) for (const text of Object.values(PORTAL_TEXTS[language])) expect(text).not.toMatch(/!|oops|'/i)
  for (const text of Object.values(PORTAL_TEXTS.fr)) expect(text).not.toMatch(/ [:;?»]/)
})

test('times are those of the site, and the next closing is today or tomorrow there', () => {
  const site = { timezone: 'Europe/Paris', closeAt: '04:00' }
  const night = Date.UTC(2026, 10, 3, 2, 30)
  expect(wallTime(night, site.timezone)).toBe('03:30')
  expect(nextClosing({ t: texts('en'), language: 'en', site }, night)).toBe('today at 04:00')
  expect(nextClosing({ t: texts('fr'), language: 'fr', site }, night + 3_600_000)).toBe('demain à 4\u00A0h')
})

test.each([['fr', '00:05', '0\u00A0h\u00A005'], ['fr', '14:00', '14\u00A0h'], ['en', '09:30', '09:30'], ['ar', '09:30', '09:30']] as const)('in %s the clock at %s reads "%s"', (language, time, words) => {
  expect(hourWords(language, time)).toBe(words)
})
