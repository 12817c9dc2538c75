import { expect, test } from 'vitest'
import { portalTexts } from './texts.ts'
import { durationWords, hourWords, nextClosing, wallTime } from './time-words.ts'

const texts = portalTexts()

test.each([
  ['fr', 7_200, '2 heures'], ['fr', 7_140, '1 heure et 59 minutes'], ['fr', 60, '1 minute'], ['fr', 59, 'moins d’une minute'],
  ['en', 3_660, '1 hour and 1 minute'], ['ar', 7_200, 'ساعتان'], ['ar', 3_720, 'ساعة واحدة ودقيقتان'], ['ar', 180, '3 دقائق'], ['ar', 11 * 60, '11 دقيقة'],
  ['es', 3_660, '1 hora y 1 minuto'], ['pt', 7_200, '2 horas'], ['wo', 3_720, '1 waxtu ak 2 simili'], ['wo', 59, 'lu matul benn simili'], ['fr-simple', 7_140, '1 heure et 59 minutes'],
] as const)('in %s, %d seconds are told as "%s"', (language, seconds, words) => {
  expect(durationWords(texts(language), seconds)).toBe(words)
})

test('times are those of the site, and the next closing is today or tomorrow there', () => {
  const site = { timezone: 'Europe/Paris', closeAt: '04:00' }
  const night = Date.UTC(2026, 10, 3, 2, 30)
  expect(wallTime(night, site.timezone)).toBe('03:30')
  expect(nextClosing({ t: texts('en'), language: 'en', site }, night)).toBe('today at 04:00')
  expect(nextClosing({ t: texts('fr'), language: 'fr', site }, night + 3_600_000)).toBe('demain à 4\u00A0h')
})

test.each([['fr', '00:05', '0\u00A0h\u00A005'], ['fr', '14:00', '14\u00A0h'], ['en', '09:30', '09:30'], ['ar', '09:30', '09:30'], ['fr-simple', '14:30', '14\u00A0heures\u00A030'], ['fr-simple', '01:00', '1\u00A0heure'], ['wo', '09:30', '09:30']] as const)('in %s the clock at %s reads "%s"', (language, time, words) => {
  expect(hourWords(language, time)).toBe(words)
})
