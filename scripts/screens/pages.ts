// Every page a person can meet, and how to get there in a browser: one row each.
import type { Page } from 'playwright-core'

export type Stage = {
  /** Doors of the running instance. */
  readonly urls: Readonly<Record<string, string>>
  readonly staff: { readonly name: string; readonly password: string }
}

export type Shot = {
  readonly name: string
  readonly door: 'portal' | 'kiosk' | 'staff'
  /** Leads a fresh browser context to the page. */
  go(page: Page, stage: Stage, language: string): Promise<void>
}

const KIOSK_WORDS: Readonly<Record<string, RegExp>> = { fr: /français/i, en: /english/i, ar: /العربية/ }

function at(stage: Stage, door: string, path = '', language = ''): string {
  const url = new URL(path, stage.urls[door])
  if (language) url.searchParams.set('lang', language)
  return url.href
}

async function tap(page: Page, stage: Stage, language: string): Promise<void> {
  await page.goto(at(stage, 'portal', '/', language))
  const connect = page.locator('form[action$="/connect"] button')
  if ((await connect.count()) > 0) await Promise.all([page.waitForLoadState(), connect.first().click()])
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
  { name: 'welcome', door: 'portal', go: async (page, stage, language) => void (await page.goto(at(stage, 'portal', '/', language))) },
  { name: 'online', door: 'portal', go: tap },
  {
    name: 'status',
    door: 'portal',
    async go(page, stage, language) {
      await tap(page, stage, language)
      await page.locator('a[href^="/s/"]').first().click()
    },
  },
  {
    name: 'ended',
    door: 'portal',
    async go(page, stage, language) {
      await tap(page, stage, language)
      await leave(page)
    },
  },
  { name: 'recorded', door: 'portal', go: async (page, stage, language) => void (await page.goto(at(stage, 'portal', '/recorded', language))) },
  { name: 'service', door: 'portal', go: async (page, stage, language) => void (await page.goto(at(stage, 'portal', '/service', language))) },
  { name: 'emergency', door: 'portal', go: async (page, stage, language) => void (await page.goto(at(stage, 'portal', '/emergency', language))) },
  { name: 'offline', door: 'portal', go: async (page, stage, language) => void (await page.goto(at(stage, 'portal', '/status', language))) },
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
