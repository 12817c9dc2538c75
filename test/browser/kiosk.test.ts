// A passer-by at the kiosk, in Debian's Chromium: need → detail in three taps, Arabic, leaving and being forgotten.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startKiosk } from '#kiosk/main.ts'
import { screenSize } from '#kiosk/ui/size.ts'
import { manualClock } from '#shared/clock.ts'
import type { Running } from '#shared/effects.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { absent, peer } from '../support/peer.ts'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const KIOSK = { width: 1080, height: 1920 }
const LYING = { width: 1920, height: 1080 }
const SMALL = { width: 320, height: 568 }
const TUESDAY_TEN = Date.parse('2026-11-24T09:00Z')
const MOST_JS_BYTES = 45 * 1024
const MOST_CSS_BYTES = 12 * 1024

const noBrowser = absent('chromium')
let dataDir = ''
let kiosk: Running
let url = ''
let browser: Browser

beforeAll(async () => {
  if (noBrowser) return
  dataDir = mkdtempSync(join(tmpdir(), 'parvis-kiosk-'))
  const effects = { clock: manualClock(TUESDAY_TEN), random: randomBytes, log: silentLog(), metrics: createMetrics() }
  kiosk = await startKiosk({ hosts: ['127.0.0.1'], port: 0, acceptedHosts: [], dataDir, directory: { kind: 'sample' }, timezone: 'Europe/Paris', languages: ['fr', 'en', 'ar'] }, effects)
  url = kiosk.urls['kiosk'] ?? ''
  browser = await chromium.launch({ executablePath: peer('chromium'), args: FLAGS })
})
afterAll(async () => {
  if (noBrowser) return
  await browser.close()
  await kiosk.close()
  rmSync(dataDir, { recursive: true })
})

type Visit = { readonly page: Page; readonly context: BrowserContext; readonly asked: string[] }

async function visit(options: BrowserContextOptions, at: (visit: Visit) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const asked: string[] = []
  const troubles: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  await page.clock.install({ time: TUESDAY_TEN })
  await page.goto(url)
  try {
    await at({ page, context, asked })
    expect(troubles).toEqual([])
  } finally {
    await context.close()
  }
}

/** What a finger does; counted where it matters. */
const choose = (page: Page, language: 'fr' | 'en' | 'ar') => page.locator(`.welcome button[lang=${language}]`).click()
const heading = (page: Page) => page.locator('h1').innerText()

async function violations(page: Page): Promise<string[]> {
  // axe's builder was typed for the full playwright package; its Page is the same object.
  const found = await new AxeBuilder({ page: page as never }).withTags(TAGS).analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}

/** Nothing of the visit may be found on the machine afterwards. */
async function leftBehind(page: Page, context: BrowserContext): Promise<unknown> {
  const stored = await page.evaluate(async () => ({
    local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length, cookies: document.cookie, url: location.href, entries: history.length,
  }))
  return { ...stored, jar: (await context.cookies()).length }
}

test.skipIf(noBrowser)('three taps lead from the first screen to a service that is open, with its distance, its week and its code for the phone', async () => {
  await visit({ viewport: KIOSK, hasTouch: true }, async ({ page }) => {
    await choose(page, 'fr')
    await page.getByRole('button', { name: 'Manger' }).tap()
    const first = page.locator('.card').first()
    await first.waitFor()
    expect(await first.locator('.chip').innerText()).toMatch(/^Ouvert/)
    expect(await first.locator('.way').innerText()).toMatch(/\d+ min à pied\s*· \d+ m/)
    await first.locator('h2 button').tap()
    await page.locator('.hours tr.today').waitFor()
    expect(await page.locator('.hours tr.today th').innerText()).toContain('mardi')
    await page.getByRole('img', { name: 'Emporter sur votre téléphone' }).waitFor()
    expect(page.url()).toBe(url)
  })
})

