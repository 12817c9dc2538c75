// npm run screens [-- FOLDER] [--only NAME]: pictures of every page × language × light and dark × screen, from a running instance.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { LANGUAGES } from '#shared/i18n/texts.ts'
import { launchBrowser } from './browser.ts'
import { startInstance, type Instance } from './instance.ts'
import { SHOTS, type Shot, type Stage } from './screens/pages.ts'

const READY_TIMEOUT_MS = 60_000
const THEMES = ['light', 'dark'] as const
type View = { readonly name: string; readonly width: number; readonly height: number }
const PHONE: View = { name: 'phone', width: 390, height: 844 }
const DESK: View = { name: 'desk', width: 1280, height: 800 }
/** Which screens each door is seen on; the whole height is drawn except on a kiosk, which does not scroll as a page. */
const VIEWS: Readonly<Record<Shot['door'], readonly View[]>> = {
  portal: [{ name: 'small', width: 320, height: 480 }, PHONE, DESK],
  staff: [PHONE, DESK],
  kiosk: [{ name: 'kiosk', width: 1080, height: 1920 }, PHONE],
}
const WHOLE_PAGE: Readonly<Record<Shot['door'], boolean>> = { portal: false, staff: true, kiosk: false }
const STAFF = { name: 'agent', password: 'une phrase assez longue pour tous' }

async function settled(instance: Instance): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS
  while (performance.now() < deadline && !(await fetch(`${instance.urls['ops']}readyz`)).ok) await new Promise((resolve_) => setTimeout(resolve_, 300))
}

async function firstAccount(browser: Browser, instance: Instance): Promise<void> {
  const page = await browser.newPage()
  await page.goto(new URL('/staff/first', instance.urls['staff']).href)
  await page.fill('#code', instance.staffCode ?? '')
  await page.fill('#name', STAFF.name)
  await page.fill('#password', STAFF.password)
  await page.click('form button')
  await page.close()
}

async function draw(browser: Browser, stage: Stage, shot: Shot, language: string, theme: (typeof THEMES)[number], view: View, folder: string): Promise<void> {
  const context = await browser.newContext({ locale: language, colorScheme: theme, viewport: { width: view.width, height: view.height }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  try {
    await shot.go(page, stage, language)
    const path = join(folder, `${shot.door}-${shot.name}-${language}-${theme}-${view.name}.png`)
    const capture = (): Promise<Buffer> => page.screenshot({ path, fullPage: WHOLE_PAGE[shot.door] })
    // Without a GPU Chromium now and then fails to hand over a frame; the next one comes.
    await capture().catch(capture)
    const token = /\/s\/[0-9a-z]+/.exec(page.url() + (await page.content()))?.[0]
    if (shot.door === 'portal' && token !== undefined) await endSession(page, stage, token)
  } finally {
    await context.close()
  }
}

/** The next picture begins captive again. */
async function endSession(page: import('playwright-core').Page, stage: Stage, path: string): Promise<void> {
  await page.goto(new URL(path, stage.urls['portal']).href)
  const button = page.locator('form[action$="/disconnect"] button')
  if ((await button.count()) > 0) await button.first().click()
}

const args = process.argv.slice(2)
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined
const folder = resolve(args.find((arg, index) => !arg.startsWith('--') && args[index - 1] !== '--only') ?? 'screens')
mkdirSync(folder, { recursive: true })
const instance = await startInstance()
const browser = await launchBrowser()
let drawn = 0
try {
  await firstAccount(browser, instance)
  await settled(instance)
  const stage: Stage = { urls: instance.urls, staff: STAFF }
  for (const shot of SHOTS) {
    if (only !== undefined && !`${shot.door}-${shot.name}`.includes(only)) continue
    for (const language of LANGUAGES) {
      for (const theme of THEMES) {
        for (const view of VIEWS[shot.door]) {
          await draw(browser, stage, shot, language, theme, view, folder)
          drawn++
        }
      }
    }
    process.stdout.write(`${`${shot.door} ${shot.name}`.padEnd(24)} ${drawn} pictures\n`)
  }
} finally {
  await browser.close()
  await instance.stop()
}
process.stdout.write(`${drawn} pictures in ${folder}\n`)
