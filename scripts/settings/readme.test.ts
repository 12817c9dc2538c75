// The READMEs are all that a newcomer has: every settings file in them is read, and every setting is named once with its default.
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import type { Field } from '#shared/settings/fields.ts'
import { readSettings, remarksOn } from './read.ts'
import { SCHEMA } from './schema.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Where the examples keep what only a real gateway has. */
const ETC = '/etc/parvis/'
const folder = mkdtempSync(join(tmpdir(), 'parvis-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

const paths = globSync(['*.md', '{portal,radius,kiosk,shared,scripts,test}/**/README.md'], { cwd: ROOT })
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const blocks = paths.flatMap((path) => [...read(path).matchAll(/^( *)```toml\n([\s\S]*?)^ *```/gm)].map(([, , text = '']) => ({ path, text })))

function settingsOf(text: string) {
  const here = text.replaceAll(ETC, `${folder}/`)
  for (const [, path = ''] of here.matchAll(/_FILE = "([^"]+)"/g)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'a secret of the right length\n')
  }
  writeFileSync(join(folder, 'armes.svg'), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>')
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, here)
  return readSettings({ config, flags: new Map() }, {}).settings
}

test.each(blocks)('a settings file in $path is in order, and there is nothing to remark on it: $text', ({ text }) => {
  expect(remarksOn(settingsOf(text), undefined)).toEqual([])
})

test('every kind of controller has an example, openNDS one for each two of its levels', () => {
  const examples = blocks.filter(({ path, text }) => path === 'portal/controllers/README.md' && text.includes('[[controllers]]'))
  const kinds = examples.flatMap(({ text }) => settingsOf(text).controllers.map(({ kind, fas_level: level }) => (kind === 'opennds' ? `${kind} ${level}` : kind)))
  expect(kinds.toSorted()).toEqual(['mikrotik', 'opennds 2', 'opennds 3', 'uam', 'unifi'])
  for (const [written, other] of [[2, 1], [3, 4]] as const) {
    const { text = '' } = examples.find((one) => one.text.includes(`fas_level = ${written} `)) ?? {}
    expect(settingsOf(text.replace(`fas_level = ${written} `, `fas_level = ${other} `)).controllers).toMatchObject([{ fas_level: other }])
  }
})

/** The rows of the table of keys, by what their first column says. */
const rows = new Map([...read('scripts/README.md').matchAll(/^\| `(\[\[?[a-z.]+\]\]?)` \| (.*) \|$/gm)].map(([, name = '', keys = '']) => [name, keys]))
const tables: readonly (readonly [name: string, table: Readonly<Record<string, Field<unknown>>>])[] = [
  ...Object.entries(SCHEMA.single).map(([name, table]) => [`[${name}]`, table] as const),
  ...Object.entries(SCHEMA.many).map(([name, table]) => [`[[${name}]]`, table] as const),
]
/** `fr` stands for all of them. */
const OTHER_LANGUAGES = new Set<string>(PAGE_LANGUAGES.filter((language) => language !== 'fr'))

test.each(tables)('the table of keys has every key of %s, with the default that holds', (name, table) => {
  const text = rows.get(name) ?? ''
  const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  const keys = Object.keys(table).filter((key) => table[key]?.notYet !== true && !OTHER_LANGUAGES.has(key))
  expect(keys.filter((key) => !quoted.some((code) => code === key || code.startsWith(`${key} = `)))).toEqual([])
  for (const [key, value] of quoted.flatMap((code) => (/^[a-z_]+ = /.test(code) ? Object.entries(parse(code)) : []))) {
    expect([key, table[key]?.read(value)]).toEqual([key, table[key]?.fallback])
  }
})

test('the table of keys has no row of a table that is not there', () => {
  expect([...rows.keys()].toSorted()).toEqual(tables.map(([name]) => name).toSorted())
})
