// Every page of the city's staff, the voucher desk's among them, in each of its languages, light and dark, as a screen reader and a weak eye meet it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Hub } from '#portal/hub/main.ts'
import { launchBrowser } from '#scripts/browser.ts'
import { LANGUAGES } from '#shared/i18n/languages.ts'
import { testEffects, townHub } from '../journeys/delivery-parts.ts'
import { axeDesk } from '../support/axe-desk.ts'
import { NOON_MS, settleTown } from '../support/hub-town.ts'
import { absent } from '../support/peer.ts'
import { staffPages, type StaffPages } from '../support/staff-pages.ts'

const skipped = absent('chromium')
/** Where tables are tables. */
const LARGE = { width: 1200, height: 900 }

let dir = ''
let hub: Hub
let browser: Browser
let staff: StaffPages
const first = new Map<string, ReadonlyMap<string, string>>()
beforeAll(async () => {
  if (skipped) return
  dir = mkdtempSync(join(tmpdir(), 'parvis-staff-'))
  const effects = testEffects()
  effects.clock.setNow(NOON_MS)
  hub = await townHub(dir, effects)
  await settleTown(dir, hub, effects)
  staff = staffPages(hub)
  for (const language of LANGUAGES) first.set(language, await staff.first(language))
  browser = await launchBrowser()
})
afterAll(async () => {
  if (skipped) return
  await browser.close()
  await hub.close()
  rmSync(dir, { recursive: true })
})

test.skipIf(skipped).each(LANGUAGES)('axe finds nothing wrong on any staff page in %s, light and dark, and at twice the size none is wider than its screen', { timeout: 90_000 }, async (language) => {
  const pages = new Map([...(first.get(language) ?? []), ...(await staff.all(language))])
  expect(pages.size).toBe(20)
  for (const page of pages.values()) expect(page).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`)
  for (const [scheme, screen] of [['light', undefined], ['dark', undefined], ['light', LARGE]] as const) {
    const desk = await axeDesk(browser, scheme, screen)
    for (const [name, page] of pages) expect(await desk.wrongs(page), `${scheme}${screen ? ', large' : ''}: ${name}`).toEqual([])
    await desk.close()
  }
})
