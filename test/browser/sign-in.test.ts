// The ways to sign in, in Debian's Chromium: scripts and cookies off, the smallest screen, one to four ways on one page.
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { absent, peer } from '../support/peer.ts'
import { signInTown, type SignInTown } from '../support/sign-in-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const SHOTS = process.env['PARVIS_SHOTS']
const FREE = '127.0.0.23'
/** Sites of one portal, by the address that is called. */
const WAYS = {
  '127.0.0.1': ['click', 'voucher', 'account', 'reentry'],
  '127.0.0.21': ['voucher'],
  '127.0.0.22': ['account', 'reentry'],
} as const

let town: SignInTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  const site = (id: string, name: string, calledStationId: string) => ({ id, name, class: 'square', timezone: 'Europe/Paris', closeAt: '04:00', languages: ['fr', 'en', 'ar'], match: { calledStationId } }) as const
  const sites = [site('default', 'Place du Marché', '127.0.0.1'), site('hotel', 'Auberge de jeunesse', '127.0.0.21'), site('ecole', 'École des arts', '127.0.0.22'), site('libre', 'Jardin public', FREE)]
  const methodsAt = { default: WAYS['127.0.0.1'], hotel: WAYS['127.0.0.21'], ecole: WAYS['127.0.0.22'], libre: ['free'] }
  town = await signInTown({ settings: { hosts: [...Object.keys(WAYS), FREE], sites, methodsAt } })
  await town.users.add({ name: 'anne', password: 'un mot de passe sûr', kind: 'person' })
  browser = await chromium.launch({ executablePath: peer('chromium'), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
})
afterAll(async () => {
  await browser?.close()
  await town?.close()
})

const at = (host: string, path: string) => `http://${host}:${town.portal.port}${path}`
async function within(options: BrowserContextOptions, visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options)
  try {
    await visit(await context.newPage())
  } finally {
    await context.close()
  }
}
async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
}
async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }))
  expect(scroll, page.url()).toBeLessThanOrEqual(width)
}

for (const language of ['fr', 'ar'] as const) {
  for (const [host, ways] of Object.entries(WAYS)) {
    test.skipIf(skipped)(`with ${ways.join(', ')}, in ${language}, the one action and its fields are whole on the smallest screen`, { timeout: 60_000 }, async () => {
      await within({ viewport: SMALL, javaScriptEnabled: false }, async (page) => {
        await page.goto(at(host, `/?lang=${language}`))
        await shot(page, `${language}-${ways.join('-')}`)
        await expectNoSidewaysScroll(page)
        for (const part of await page.locator('main > form [required], main > form button').all()) {
          const box = await part.boundingBox()
          expect(box && box.x >= 0 && box.x + box.width <= SMALL.width && box.y + box.height <= SMALL.height, JSON.stringify(box)).toBe(true)
        }
        for (const way of await page.locator('details').all()) await way.locator('summary').click()
        await shot(page, `${language}-${ways.join('-')}-open`)
        await expectNoSidewaysScroll(page)
      })
    })
  }

  test.skipIf(skipped)(`in ${language}, axe finds nothing wrong on the ways to sign in, open and with a mistake`, { timeout: 90_000 }, async () => {
    await within({ viewport: { width: 390, height: 844 }, bypassCSP: true }, async (page) => {
      const clean = async (what: string) => expect((await new AxeBuilder({ page }).withTags(TAGS).analyze()).violations.map(({ id, nodes }) => `${what}: ${id} ${nodes[0]?.html}`)).toEqual([])
      await page.goto(at('127.0.0.1', `/?lang=${language}`))
      for (const way of await page.locator('details').all()) await way.locator('summary').click()
      await clean('open')
      await page.fill('#voucher-voucher', '1234-5678')
      await page.locator('#voucher-voucher').press('Enter')
      await page.locator('#voucher-voucher-problem').waitFor()
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('voucher-voucher')
      expect(await page.inputValue('#voucher-voucher')).toBe('1234-5678')
      await shot(page, `${language}-mistake`)
      await clean('mistake')
    })
  })
}

test.skipIf(skipped)('a person with a password signs in by keyboard alone, and the page shows the code that moves the connection', { timeout: 60_000 }, async () => {
  await within({ viewport: SMALL, javaScriptEnabled: false }, async (page) => {
    await page.goto(at('127.0.0.22', '/?lang=fr'))
    await page.focus('#account-name')
    await page.keyboard.type('anne')
    await page.keyboard.press('Tab')
    await page.keyboard.type('un mot de passe sûr')
    await town.passing(Promise.all([page.waitForURL('**/connect'), page.keyboard.press('Enter')]))
    await page.getByRole('heading', { name: 'Vous êtes en ligne.' }).waitFor()
    await page.locator('summary').first().click()
    expect(await page.locator('.code').textContent()).toMatch(/^[0-9a-z]{5}-[0-9a-z]{5}$/)
    await shot(page, 'fr-online-code')
    await expectNoSidewaysScroll(page)
    await page.getByRole('link', { name: 'arrêter' }).click()
    await page.getByRole('button', { name: 'Arrêter la connexion' }).click()
    await page.getByRole('heading', { name: 'La connexion est arrêtée.' }).waitFor()
  })
})

// Last: all browsers share one address, which is online from here on.
test.skipIf(skipped)('where nothing is asked the page says so on the smallest screen, and axe finds nothing wrong with it', { timeout: 60_000 }, async () => {
  await within({ viewport: SMALL, bypassCSP: true }, async (page) => {
    for (const language of ['fr', 'ar']) {
      await page.goto(at(FREE, `/?lang=${language}`))
      await shot(page, `${language}-free`)
      await expectNoSidewaysScroll(page)
      expect((await new AxeBuilder({ page }).withTags(TAGS).analyze()).violations.map(({ id }) => id)).toEqual([])
      expect(await page.locator('form').count()).toBe(0)
    }
  })
})
