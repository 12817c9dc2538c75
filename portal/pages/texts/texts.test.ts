import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Texts } from '#shared/i18n/texts.ts'
import { textFaults } from '#test/support/text-faults.ts'
import { FIRST_LANGUAGES, PAGE_LANGUAGES, type PageLanguage } from '../languages.ts'
import { PORTAL_TEXTS } from '../texts.ts'

/** Variants lend from their language, so they may be shorter; nobody else may. */
const faults = (language: PageLanguage, texts: Texts): string[] => textFaults(PORTAL_TEXTS.fr, language, texts, language.includes('-'))

test.each(PAGE_LANGUAGES)('%s has every sentence, with the same blanks and its own plurals, and none besides', (language) => {
  expect(faults(language, PORTAL_TEXTS[language])).toEqual([])
})

const without = (texts: Texts, key: string): Texts => Object.fromEntries(Object.entries(texts).filter(([one]) => one !== key))

test.each<[what: string, language: PageLanguage, texts: Texts, fault: RegExp]>([
  ['a missing sentence', 'es', without(PORTAL_TEXTS.es, 'welcome.button'), /^welcome\.button: missing$/],
  ['a sentence that no other language has', 'pt', { ...PORTAL_TEXTS.pt, 'welcome.buton': 'Ligar-se' }, /^welcome\.buton: in no other language$/],
  ['an easy sentence that no other language has', 'fr-simple', { ...PORTAL_TEXTS['fr-simple'], 'welcome.buton': 'Appuyez' }, /^welcome\.buton: in no other language$/],
  ['an empty sentence', 'wo', { ...PORTAL_TEXTS.wo, 'welcome.button': ' ' }, /^welcome\.button: empty$/],
  ['a blank with another name', 'ar', { ...PORTAL_TEXTS.ar, 'time.left': '{{temps}}' }, /^time\.left: blanks temps instead of time$/],
  ['a blank that is cut off', 'wo', { ...PORTAL_TEXTS.wo, 'time.left': '{{time}} {{time' }, /^time\.left: broken blank$/],
  ['a blank that is forgotten', 'es', { ...PORTAL_TEXTS.es, 'success.continue': 'Continuar' }, /^success\.continue: blanks {2}instead of host$/],
  ['a plural that is missing', 'ar', without(PORTAL_TEXTS.ar, 'duration.hours_few'), /^duration\.hours: has .*, ar has /],
  ['a plural that the language does not have', 'wo', { ...PORTAL_TEXTS.wo, 'duration.hours_one': '{{count}} waxtu' }, /^duration\.hours: has .*, wo has other$/],
  ['a number without its plural', 'en', { ...without(PORTAL_TEXTS.en, 'duration.hours_one'), 'duration.hours': '{{count}} hours' }, /^duration\.hours: has no plural$/],
])('%s in %s is found', (_, language, texts, fault) => {
  expect(faults(language, texts)).toContainEqual(expect.stringMatching(fault))
})

test('no text shouts, says oops, or puts a plain space before a French double sign', () => {
  for (const language of PAGE_LANGUAGES) for (const [key, text] of Object.entries(PORTAL_TEXTS[language])) expect(text, `${language} ${key}`).not.toMatch(/!|oops|'/i)
  for (const language of ['fr', 'fr-simple'] as const) for (const [key, text] of Object.entries(PORTAL_TEXTS[language])) expect(text, key).not.toMatch(/ [:;?»]|« /)
})

test('easy French has short sentences, one idea each, and calls nobody by a technical word', () => {
  for (const [key, text] of Object.entries(PORTAL_TEXTS['fr-simple'])) {
    expect(text, key).not.toMatch(/[;()]|serveur|empreinte|scell|mémoire vive|disque|facultatif|équipement|hash|adresse de votre/)
    for (const sentence of text.split(/[.?:]/)) expect(sentence.trim().split(/\s+/).length, `${key}: ${sentence}`).toBeLessThanOrEqual(15)
  }
})

test('whatever is not ours says in its first lines that it waits for its readers, and is never a site’s first', () => {
  expect(FIRST_LANGUAGES).toEqual(['fr', 'en'])
  for (const language of PAGE_LANGUAGES) {
    const head = readFileSync(join(import.meta.dirname, `${language}.ts`), 'utf8').split('import', 1)[0]
    if (language === 'fr-simple') expect(head).toContain('nobody has yet')
    else expect(/To be checked by a native speaker/.test(head ?? ''), language).toBe(!FIRST_LANGUAGES.includes(language))
  }
})
