// Every language on the smallest screen: each page of a journey, and those that are met only when something is wrong.
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROFILES } from '#portal/legal/profile.ts'
import { barrierPage } from '#portal/pages/barrier.ts'
import { emergencyPage } from '#portal/pages/emergency.ts'
import { FAILURES, failurePage, type Failure } from '#portal/pages/failure.ts'
import type { Html, Reader } from '#portal/pages/frame.ts'
import { freePage } from '#portal/pages/free.ts'
import { PAGE_LANGUAGES, type PageLanguage } from '#portal/pages/languages.ts'
import { gonePage, offlinePage } from '#portal/pages/offline.ts'
import { erasedPage, noReceiptPage, receiptsPage } from '#portal/pages/receipt.ts'
import { recordedPage } from '#portal/pages/recorded.ts'
import { servicePage } from '#portal/pages/service.ts'
import { portalTexts } from '#portal/pages/texts.ts'
import { CONDITION_IDS } from '#portal/state/conditions.ts'
import { createLook } from '#portal/theme/look.ts'
import { absent, peer } from '../support/peer.ts'
import { SQUARE } from '../support/portal-town.ts'
import { signInTown, type SignInTown } from '../support/sign-in-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const SHOTS = process.env['PARVIS_SHOTS']
const NOW = Date.UTC(2026, 10, 3, 10)
const HOUR_MS = 3_600_000
const PATHS = ['/', '/status', '/recorded', '/terms', '/service', '/emergency', '/receipt'] as const
/** One way in with a tap alone, and the site with all of them. */
const [ALL, TAP] = ['127.0.0.1', '127.0.0.21']

let town: SignInTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  const site = (id: string, calledStationId: string) => ({ ...SQUARE, id, languages: PAGE_LANGUAGES, match: { calledStationId } })
  town = await signInTown({
    settings: {
      hosts: [ALL, TAP], sites: [site('default', ALL), site('place', TAP)], methodsAt: { default: ['click', 'voucher', 'account', 'reentry'], place: ['click'] },
      servicesUrl: 'http://127.0.0.1:9/', extras: [{ id: 'survey', texts: { fr: 'Une question par mois sur le Wi-Fi, par courriel' } }], idleSeconds: 900, quotaBytes: 500_000_000,
    },
  })
  browser = await chromium.launch({ executablePath: peer('chromium'), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
})
afterAll(async () => {
  await browser?.close()
  await town?.close()
})

const at = (path: string, host: string = ALL): string => `http://${host}:${town.portal.port}${path}`
async function within(options: BrowserContextOptions, visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options)
  try {
    await visit(await context.newPage())
  } finally {
    await context.close()
  }
}

