// Every page a person can meet, and how to get there in a browser: one row each.
import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { failurePage, type Failure } from '#portal/pages/failure.ts'
import { isPageLanguage, PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { portalTexts } from '#portal/pages/texts.ts'
import { createLook } from '#portal/theme/look.ts'
import { makeVoucherCode } from '#radius/vouchers/code.ts'
import { HOSTS, SOMEBODY, type StageId } from './stages.ts'

export type Stage = {
  /** Doors of the running instance. */
  readonly urls: Readonly<Record<string, string>>
  readonly staff: { readonly name: string; readonly password: string }
  operatorCode(): Promise<string>
  later(): Promise<void>
}

export type Shot = {
  readonly name: string
  readonly door: 'portal' | 'kiosk' | 'staff' | 'ops'
  /** Where it is taken; `town` when nothing is said. */
  readonly stage?: StageId
  /** Leads a fresh browser context to the page. */
  go(page: Page, stage: Stage, language: string): Promise<void>
}

const KIOSK_WORDS: Readonly<Record<string, RegExp>> = { fr: /français/i, en: /english/i, ar: /العربية/ }

function at(stage: Stage, door: string, path = '', language = '', host = ''): string {
  const url = new URL(path, stage.urls[door])
  if (host) url.hostname = host
  if (language) url.searchParams.set('lang', language)
  return url.href
}

/** A page that is simply there. */
function shown(name: string, path: string, stage: StageId = 'town', host = ''): Shot {
  return { name, door: 'portal', stage, go: async (page, { urls, ...rest }, language) => void (await page.goto(at({ urls, ...rest }, 'portal', path, language, host))) }
}

/** What no phone of a healthy place comes by, drawn as the portal would. */
function failed(failure: Failure): Shot {
  return {
    name: `failure-${failure}`,
    door: 'portal',
    async go(page, { urls }, language) {
      if (!isPageLanguage(language)) throw new TypeError(`no citizen's page is in ${language}`)
      const site = { id: 'default', name: 'Place du Marché', class: 'square', timezone: 'Europe/Paris', closeAt: '04:00', languages: PAGE_LANGUAGES, match: {} } as const
      const reader = { t: portalTexts()(language), language, languages: PAGE_LANGUAGES, site, servicesUrl: urls['kiosk'], look: createLook(), to: undefined }
      await page.setContent(String(await failurePage(reader, failure)))
    },
  }
}

/** A form that no page of ours sends. */
async function malformed(page: Page, stage: Stage, language: string): Promise<void> {
  await page.goto(at(stage, 'portal', '/', language))
  await page.locator('input[name="method"]').first().evaluate((field) => field.setAttribute('value', 'nothing'))
  await Promise.all([page.locator('.sign').waitFor(), page.locator('form[action$="/connect"] button').first().click()])
}

/** All that is folded away, opened. */
async function unfold(page: Page): Promise<void> {
  const folded = page.locator('details:not([open]) > summary')
  while ((await folded.count()) > 0) await folded.first().click()
}

function unfolded(go: Shot['go']): Shot['go'] {
  return async (page, stage, language) => {
    await go(page, stage, language)
    await unfold(page)
  }
}

async function wrongVoucher(page: Page, stage: Stage, language: string): Promise<void> {
  await page.goto(at(stage, 'portal', '/', language))
  await unfold(page)
  await page.fill('#voucher-voucher', '1234-5678')
  await Promise.all([page.locator('#voucher-voucher-problem').waitFor(), page.locator('#voucher-voucher').press('Enter')])
}

async function session(page: Page, stage: Stage, language: string): Promise<void> {
  await tap(page, stage, language)
  await page.locator('main a[href^="/s/"]').first().click()
}

async function receipt(page: Page, stage: Stage, language: string): Promise<void> {
  await session(page, stage, language)
  await unfold(page)
  await page.locator('a[href^="/receipt/"]').first().click()
}

/** One who ticked something takes it back. */
async function withdraw(page: Page, stage: Stage, language: string): Promise<void> {
  await tap(page, stage, language, '', () => page.locator('input[name="extra.lettre"]').first().check())
  await page.locator('main a[href^="/s/"]').first().click()
  await unfold(page)
  await page.locator('a[href^="/receipt/"]').first().click()
  await page.locator('form:has(input[value="withdraw"]) button').first().click()
  await page.locator('.note[role="status"]').waitFor()
}

async function erase(page: Page, stage: Stage, language: string): Promise<void> {
  await receipt(page, stage, language)
  await unfold(page)
  await page.locator('form:has(input[value="erase"]) button').click()
  await page.locator('p[role="status"]').waitFor()
}

async function lookFor(page: Page, stage: Stage, language: string, needle: string): Promise<void> {
  await page.goto(at(stage, 'ops', '/operator', language))
  await page.fill('#code', await stage.operatorCode())
  await page.click('form button')
  await page.fill('#needle', needle)
  await page.click('form button')
}

/** One who is online is looked for and found. */
async function operate(page: Page, stage: Stage, language: string): Promise<void> {
  await lookFor(page, stage, language, SOMEBODY)
  await page.locator('.card form').first().waitFor()
}

async function tap(page: Page, stage: Stage, language: string, host = '', before?: () => Promise<void>): Promise<void> {
  await page.goto(at(stage, 'portal', '/', language, host))
  await before?.()
  const connect = page.locator('form[action$="/connect"] button')
  if ((await connect.count()) === 0) return
  // To its end: the link in the answer is what ends the session after the picture.
  const answered = page.waitForResponse((answer) => answer.request().method() === 'POST')
  await connect.first().click()
  await (await answered).text()
  await page.waitForLoadState()
}

/** Late in a session, where more time may be had. */
async function late(page: Page, stage: Stage, language: string): Promise<void> {
  await session(page, stage, language)
  await stage.later()
  await page.reload()
}

/** All shots share one loopback address, so a session that a shot opened is ended again. */
async function leave(page: Page): Promise<void> {
  await page.locator('a[href^="/s/"]').first().click()
  await page.locator('form[action$="/disconnect"] button').first().click()
}

async function staffPage(page: Page, stage: Stage, language: string, path: string): Promise<void> {
  await page.goto(at(stage, 'staff', '/staff/sign-in', language))
  await page.fill('#name', stage.staff.name)
  await page.fill('#password', stage.staff.password)
  await page.click('form button')
  await page.goto(at(stage, 'staff', path, language))
}

/** A batch of vouchers of its own, so that pictures do not depend on one another. */
async function orderVouchers(page: Page, stage: Stage, language: string): Promise<string> {
  const label = `affiche-${Math.round(performance.now())}`
  await staffPage(page, stage, language, '/staff/vouchers')
  await page.fill('#label', label)
  await page.locator('form[action="/staff/vouchers"] button').first().click()
  await page.locator('.voucher').first().waitFor()
  return label
}

async function kioskHome(page: Page, stage: Stage, language: string): Promise<void> {
  await page.goto(at(stage, 'kiosk'))
  await page.getByRole('button', { name: KIOSK_WORDS[language] ?? /français/i }).first().click()
  await page.locator('main.home').waitFor()
}

async function kioskResults(page: Page, stage: Stage, language: string): Promise<void> {
  await kioskHome(page, stage, language)
  await page.locator('main.home .tile, main.home [data-need]').first().click()
  await page.locator('main.results .card').first().waitFor()
}

export const SHOTS: readonly Shot[] = [
  shown('welcome', '/'),
  { name: 'online', door: 'portal', go: tap },
  { name: 'online-unfolded', door: 'portal', go: unfolded(tap) },
  { name: 'status', door: 'portal', go: session },
  { name: 'status-unfolded', door: 'portal', go: unfolded(session) },
  {
    name: 'ended',
    door: 'portal',
    async go(page, stage, language) {
      await tap(page, stage, language)
      await leave(page)
    },
  },
  shown('recorded', '/recorded'),
  shown('service', '/service'),
  shown('offline', '/status'),
  shown('gone', '/s/00000000000000000000000000'),
  shown('arrival', '/?at=00'),
  shown('themed', '/', 'city'),
  shown('themed-service', '/service', 'city'),
  shown('ways', '/', 'ways'),
  {
    name: 'ways-open',
    door: 'portal',
    stage: 'ways',
    async go(page, stage, language) {
      await page.goto(at(stage, 'portal', '/', language))
      await unfold(page)
    },
  },
  { name: 'mistake', door: 'portal', stage: 'ways', go: wrongVoucher },
  shown('account', '/', 'ways', HOSTS.account),
  shown('closed', '/', 'ways', HOSTS.closed),
  shown('terms', '/terms', 'ways'),
  shown('emergency', '/emergency', 'ways'),
  shown('recorded-ways', '/recorded', 'ways'),
  shown('receipts', '/receipt', 'ways'),
  shown('no-receipt', '/receipt/0000000000000000', 'ways'),
  {
    name: 'session',
    door: 'portal',
    stage: 'ways',
    async go(page, stage, language) {
      await session(page, stage, language)
      await unfold(page)
    },
  },
  {
    name: 'paused',
    door: 'portal',
    stage: 'ways',
    async go(page, stage, language) {
      await session(page, stage, language)
      await page.locator('form[action$="/pause"] button').click()
    },
  },
  {
    name: 'closing',
    door: 'portal',
    stage: 'ways',
    async go(page, stage, language) {
      await tap(page, stage, language, HOSTS.closing)
      await page.goto(at(stage, 'portal', '/status', language, HOSTS.closing))
    },
  },
  { name: 'extendable', door: 'portal', stage: 'later', go: late },
  {
    name: 'extended',
    door: 'portal',
    stage: 'later',
    async go(page, stage, language) {
      await late(page, stage, language)
      await page.locator('form[action$="/extend"] button').click()
    },
  },
  shown('barred', '/', 'barred'),
  { name: 'receipt', door: 'portal', stage: 'ways', go: receipt },
  { name: 'receipt-withdrawn', door: 'portal', stage: 'ways', go: withdraw },
  { name: 'receipt-erased', door: 'portal', stage: 'ways', go: erase },
  failed('gate'),
  failed('contested'),
  failed('refused'),
  failed('unknown'),
  { name: 'failure-malformed', door: 'portal', go: malformed },
  { name: 'radius-dead', door: 'portal', stage: 'silent', go: tap },
  { name: 'grace', door: 'portal', stage: 'grace', go: tap },
  shown('grace-service', '/service', 'grace'),
  shown('wrong-clock', '/', 'wrong-clock'),
  shown('wrong-clock-service', '/service', 'wrong-clock'),
  shown('uplink-dead', '/', 'cut'),
  shown('uplink-dead-service', '/service', 'cut'),
  { name: 'full', door: 'portal', stage: 'full', go: tap },
  shown('works', '/', 'works'),
  shown('works-service', '/service', 'works'),
  { name: 'works-refused', door: 'portal', stage: 'works', go: tap },
  { name: 'enter', door: 'ops', stage: 'ways', go: async (page, stage, language) => void (await page.goto(at(stage, 'ops', '/operator', language))) },
  { name: 'operator', door: 'ops', stage: 'ways', go: operate },
  {
    name: 'operator-nothing',
    door: 'ops',
    stage: 'ways',
    async go(page, stage, language) {
      await lookFor(page, stage, language, makeVoucherCode('letters', randomBytes))
      await page.locator('p[role="status"]').waitFor()
    },
  },
  // Last of its place: nobody ends what nobody tapped for, and whoever is online is shown something else than the first page.
  shown('free', '/', 'ways', HOSTS.free),
  { name: 'vouchers', door: 'staff', go: (page, stage, language) => staffPage(page, stage, language, '/staff/vouchers') },
  {
    name: 'voucher-sheet',
    door: 'staff',
    go: async (page, stage, language) => void (await orderVouchers(page, stage, language)),
  },
  {
    name: 'voucher-void',
    door: 'staff',
    async go(page, stage, language) {
      const label = await orderVouchers(page, stage, language)
      await page.goto(at(stage, 'staff', `/staff/vouchers/void?label=${label}`, language))
    },
  },
  { name: 'sign-in', door: 'staff', go: async (page, stage, language) => void (await page.goto(at(stage, 'staff', '/staff/sign-in', language))) },
  { name: 'home', door: 'staff', go: (page, stage, language) => staffPage(page, stage, language, '/staff') },
  { name: 'site-square', door: 'staff', go: (page, stage, language) => staffPage(page, stage, language, '/staff/sites/demo-mairie') },
  { name: 'site-busy', door: 'staff', go: (page, stage, language) => staffPage(page, stage, language, '/staff/sites/demo-gare') },
  { name: 'download', door: 'staff', go: (page, stage, language) => staffPage(page, stage, language, '/staff/download') },
  { name: 'attract', door: 'kiosk', go: async (page, stage) => void (await page.goto(at(stage, 'kiosk'))) },
  { name: 'needs', door: 'kiosk', go: kioskHome },
  { name: 'results', door: 'kiosk', go: kioskResults },
  {
    name: 'detail',
    door: 'kiosk',
    async go(page, stage, language) {
      await kioskResults(page, stage, language)
      await page.locator('main.results .card button, main.results button.card, main.results .card').first().click()
      await page.locator('main.detail').waitFor()
    },
  },
]
