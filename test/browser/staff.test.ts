import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { unzipSync } from 'fflate'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Hub } from '#portal/hub/main.ts'
import { testEffects, townHub } from '../journeys/delivery-parts.ts'
import { AXE_TAGS } from '../support/axe-desk.ts'
import { NOON_MS, settleTown } from '../support/hub-town.ts'
import { absent, peer } from '../support/peer.ts'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const PASSWORD = 'le marché ouvre à sept heures'
const PAGES = ['/staff', '/staff/sites/place', '/staff/sites/gare', '/staff/download', '/staff/vouchers', '/staff/download.zip?site=place', '/staff/nowhere']

const noBrowser = absent('chromium')
let dir = ''
let hub: Hub
let browser: Browser
let visitor: BrowserContext
let page: Page

beforeAll(async () => {
  if (noBrowser) return
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  const effects = testEffects()
  effects.clock.setNow(NOON_MS)
  hub = await townHub(dir, effects)
  await settleTown(dir, hub, effects)
  browser = await chromium.launch({ executablePath: peer('chromium'), args: FLAGS })
  visitor = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1200, height: 900 }, acceptDownloads: true })
  page = await visitor.newPage()
})
afterAll(async () => {
  if (noBrowser) return
  await browser.close()
  await hub.close()
  rmSync(dir, { recursive: true })
})

async function violations(): Promise<string[]> {
  // axe's builder was typed for the full playwright package; its Page is the same object.
  const found = await new AxeBuilder({ page: page as never }).withTags([...AXE_TAGS]).analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}
const tooWide = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

test.skipIf(noBrowser)('the first account is made with the code from the start, and its page is readable by all', async () => {
  await page.goto(hub.urls['staff'] ?? '')
  expect(await page.textContent('h1')).toBe('Premier compte')
  expect(await violations()).toEqual([])
  await page.getByLabel('Code à usage unique').fill('wrong code')
  await page.getByLabel('Votre nom de connexion').fill('claire')
  await page.getByLabel('Mot de passe').fill(PASSWORD)
  await page.getByRole('button', { name: 'Créer le compte' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('Ce code n’est pas celui')
  expect(await violations()).toEqual([])
  await page.getByLabel('Code à usage unique').fill(hub.firstRunCode ?? '')
  await page.getByLabel('Mot de passe').fill(PASSWORD)
  await page.getByRole('button', { name: 'Créer le compte' }).click()
  expect(await page.textContent('h1')).toBe('Sites')
  await page.getByRole('button', { name: 'Déconnexion' }).click()
  expect(await page.textContent('h1')).toBe('Connexion')
  expect(await violations()).toEqual([])
})

test.skipIf(noBrowser)('a clerk has last month’s file of a site within four clicks of signing in', async () => {
  let clicks = 0
  const click = async (role: 'button' | 'link', name: string) => {
    clicks++
    await page.getByRole(role, { name, exact: true }).click()
  }
  await page.goto(hub.urls['staff'] ?? '')
  await page.getByLabel('Nom').fill('claire')
  await page.getByLabel('Mot de passe').fill(PASSWORD)
  await click('button', 'Se connecter')
  await click('link', 'Place du Marché')
  const waiting = page.waitForEvent('download')
  await click('link', 'Télécharger octobre 2026')
  const download = await waiting
  expect(clicks).toBeLessThanOrEqual(4)
  expect(download.suggestedFilename()).toBe('parvis-place-2026-10-01-2026-10-31.zip')
  const files = unzipSync(new Uint8Array(readFileSync(await download.path())))
  expect(Object.keys(files)).toEqual(['data.csv', 'datapackage.json', 'notes.md'])
  expect(Buffer.from(files['data.csv'] ?? []).toString().trimEnd().split('\r\n')).toHaveLength(1 + 30 * 2)
})

/** What axe has to say of them is in staff-pages.test.ts. */
const LOOKS = [['fr', 'light'], ['ar', 'dark']] as const
for (const [language, colorScheme] of LOOKS) {
  test.skipIf(noBrowser)(`staff pages in ${language}, ${colorScheme}, fit the screen, down to 320 px`, async () => {
    await page.emulateMedia({ colorScheme })
    for (const path of PAGES) {
      for (const width of [1200, 320]) {
        await page.setViewportSize({ width, height: 900 })
        await page.goto(`${hub.origin}${path}${path.includes('?') ? '&' : '?'}lang=${language}`)
        expect(await page.getAttribute('html', 'dir')).toBe(language === 'ar' ? 'rtl' : 'ltr')
        expect(await tooWide(), `${path} at ${width}`).toBeLessThanOrEqual(0)
      }
    }
  }, 60_000)
}

test.skipIf(noBrowser)('without scripts the same pages work, because they have none', async () => {
  const bare = await browser.newContext({ javaScriptEnabled: false, locale: 'fr-FR' })
  const tab = await bare.newPage()
  await tab.goto(hub.urls['staff'] ?? '')
  await tab.getByLabel('Nom').fill('claire')
  await tab.getByLabel('Mot de passe').fill(PASSWORD)
  await tab.getByRole('button', { name: 'Se connecter' }).click()
  await tab.getByRole('link', { name: 'Gare & <parvis>' }).click()
  expect(await tab.textContent('h1')).toBe('Gare & <parvis>')
  await bare.close()
})
