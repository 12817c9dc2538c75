// The first page when it has something to say: on the smallest screen the one action is whole at first sight all the same.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FormToken } from '#portal/consent/form-token.ts'
import { termsOf } from '#portal/consent/terms.ts'
import { signInFacts } from '#portal/login/facts.ts'
import { METHODS } from '#portal/login/methods.ts'
import type { Reader } from '#portal/pages/frame.ts'
import { PAGE_LANGUAGES, type PageLanguage } from '#portal/pages/languages.ts'
import { portalTexts } from '#portal/pages/texts.ts'
import { durationWords } from '#portal/pages/time-words.ts'
import { NOTICES, welcomePage, type Notice } from '#portal/pages/welcome.ts'
import { CONDITION_IDS, noticeOf, type ConditionId } from '#portal/state/conditions.ts'
import { createLook } from '#portal/theme/look.ts'
import { launchBrowser } from '#scripts/browser.ts'
import { absent } from '../support/peer.ts'
import { SQUARE } from '../support/portal-town.ts'
import { START_MS } from '../support/radius-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const HOUR_MS = 3_600_000
const SHOTS = process.env['PARVIS_SHOTS']
const click = METHODS.find(({ id }) => id === 'click')

type Said = { readonly state?: ConditionId; readonly notice?: Notice }
const SAID: readonly Said[] = [...CONDITION_IDS.filter((id) => noticeOf(id) !== undefined).map((state) => ({ state })), ...NOTICES.map((notice) => ({ notice }))]

function firstPage(language: PageLanguage, { state, notice }: Said) {
  const t = portalTexts()(language)
  // Works that end on another day are told with their date.
  const told = { held: state === undefined ? [] : [{ id: state, sinceMs: START_MS }], line: 'unknown', maintenance: { fromMs: START_MS + 30 * HOUR_MS, untilMs: START_MS + 50 * HOUR_MS, texts: {} }, nowMs: START_MS } as const
  const reader: Reader = { t, language, languages: PAGE_LANGUAGES, site: SQUARE, servicesUrl: 'http://127.0.0.1:9/', look: createLook({}), to: undefined, state: told }
  if (!click) throw new Error('there is no way in by a tap')
  const terms = termsOf(language, [...signInFacts(t, [click], durationWords(t, 7_200)), t('terms.trace')])
  return welcomePage(reader, { terms, ways: [{ method: click, token: '' as FormToken }], notice })
}

let browser: Browser
beforeAll(async () => void (skipped || (browser = await launchBrowser())))
afterAll(() => browser?.close())

test.skipIf(skipped).each(PAGE_LANGUAGES)('in %s, whatever stands above it, the button is whole on the first small screen', { timeout: 60_000 }, async (language) => {
  const context = await browser.newContext({ viewport: SMALL, javaScriptEnabled: false })
  const page = await context.newPage()
  const bottoms: Record<string, number> = {}
  for (const said of SAID) {
    const name = said.state ?? said.notice ?? ''
    await page.setContent(String(await firstPage(language, said)))
    const box = await page.locator('main > form button').first().boundingBox()
    bottoms[name] = box ? box.y + box.height : Infinity
    expect(box?.height, name).toBeGreaterThanOrEqual(56)
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/notice-${language}-${name}.png`, fullPage: true })
  }
  await context.close()
  expect(Object.entries(bottoms).filter(([, bottom]) => bottom > SMALL.height)).toEqual([])
})
