// The citizen's journey in Debian's Chromium: scripts off, cookies off, three languages, the smallest screen we promise. Each page by itself: pages.test.ts.
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { absent, peer } from '../support/peer.ts'
import { portalTown, type PortalTown } from '../support/portal-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const WORDS = {
  fr: { press: 'Se connecter', online: 'Vous êtes en ligne.', left: 'Il reste 2 heures', manage: /arrêter/, end: 'Arrêter la connexion', ended: 'La connexion est arrêtée.' },
  en: { press: 'Connect', online: 'You are online.', left: '2 hours left', manage: /or stop/, end: 'Stop the connection', ended: 'The connection has stopped.' },
  ar: { press: 'اتصال', online: 'أنتم متصلون بالإنترنت.', left: 'الوقت المتبقي: ساعتان', manage: /إنهاؤه/, end: 'إنهاء الاتصال', ended: 'انتهى الاتصال.' },
} as const

let town: PortalTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  town = await portalTown({ settings: { servicesUrl: 'http://127.0.0.1:9/' } })
  browser = await chromium.launch({
    executablePath: peer('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
})
afterAll(async () => {
  await browser?.close()
  await town?.close()
})

async function within<Result>(options: BrowserContextOptions, visit: (page: Page, context: BrowserContext) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext(options)
  try {
    return await visit(await context.newPage(), context)
  } finally {
    await context.close()
  }
}
const at = (path: string) => new URL(path, town.portal.url).href

/** Nothing sticks out sideways. */
async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }))
  expect(scroll, page.url()).toBeLessThanOrEqual(width)
}

async function cookiesOff(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setDocumentCookieDisabled', { disabled: true })
}

for (const language of ['fr', 'en', 'ar'] as const) {
  test.skipIf(skipped)(`in ${language}, with scripts and cookies off on the smallest screen, one press brings a phone online and another ends it`, { timeout: 60_000 }, async () => {
    await within({ viewport: SMALL, javaScriptEnabled: false, extraHTTPHeaders: { 'Accept-Language': language } }, async (page, context) => {
      const words = WORDS[language]
      const asked: string[] = []
      page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
      await cookiesOff(page)
      await page.goto(at('/'))
      const button = page.getByRole('button', { name: words.press })
      const box = await button.boundingBox()
      expect(box && box.y >= 0 && box.y + box.height <= SMALL.height && box.x >= 0 && box.x + box.width <= SMALL.width, `the button is whole: ${JSON.stringify(box)}`).toBe(true)
      expect(box?.height).toBeGreaterThanOrEqual(56)
      expect(await page.locator('button svg').boundingBox()).toMatchObject({ width: 40, height: 40 })
      expect(await page.evaluate(() => document.documentElement.dir)).toBe(language === 'ar' ? 'rtl' : 'ltr')
      await expectNoSidewaysScroll(page)
      await button.click()
      await page.getByRole('heading', { name: words.online }).waitFor()
      expect(await page.getByText(words.left).isVisible()).toBe(true)
      await expectNoSidewaysScroll(page)
      await page.getByRole('link', { name: words.manage }).click()
      await expectNoSidewaysScroll(page)
      await page.getByRole('button', { name: words.end }).click()
      await page.getByRole('heading', { name: words.ended }).waitFor()
      await expectNoSidewaysScroll(page)
      expect(asked).toEqual(['GET /', 'POST /connect', expect.stringMatching(/^GET \/s\/\w{26}$/), 'POST /disconnect'])
      expect(await context.cookies()).toEqual([])
    })
  })
}

test.skipIf(skipped)('the button is three presses of a D-pad away at most, and Enter is enough', async () => {
  await within({ viewport: SMALL, javaScriptEnabled: false }, async (page) => {
    await page.goto(at('/'))
    let presses = 0
    while (!(await page.locator('button:focus').count()) && presses < 4) {
      await page.keyboard.press('Tab')
      presses++
    }
    expect(presses).toBeLessThanOrEqual(3)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You are online.' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await page.getByRole('link', { name: 'or stop it' }).click()
    await page.getByRole('button', { name: 'Stop the connection' }).click()
  })
})