/** Nothing sticks out sideways; what does is named. */
async function fits(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const out = (element: Element) => element.getBoundingClientRect().right > innerWidth + 0.5 || element.getBoundingClientRect().left < -0.5
    return document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')].filter(out).map((element) => `<${element.localName}> ${element.textContent}`)
  })
  expect(wide, what).toEqual([])
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${what.replaceAll(/[^\w-]+/g, '-')}.png`, fullPage: true })
}

const texts = portalTexts()
function readerIn(language: PageLanguage): Reader {
  const works = { fromMs: NOW, untilMs: NOW + 20 * HOUR_MS, texts: { fr: 'On change l’antenne.' } }
  const held = CONDITION_IDS.map((id) => ({ id, sinceMs: NOW - HOUR_MS }))
  return { t: texts(language), language, languages: PAGE_LANGUAGES, site: SQUARE, servicesUrl: 'http://127.0.0.1:9/', look: createLook(), to: undefined, state: { held, line: 'unknown', maintenance: works, nowMs: NOW } }
}

/** Pages that no journey of one phone comes by. */
function rarePages(reader: Reader): Html[] {
  const calm = { ...reader, state: undefined }
  return [
    ...(Object.keys(FAILURES) as Failure[]).map((failure) => failurePage(failure === 'maintenance' ? reader : calm, failure)),
    ...(reader.state === undefined ? [] : [servicePage(reader, reader.state)]),
    barrierPage(calm, { kind: 'closed', untilMs: NOW + 3 * 24 * HOUR_MS }, NOW), barrierPage(calm, { kind: 'barred', untilMs: NOW + 20 * HOUR_MS }, NOW),
    recordedPage(calm, { controller: 'Ville de démonstration', profile: PROFILES.fr, methods: [], session: undefined, nowMs: NOW }),
    emergencyPage(calm, 'fr', [{ number: '04 00 00 00 00', texts: { fr: 'Mairie' } }]),
    freePage(calm, '/', true), freePage(calm, '/', false), offlinePage(calm), gonePage(calm), receiptsPage(calm), noReceiptPage(calm), erasedPage(calm),
  ]
}

test.skipIf(skipped).each(PAGE_LANGUAGES)('in %s, the button is whole on the first small screen, and from there to the end no page sticks out', { timeout: 60_000 }, async (language) => {
  await within({ viewport: SMALL, javaScriptEnabled: false }, async (page) => {
    await page.goto(at(`/?lang=${language}`, TAP))
    // Where a law has a log kept, the third fact is the longest.
    await page.locator('.facts li').last().evaluate((fact, words) => void (fact.lastElementChild?.replaceChildren(words)), texts(language)('law.fr.fact'))
    const button = await page.locator('main > form button').first().boundingBox()
    expect(button && button.y >= 0 && button.y + button.height <= SMALL.height && button.x >= 0 && button.x + button.width <= SMALL.width, JSON.stringify(button)).toBe(true)
    await fits(page, `${language} tap`)
    for (const path of PATHS) {
      await page.goto(at(`${path}?lang=${language}`))
      for (const more of await page.locator('summary').all()) await more.click()
      await fits(page, `${language} ${path}`)
    }
    await page.goto(at(`/?lang=${language}`))
    await page.locator('main > form button').first().click()
    await fits(page, `${language} online`)
    await page.locator('a[href^="/s/"]').first().click()
    for (const more of await page.locator('summary').all()) await more.click()
    await fits(page, `${language} session`)
    await page.locator('form[action$="/disconnect"] button').first().click()
    await fits(page, `${language} ended`)
  })
})

test.skipIf(skipped).each(PAGE_LANGUAGES)('in %s, what is told when something is wrong fits too, and at twice the size', { timeout: 60_000 }, async (language) => {
  await within({ viewport: SMALL }, async (page) => {
    // All of them one below the other: a page a piece would take a second each.
    const pages = await Promise.all(rarePages(readerIn(language)))
    const mains = pages.map((one) => /<main>.*<\/main>/s.exec(String(one))?.[0] ?? '')
    expect(mains.every((main) => main.length > 100)).toBe(true)
    await page.setContent(String(pages[0]).replace(/<main>.*<\/main>/s, mains.join('<hr>')))
    await fits(page, `${language} rare pages`)
    await page.evaluate(() => void (document.documentElement.style.fontSize = '200%'))
    await fits(page, `${language} rare pages, large`)
  })
})

test.skipIf(skipped)('each page says its language in a way that axe knows, and so does each name in the list', { timeout: 60_000 }, async () => {
  await within({ viewport: SMALL, bypassCSP: true }, async (page) => {
    // French, English and Arabic meet all of axe in portal.test.ts.
    for (const language of ['fr-simple', 'es', 'wo']) {
      await page.goto(at(`/?lang=${language}`))
      const { violations, passes } = await new AxeBuilder({ page }).withRules(['html-has-lang', 'html-lang-valid', 'valid-lang']).analyze()
      expect(violations.map(({ id, nodes }) => `${language}: ${id} ${nodes[0]?.html}`)).toEqual([])
      expect(passes.map(({ id }) => id).sort()).toEqual(['html-has-lang', 'html-lang-valid', 'valid-lang'])
    }
  })
})
