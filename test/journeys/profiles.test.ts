// What a sign-in allows, from the settings file to the phone: told before the tap, granted after it, by site.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSettings } from '#scripts/settings/read.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { connect, phone } from '#scripts/town/phone.ts'

const STATION = '127.0.0.31'
const SETTINGS = `
[portal]
host = ["127.0.0.1", "${STATION}"]
idle_seconds = 600
quota_mb = 500

[[sites]]
id = "default"

[[sites]]
id = "gare"
name = "Gare routière"
match = { called_station_id = "${STATION}" }

[[radius.profiles]]
method = "click"
site = "gare"
session_seconds = 1800
quota_mb = 0
`

const folder = mkdtempSync(join(tmpdir(), 'parvis-profiles-'))
function file(text: string): string {
  const path = join(folder, 'parvis.toml')
  writeFileSync(path, text)
  return path
}
let town: Instance
beforeAll(async () => {
  town = await startInstance({ args: ['--role', 'portal,radius', '--hub.mode=off', '--config', file(SETTINGS)] })
}, 30_000)
afterAll(async () => {
  await town?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function visit(address: string, host: string): Promise<{ terms: string; granted: Record<string, number> }> {
  const origin = new URL(town.urls['portal'] ?? '')
  origin.hostname = host
  const visitor = phone(address)
  const terms = (await visitor.ask(origin.href, '/')).body
  await connect(visitor, origin.href)
  return { terms, granted: JSON.parse((await visitor.ask(origin.href, '/capport')).body) as Record<string, number> }
}

test('at the station half an hour is told and granted, and the quota of elsewhere is lifted', async () => {
  const { terms, granted } = await visit('127.80.0.1', STATION)
  expect(terms).toContain('Gare routière')
  expect(terms).toMatch(/30\s*minutes/)
  expect(granted['seconds-remaining']).toBeGreaterThan(1_790)
  expect(granted['seconds-remaining']).toBeLessThanOrEqual(1_800)
  expect(granted).not.toHaveProperty('bytes-remaining')
})

test('everywhere else the portal’s own limits hold, the quota among them', async () => {
  const { terms, granted } = await visit('127.80.0.2', '127.0.0.1')
  expect(terms).toMatch(/2\s*heures/)
  expect(granted['seconds-remaining']).toBeGreaterThan(7_190)
  expect(granted['bytes-remaining']).toBe(500_000_000)
})

test('limits for a site that is not there, or twice for the same, are mistakes with their line', () => {
  const twice = `${SETTINGS}\n[[radius.profiles]]\nmethod = "click"\nsite = "gare"\n[[radius.profiles]]\nmethod = "account"\nsite = "prot"\ndown_kbps = 1\n`
  const mistaken = (): unknown => readSettings({ config: file(twice), flags: new Map() }, {})
  expect(mistaken).toThrow(/parvis\.toml:23 +radius\.profiles\[1\]\.site: click has limits for gare already/)
  expect(mistaken).toThrow(/parvis\.toml:26 +radius\.profiles\[2\]\.site: there is no site "prot"/)
  expect(mistaken).toThrow(/parvis\.toml:27 +radius\.profiles\[2\]\.down_kbps: expected a whole number from 8/)
})
