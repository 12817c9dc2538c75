// The screen's own sheets repeat what shared/look says, because a sheet cannot import it: here they are held to it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LANGUAGES } from '#shared/i18n/languages.ts'
import { COLOURS, MARK_SVG } from '#shared/look/tokens.ts'
import { ARABIC } from './texts/ar.ts'
import { ENGLISH } from './texts/en.ts'
import { FRENCH } from './texts/fr.ts'
import { phrases } from './phrase.ts'
import { clock, slotText } from './wording.ts'

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')
const long = (colour: string) => colour.toUpperCase().replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
const TOKEN = /--([a-z-]+):\s*(#[\da-f]{3,6})\b/gi

test.each(['style/tokens.css', 'public/page.css'])('the colours of %s are those of every page', (path) => {
  const [light = '', dark = ''] = read(path).split('prefers-color-scheme: dark')
  for (const [scheme, sheet] of [['light', light], ['dark', dark]] as const) {
    const named = [...sheet.matchAll(TOKEN)].map(([, name = '', colour = '']) => [name, long(colour)] as const)
    expect(named.length, `${path} ${scheme}`).toBeGreaterThan(6)
    expect(COLOURS[scheme]).toMatchObject(Object.fromEntries(named))
  }
})

test.each(['parts/mark.tsx', 'public/mark.svg'])('the mark in %s is the mark of every page', (path) => {
  const [square = '', dot = ''] = [/d="[^"]+"/.exec(MARK_SVG)?.[0], /cx="\d+" cy="\d+" r="\d+"/.exec(MARK_SVG)?.[0]]
  expect(square && dot).not.toBe('')
  expect(read(path)).toContain(square)
  expect(read(path)).toContain(dot)
})

test('no text shouts or uses a typewriter’s apostrophe, and no French line breaks before a double sign', () => {
  for (const texts of [FRENCH, ENGLISH, ARABIC]) for (const text of Object.values(texts)) expect(text).not.toMatch(/!|'/)
  for (const text of Object.values(FRENCH)) expect(text).not.toMatch(/ [:;?»%]|« /)
})

test.each(LANGUAGES)('a place that never closes says so in %s instead of naming midnight twice', (language) => {
  const t = phrases(language)
  expect(slotText(['00:00', '24:00'], t, language)).toBe(t('hours.allDay'))
  expect(slotText(['08:30', '12:00'], t, language)).toBe(language === 'fr' ? '8\u00A0h\u00A030 – 12\u00A0h' : '8:30 – 12:00')
})

test('the clock on the wall keeps its minutes, a timetable drops them on the hour', () => {
  expect(clock('23:00', 'fr', true)).toBe('23\u00A0h\u00A000')
  expect(clock('23:00', 'fr')).toBe('23\u00A0h')
})
