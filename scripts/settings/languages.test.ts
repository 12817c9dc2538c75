import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { sitesOf } from '../run/sites.ts'
import { readSettings } from './read.ts'

const dir = mkdtempSync(join(tmpdir(), 'parvis-languages-'))
afterAll(() => rmSync(dir, { recursive: true }))

function settingsWith(text: string) {
  const config = join(dir, 'parvis.toml')
  writeFileSync(config, text)
  return readSettings({ config, flags: new Map() }, {}).settings
}
const site = (languages: string): string => `[[sites]]\nid = "marche"\ntimezone = "Europe/Paris"\nlanguages = ${languages}\n`

test('a site offers every language unless it names some', () => {
  expect(sitesOf(settingsWith('')).map(({ languages }) => languages)).toEqual([PAGE_LANGUAGES])
  expect(sitesOf(settingsWith(site('["fr", "wo", "fr-simple"]')))[0]?.languages).toEqual(['fr', 'wo', 'fr-simple'])
})

test.each(['ar', 'es', 'pt', 'wo', 'fr-simple'])('%s cannot be what everyone gets: nobody who reads it has checked it', (language) => {
  expect(() => settingsWith(site(`["${language}", "fr"]`))).toThrow(new RegExp(`parvis\\.toml:4 .*expected fr or en first.*${language} wait`))
  expect(() => settingsWith(site(`"${language}"`))).toThrow(/expected fr or en first/)
  expect(settingsWith(site(`["en", "${language}"]`)).sites[0]?.languages).toEqual(['en', language])
})

test('a language that does not ship is named with those that do', () => {
  expect(() => settingsWith(site('["fr", "de"]'))).toThrow(/fr, fr-simple, en, ar, es, pt, wo/)
})

test('the city writes its own words in any of them', () => {
  const { 'portal.emergency': [number] } = settingsWith('[[portal.emergency]]\nnumber = "04 00 00 00 00"\nfr = "Mairie"\nwo = "Meeri"\nfr-simple = "La mairie"\n')
  expect(number).toMatchObject({ fr: 'Mairie', wo: 'Meeri', 'fr-simple': 'La mairie' })
})