test.skipIf(noBrowser)('words typed find a service, travel in no address, and are gone after quitting', async () => {
  await visit({ viewport: KIOSK }, async ({ page, context, asked }) => {
    await choose(page, 'fr')
    await page.getByLabel('Chercher avec vos mots').fill('mal aux dentts')
    await page.getByRole('button', { name: 'Chercher' }).click()
    expect(await page.locator('.card h2').first().innerText()).toBe('Dentiste')
    await page.locator('.card h2 button').first().click()
    await page.locator('.hours').waitFor()
    expect(asked.filter((one) => /dent|mal|%20|\?/.test(one))).toEqual([])
    await page.getByRole('button', { name: 'Quitter et effacer' }).click()
    await page.locator('.welcome').waitFor()
    expect(await leftBehind(page, context)).toEqual({ local: 0, session: 0, databases: 0, caches: 0, cookies: '', url, entries: 2, jar: 0 })
    await page.goBack().catch(() => undefined)
    expect(await page.locator('body').innerText()).not.toContain('dent')
  })
})

test.skipIf(noBrowser)('in Arabic the screen runs from right to left, names and numbers keep their own direction', async () => {
  await visit({ viewport: KIOSK }, async ({ page }) => {
    await choose(page, 'ar')
    await page.getByRole('button', { name: 'العلاج' }).click()
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual(['ar', 'rtl'])
    await page.getByRole('button', { name: 'الأسنان', exact: true }).click()
    await page.getByRole('button', { name: 'طبيب أسنان' }).click()
    const number = page.locator('a.number')
    expect(await number.getAttribute('dir')).toBe('ltr')
    expect(await number.innerText()).toBe('03 53 01 20 05')
    expect(await page.locator('h1 bdi').count()).toBe(1)
    const [today, edge] = [await page.locator('tr.today th').boundingBox(), await page.locator('tr.today td').boundingBox()]
    expect(today?.x ?? 0).toBeGreaterThan(edge?.x ?? Infinity)
    // Fallback to the directory's own language is labelled, so that a voice can read it.
    expect(await page.locator('.where [lang=fr]').count()).toBeGreaterThan(0)
  })
})

describe('who walks away is forgotten', () => {
  test.skipIf(noBrowser)('after 40 s a warning, 20 s later a fresh screen in the first language', async () => {
    await visit({ viewport: KIOSK }, async ({ page, context }) => {
      await choose(page, 'ar')
      await page.getByRole('button', { name: 'العلاج' }).click()
      await page.locator('.card').first().waitFor()
      await page.clock.runFor(39_000)
      expect(await page.getByRole('alertdialog').count()).toBe(0)
      await page.clock.runFor(2_000)
      await page.getByRole('alertdialog').waitFor()
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('وقت إضافي')
      await page.clock.runFor(20_000)
      await page.locator('.welcome').waitFor()
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr')
      expect(await leftBehind(page, context)).toMatchObject({ local: 0, session: 0, url, jar: 0 })
    })
  })

  test.skipIf(noBrowser)('"more time" keeps the screen and starts the wait again', async () => {
    await visit({ viewport: KIOSK }, async ({ page }) => {
      await choose(page, 'fr')
      await page.getByRole('button', { name: 'Manger' }).click()
      await page.locator('.card').first().waitFor()
      await page.clock.runFor(45_000)
      await page.getByRole('button', { name: 'Encore du temps' }).click()
      expect(await page.getByRole('alertdialog').count()).toBe(0)
      await page.clock.runFor(39_000)
      expect(await heading(page)).toBe('Manger')
      await page.clock.runFor(22_000)
      await page.locator('.welcome').waitFor()
    })
  })

  test.skipIf(noBrowser)('the way out is in the same place on every screen', async () => {
    await visit({ viewport: KIOSK }, async ({ page }) => {
      const quit = page.getByRole('button', { name: 'Quitter et effacer' })
      const places: unknown[] = []
      await choose(page, 'fr')
      await page.locator('.tile').first().waitFor()
      places.push(await quit.boundingBox())
      await page.locator('.tile').first().click()
      await page.locator('.card').first().waitFor()
      places.push(await quit.boundingBox())
      await page.locator('.card h2 button').first().click()
      await page.locator('.hours').waitFor()
      places.push(await quit.boundingBox())
      await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, 9_999))
      places.push(await quit.boundingBox())
      for (const one of places) expect(one).toEqual(places[0])
    })
  })
})

