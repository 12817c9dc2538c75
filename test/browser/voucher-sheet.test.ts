// The sheet of vouchers as Chromium prints it.
import { randomBytes } from 'node:crypto'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ar } from '#portal/hub/staff/texts/ar.ts'
import { en } from '#portal/hub/staff/texts/en.ts'
import { fr } from '#portal/hub/staff/texts/fr.ts'
import { sheetDocument } from '#portal/hub/vouchers/sheet.ts'
import { makeVoucherCode } from '#radius/vouchers/code.ts'
import { createTexts } from '#shared/i18n/texts.ts'
import { absent, peer } from '../support/peer.ts'

const skipped = absent('chromium')
const texts = createTexts({ fr, en, ar })
/** The longest of everything. */
const TERMS = { seconds: 7_200, octets: 2_000_000_000, devices: 12, untilMinute: Date.UTC(2027, 8, 30, 22) / 60_000, validMinutes: 48 * 60 }

let browser: Browser | undefined
beforeAll(async () => {
  if (!skipped) browser = await chromium.launch({ executablePath: peer('chromium'), args: ['--no-sandbox'] })
})
afterAll(() => browser?.close())

test.skipIf(skipped).each(['fr', 'en', 'ar'] as const)('thirty vouchers are two A4 pages in %s, each whole within its cut lines', async (language) => {
  const codes = Array.from({ length: 30 }, (_, index) => makeVoucherCode(index % 2 === 0 ? 'digits' : 'letters', (length) => randomBytes(length)))
  const sheet = { city: 'Communauté de communes de Rivemont', terms: TERMS, codes, portalUrl: 'http://wifi.rivemont.example/', timezone: 'Europe/Paris' }
  const page = await browser?.newPage()
  await page?.setContent(await sheetDocument({ t: texts(language), language }, sheet))
  const pdf = await page?.pdf({ preferCSSPageSize: true })
  expect(pdf?.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(2)
  await page?.emulateMedia({ media: 'print' })
  const cut = await page?.locator('.voucher').evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1).length)
  expect(cut).toBe(0)
  await page?.close()
}, 20_000)
