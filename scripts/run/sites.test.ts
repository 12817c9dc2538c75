import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSettings } from '../settings/read.ts'
import { cityOf, sitesOf } from './sites.ts'

const dir = mkdtempSync(join(tmpdir(), 'parvis-sites-'))
afterAll(() => rmSync(dir, { recursive: true }))

function names(text: string): { city: string; sites: readonly string[]; unnamed: readonly string[] } {
  const config = join(dir, 'parvis.toml')
  writeFileSync(config, text)
  const { settings } = readSettings({ config, flags: new Map() }, {})
  const sites = sitesOf(settings)
  return { city: cityOf(settings), sites: sites.map(({ name }) => name), unnamed: sites.filter((one) => one.unnamed).map(({ id }) => id) }
}
const CITY = '[city]\nname = "Rivemont"\n'

test('the city is named once: its one site bears the same name', () => {
  expect(names(CITY)).toEqual({ city: 'Rivemont', sites: ['Rivemont'], unnamed: [] })
  expect(names(`${CITY}[[sites]]\nid = "default"\n`).sites).toEqual(['Rivemont'])
})

test('a site with a name of its own keeps it, and one without is called by its id', () => {
  expect(names(`${CITY}[[sites]]\nid = "default"\nname = "Halles"\n[[sites]]\nid = "gare"\n`).sites).toEqual(['Halles', 'gare'])
})

test('where nothing is named, the site has a name for tables, and pages are left to say it in the reader’s language', () => {
  expect(names('')).toEqual({ city: 'Votre commune', sites: ['Wi-Fi public'], unnamed: ['default'] })
  expect(names('[[sites]]\nid = "default"\n')).toMatchObject({ sites: ['Wi-Fi public'], unnamed: ['default'] })
})