test.skipIf(noBrowser)('emergency numbers are there when the directory does not answer', async () => {
  await visit({ viewport: KIOSK }, async ({ page }) => {
    await choose(page, 'fr')
    await page.locator('.tile').first().waitFor()
    // Not an error of the page: the test plays a dead server.
    await page.route('**/api/**', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: 'no json' }))
    await page.locator('.emergency-button').click()
    expect(await page.locator('.numbers strong').allInnerTexts()).toEqual(expect.arrayContaining(['112', '15', '115', '3919']))
    await page.getByRole('button', { name: 'Retour' }).click()
    await page.locator('.tile').first().click()
    expect(await page.getByRole('alert').innerText()).toContain('L’annuaire ne répond pas')
    await page.unroute('**/api/**')
    await page.getByRole('button', { name: 'Réessayer' }).click()
    await page.locator('.card').first().waitFor()
  })
})

test.skipIf(noBrowser)('with the keyboard alone a service is reached, and focus follows to each heading', async () => {
  await visit({ viewport: LYING }, async ({ page }) => {
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.tile').first().waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await page.locator('.tile').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.card').first().waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Manger')
    await page.locator('.card h2 button').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.hours').waitFor()
  })
})

const LOOKS = [
  ['standing, light', KIOSK, 'light', 'fr'], ['lying, dark', LYING, 'dark', 'ar'], ['a small phone, light', SMALL, 'light', 'ar'], ['a small phone, dark', SMALL, 'dark', 'fr'],
] as const

for (const [name, viewport, colorScheme, language] of LOOKS) {
  test.skipIf(noBrowser)(`${name}, ${language}: no screen has an accessibility violation or scrolls sideways`, { timeout: 60_000 }, async () => {
    await visit({ viewport, colorScheme, reducedMotion: 'reduce' }, async ({ page }) => {
      async function check(): Promise<void> {
        expect(await violations(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      }
      await page.locator('.welcome').waitFor()
      await check()
      await choose(page, language)
      await page.locator('.tile').first().waitFor()
      await check()
      await page.locator('.tile').nth(3).click()
      await page.locator('.card').first().waitFor()
      await page.locator('.filters button').first().click()
      await check()
      await page.locator('.card h2 button').first().click()
      await page.locator('.hours').waitFor()
      await check()
      await page.locator('.bottom button').nth(1).click()
      await page.locator('.bottom button').nth(1).click()
      await page.locator('.emergency-button').click()
      await page.locator('.card').first().waitFor()
      await check()
      await page.clock.runFor(41_000)
      await page.getByRole('alertdialog').waitFor()
      await check()
    })
  })
}

test.skipIf(noBrowser)('the page a phone opens from the code has no violation either', async () => {
  await visit({ viewport: SMALL, javaScriptEnabled: true }, async ({ page }) => {
    const id = await page.evaluate(async () => ((await (await fetch('/hsds/services?search=dentiste')).json()) as { contents: { id: string }[] }).contents[0]?.id)
    const link = await page.evaluate(async (one) => ((await (await fetch(`/api/fr/services/${one}`)).json()) as { link: string }).link, id)
    await page.goto(link)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })
})

test.skipIf(noBrowser)('nothing is fetched from anywhere else', async () => {
  await visit({ viewport: KIOSK }, async ({ page, asked }) => {
    await choose(page, 'fr')
    await page.locator('.tile').first().click()
    await page.locator('.card h2 button').first().click()
    await page.locator('.hours').waitFor()
    expect(asked.filter((one) => !one.startsWith(url))).toEqual([])
  })
})

test('the first load stays within its budget', () => {
  const { js, css } = screenSize()
  expect(js).toBeLessThanOrEqual(MOST_JS_BYTES)
  expect(css).toBeLessThanOrEqual(MOST_CSS_BYTES)
})
