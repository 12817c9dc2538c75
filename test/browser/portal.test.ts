// The citizen's journey in Debian's Chromium: scripts off, cookies off, three languages, the smallest screen we promise.
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { absent, peer } from '../support/peer.ts'
import { portalTown, type PortalTown } from '../support/portal-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const WORDS = {
  fr: { press: 'Se connecter', online: 'Vous êtes en ligne.', left: 'Il reste 2 heures', manage: /arrêter/, end: 'Arrêter la connexion', ended: 'La connexion est arrêtée.' },
  en: { press: 'Connect', online: 'You are online.', left: '2 hours left', manage: /or stop/, end: 'Stop the connection', ended: 'The connection has stopped.' },
  ar: { press: 'اتصال', online: 'أنتم متصلون بالإنترنت.', left: 'الوقت المتبقي: ساعتان', manage: /إنهاؤه/, end: 'إنهاء الاتصال', ended: 'انتهى الاتصال.' },
} as const

let town: PortalTown
let silent: PortalTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  town = await portalTown({ settings: { servicesUrl: 'http://127.0.0.1:9/' } })
  silent = await portalTown({ nas: async () => ({ access: async () => ({ kind: 'silence' }), account: async () => false, close: async () => {} }) })
  browser = await chromium.launch({
    executablePath: peer('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
})
afterAll(async () => {
  await browser?.close()
  await silent?.close()
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
const at = (path: string, one: PortalTown = town) => new URL(path, one.portal.url).href

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

test.skipIf(skipped)('text at twice its size breaks no page', { timeout: 60_000 }, async () => {
  await within({ viewport: SMALL, bypassCSP: true }, async (page) => {
    for (const path of ['/', '/status', '/recorded', '/service', '/s/00000000000000000000000000']) {
      for (const language of ['fr', 'en', 'ar']) {
        await page.goto(at(`${path}?lang=${language}`))
        await page.addStyleTag({ content: 'html{font-size:200%}' })
        await expectNoSidewaysScroll(page)
      }
    }
  })
})

/** Every page there is, reached as a citizen reaches it. */
const PAGES: readonly (readonly [name: string, visit: (page: Page, language: string) => Promise<unknown>])[] = [
  ['welcome', (page, language) => page.goto(at(`/?lang=${language}`))],
  ['service', (page, language) => page.goto(at(`/service?lang=${language}`))],
  ['offline', (page, language) => page.goto(at(`/status?lang=${language}`))],
  ['gone', (page, language) => page.goto(at(`/s/00000000000000000000000000?lang=${language}`))],
  ['failure', async (page, language) => {
    await page.goto(at(`/?lang=${language}`, silent))
    await page.locator('form button').click()
  }],
  ['success', async (page, language) => {
    await page.goto(at(`/?lang=${language}`))
    await page.locator('form button').click()
    await page.locator('summary').click()
  }],
  ['held', (page) => page.locator('main a[href^="/s/"]').first().click()],
  ['recorded', async (page) => {
    const held = page.url()
    await page.locator('footer a[href^="/recorded"]').click()
    return held
  }],
  ['status', (page, language) => page.goto(at(`/status?lang=${language}`))],
  ['welcome, online already', (page, language) => page.goto(at(`/?lang=${language}`))],
  ['ended', async (page) => {
    for (let back = 0; back < 3; back++) await page.goBack()
    await page.locator('form[action="/disconnect"] button').click()
  }],
]

// Each language and each scheme once: what differs between them is text and colour, and axe takes a second a page.
for (const [language, colorScheme] of [['fr', 'light'], ['ar', 'light'], ['en', 'dark']] as const) {
  test.skipIf(skipped)(`axe finds nothing wrong on any page, ${language}, ${colorScheme}`, { timeout: 90_000 }, async () => {
    await within({ viewport: { width: 390, height: 844 }, colorScheme, bypassCSP: true }, async (page) => {
      for (const [name, visit] of PAGES) {
        await visit(page, language)
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze()
        expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`)).toEqual([])
      }
    })
  })
}
