// Every language on the smallest screen: the one action whole at first sight, and a journey in it. All pages of all languages are in pages.test.ts.
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { portalTexts } from '#portal/pages/texts.ts'
import { absent, peer } from '../support/peer.ts'
import { portalTown, SQUARE, type PortalTown } from '../support/portal-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const SHOTS = process.env['PARVIS_SHOTS']

let town: PortalTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  const extras = [{ id: 'survey', texts: { fr: 'Une question par mois sur le Wi-Fi, par courriel' } }]
  town = await portalTown({ settings: { sites: [{ ...SQUARE, languages: PAGE_LANGUAGES }], servicesUrl: 'http://127.0.0.1:9/', extras, idleSeconds: 900, quotaBytes: 500_000_000 } })
  browser = await chromium.launch({ executablePath: peer('chromium'), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
})
afterAll(async () => {
  await browser?.close()
  await town?.close()
})

/** Nothing sticks out sideways; what does is named. */
async function fits(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const out = (element: Element) => element.getBoundingClientRect().right > innerWidth + 0.5 || element.getBoundingClientRect().left < -0.5
    return document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')].filter(out).map((element) => `<${element.localName}> ${element.textContent}`)
  })
  expect(wide, what).toEqual([])
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${what.replaceAll(' ', '-')}.png`, fullPage: true })
}

const texts = portalTexts()

test.skipIf(skipped).each(PAGE_LANGUAGES)('in %s, the button is whole on the first small screen, and from there to the end nothing sticks out', { timeout: 60_000 }, async (language) => {
  const context = await browser.newContext({ viewport: SMALL, javaScriptEnabled: false })
  const page = await context.newPage()
  try {
    await page.goto(new URL(`/?lang=${language}`, town.portal.url).href)
    // Where a law has a log kept, the third fact is the longest.
    await page.locator('.facts li').last().evaluate((fact, words) => fact.lastElementChild?.replaceChildren(words), texts(language)('law.fr.fact'))
    const button = await page.locator('main > form button').first().boundingBox()
    expect(button && button.y >= 0 && button.y + button.height <= SMALL.height && button.x >= 0 && button.x + button.width <= SMALL.width, JSON.stringify(button)).toBe(true)
    await fits(page, `${language} first`)
    await page.locator('main > form button').first().click()
    await page.getByRole('heading', { name: texts(language)('success.heading'), exact: true }).waitFor()
    await fits(page, `${language} online`)
    await page.locator('a[href^="/s/"]').first().click()
    for (const more of await page.locator('summary').all()) await more.click()
    await fits(page, `${language} session`)
    await page.locator('form[action$="/disconnect"] button').first().click()
    await page.getByRole('heading', { name: texts(language)('ended.heading'), exact: true }).waitFor()
    await fits(page, `${language} ended`)
  } finally {
    await context.close()
  }
})
