// npm run screens [-- FOLDER] [--only NAME] [--languages LIST] [--readme]: pictures of every page × French and Arabic × light and dark ×
// screen, from running instances; with --readme the three pictures of the README instead.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { LANGUAGES } from '#shared/i18n/languages.ts'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { launchBrowser } from './browser.ts'
import type { Instance } from './instance.ts'
import { SHOTS, type Shot, type Stage } from './screens/pages.ts'
import { openStage, type StageId } from './screens/stages.ts'

const READY_TIMEOUT_MS = 60_000
/** Unless others are asked for: one of each direction. */
const DRAWN_LANGUAGES = 'fr,ar'
const THEMES = ['light', 'dark'] as const
type View = { readonly name: string; readonly width: number; readonly height: number; readonly scale?: number }
const PHONE: View = { name: 'phone', width: 390, height: 844 }
const DESK: View = { name: 'desk', width: 1280, height: 800 }
/** Which screens each door is seen on; the whole height is drawn except on a kiosk, which does not scroll as a page. */
const VIEWS: Readonly<Record<Shot['door'], readonly View[]>> = {
  portal: [{ name: 'small', width: 320, height: 480 }, DESK],
  ops: [PHONE, DESK],
  staff: [PHONE, DESK],
  kiosk: [{ name: 'kiosk', width: 1080, height: 1920 }, PHONE],
}
const LANGUAGES_AT: Readonly<Record<Shot['door'], readonly string[]>> = { portal: PAGE_LANGUAGES, ops: LANGUAGES, staff: LANGUAGES, kiosk: LANGUAGES }
const WHOLE_PAGE: Readonly<Record<Shot['door'], boolean>> = { portal: true, ops: true, staff: true, kiosk: false }
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

type Picture = { readonly shot: Shot; readonly language: string; readonly theme: (typeof THEMES)[number]; readonly view: View; readonly path: string; readonly whole: boolean }

async function draw(browser: Browser, stage: Stage, { shot, language, theme, view, path, whole }: Picture): Promise<void> {
  const context = await browser.newContext({ locale: language, colorScheme: theme, viewport: { width: view.width, height: view.height }, deviceScaleFactor: view.scale ?? 1, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const shown: Promise<string>[] = []
  page.on('response', (response) => shown.push(response.text().catch(() => '')))
  try {
    await shot.go(page, stage, language)
    const capture = (): Promise<Buffer> => page.screenshot({ path, fullPage: whole })
    // Without a GPU Chromium now and then fails to hand over a frame; the next one comes.
    await capture().catch(capture)
    if (shot.door === 'portal') await endSessions(page, stage, (await Promise.all(shown)).join())
  } finally {
    await context.close()
  }
}

/** The next picture begins captive again: what a page of this one led to is ended. */
async function endSessions(page: Page, stage: Stage, shown: string): Promise<void> {
  const paths = new Set([...shown.matchAll(/\/s\/[0-9a-hjkmnp-tv-z]{26}/g)].map(([path]) => path))
  for (const path of paths) {
    await page.goto(new URL(path, stage.urls['portal']).href)
    const resume = page.locator('form[action$="/resume"] button')
    if ((await resume.count()) > 0) await resume.click()
    const end = page.locator('form[action$="/disconnect"] button')
    if ((await end.count()) > 0) await end.first().click()
  }
}

function everyPicture(folder: string, only: string | undefined, languages: readonly string[]): Picture[] {
  return SHOTS.filter((shot) => only === undefined || `${shot.door}-${shot.name}`.includes(only)).flatMap((shot) =>
    LANGUAGES_AT[shot.door].filter((language) => languages.includes(language)).flatMap((language) =>
      THEMES.flatMap((theme) =>
        VIEWS[shot.door].map((view) => ({
          shot, language, theme, view, whole: WHOLE_PAGE[shot.door],
          path: join(folder, `${shot.door}-${shot.name}-${language}-${theme}-${view.name}.png`),
        })),
      ),
    ),
  )
}

/** The README's three, beside this file. */
const README: readonly (readonly [door: Shot['door'], name: string, view: View])[] = [
  ['portal', 'welcome', { name: 'readme', width: 360, height: 640 }],
  ['kiosk', 'needs', { name: 'readme', width: 1080, height: 1920, scale: 1 / 3 }],
  ['staff', 'home', { name: 'readme', width: 1024, height: 1820, scale: 0.35 }],
]
function readmePictures(): Picture[] {
  return README.flatMap(([door, name, view]) =>
    SHOTS.filter((shot) => shot.door === door && shot.name === name).map((shot) => ({
      shot, view, language: 'fr', theme: 'light' as const, whole: false, path: join(import.meta.dirname, 'screens', `${door}.png`),
    })),
  )
}

const USAGE = `npm run screens [-- FOLDER] [--only NAME] [--languages LIST] [--readme]

Pictures of every page, light and dark, on a small and a large screen, from instances of its own, into FOLDER (default screens), in
French and in Arabic; --languages fr,en,wo takes others.
--only NAME takes the pages with NAME in theirs (portal-welcome); --readme makes the three pictures of the README instead.
`

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' }, languages: { type: 'string', default: DRAWN_LANGUAGES }, readme: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const folder = resolve(positionals[0] ?? 'screens')
const pictures = values.readme ? readmePictures() : everyPicture(folder, values.only, values.languages.split(','))
if (!values.readme) mkdirSync(folder, { recursive: true })
const browser = await launchBrowser()
let drawn = 0

/** One place after the other: on a small machine two at once would only be slower. */
async function drawStage(id: StageId, wanted: readonly Picture[]): Promise<void> {
  const { instance, operatorCode, later, close } = await openStage(id)
  try {
    if (id === 'town') await firstAccount(browser, instance)
    await settled(instance)
    for (const picture of wanted) {
      await draw(browser, { urls: instance.urls, staff: STAFF, operatorCode, later }, picture)
      drawn++
      if (process.stdout.isTTY) process.stdout.write(`\r${drawn} of ${pictures.length}  ${picture.shot.door} ${picture.shot.name}\u001B[K`)
    }
  } finally {
    await close()
  }
}

try {
  const byStage = Map.groupBy(pictures, ({ shot }) => shot.stage ?? 'town')
  for (const [id, wanted] of byStage) await drawStage(id, wanted)
} finally {
  await browser.close()
}
process.stdout.write(`${process.stdout.isTTY ? '\r\u001B[K' : ''}${drawn} pictures in ${values.readme ? join(import.meta.dirname, 'screens') : folder}\n`)
