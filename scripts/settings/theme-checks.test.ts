import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { themeOf } from '../run/theme.ts'
import { readSettings } from './read.ts'

const dir = mkdtempSync(join(tmpdir(), 'parvis-theme-'))
afterAll(() => rmSync(dir, { recursive: true }))

function settingsWith(text: string) {
  const config = join(dir, 'parvis.toml')
  writeFileSync(config, text)
  return readSettings({ config, flags: new Map() }, {}).settings
}
function logo(svg: string): string {
  const path = join(dir, 'logo.svg')
  writeFileSync(path, svg)
  return path
}

test('a city’s colours and logo reach its pages', () => {
  const path = logo('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>')
  expect(themeOf(settingsWith(`[city]\nname = "Rivemont"\nsquare = "#5B2A86"\nlogo = ${JSON.stringify(path)}\n`))).toMatchObject({ square: '#5B2A86', logo: expect.stringMatching(/^data:image\/svg/) })
})

test.each([
  ['square = "#FFD400"', /parvis\.toml:3\s+city\.square: #FFD400 on paper \(#FBF9F4\) has a contrast of 1\.36, it needs 5\.3/],
  ['square = "teal"', /city\.square: expected a colour such as #0B5C6B/],
  ['logo = "nowhere.svg"', /city\.logo: ENOENT/],
])('%s is refused at start, with its line and why', (line, why) => {
  expect(() => settingsWith(`[city]\nname = "Rivemont"\n${line}\n`)).toThrow(why)
})

test('a logo that would run something is refused at start', () => {
  const path = logo('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" onload="alert(1)"/>')
  expect(() => settingsWith(`[city]\nlogo = ${JSON.stringify(path)}\n`)).toThrow(/city\.logo: it holds a script: onload/)
})
