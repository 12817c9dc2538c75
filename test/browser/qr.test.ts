// The QR codes that a citizen and a librarian are given, read from the page as it is drawn and printed.
import { randomBytes } from 'node:crypto'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ar } from '#portal/hub/staff/texts/ar.ts'
import { en } from '#portal/hub/staff/texts/en.ts'
import { fr } from '#portal/hub/staff/texts/fr.ts'
import { sheetDocument, signInLink } from '#portal/hub/vouchers/sheet.ts'
import { makeVoucherCode, printedCode, readVoucherCode } from '#radius/vouchers/code.ts'
import { launchBrowser } from '#scripts/browser.ts'
import { createTexts } from '#shared/i18n/texts.ts'
import { absent } from '../support/peer.ts'
import { readQr } from '../support/read-qr.ts'
import { signInTown, type SignInTown } from '../support/sign-in-town.ts'

const skipped = absent('chromium')
const SMALL = { width: 320, height: 480 }
const TERMS = { seconds: 7_200, octets: undefined, devices: 1, untilMinute: undefined, validMinutes: undefined }
const texts = createTexts({ fr, en, ar })

let town: SignInTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  town = await signInTown()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await town?.close()
})

async function within<Result>(options: BrowserContextOptions, visit: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: SMALL, ...options })
  return visit(await context.newPage()).finally(() => context.close())
}
const pathOf = (link: string): string => link.slice(town.portal.url.length - 1)

test.skipIf(skipped).each(['fr', 'ar'] as const)('each voucher of a printed sheet in %s has a QR code that says where to go, and the code that stands beside it', { timeout: 30_000 }, async (language) => {
  const codes = Array.from({ length: 2 }, (_, index) => makeVoucherCode(index % 2 === 0 ? 'digits' : 'letters', (length) => randomBytes(length)))
  const portalUrl = 'http://wifi.rivemont.example/'
  const document = await sheetDocument({ t: texts(language), language }, { city: 'Rivemont', terms: TERMS, codes, portalUrl, timezone: 'Europe/Paris' })
  await within({ viewport: { width: 794, height: 1_123 }, deviceScaleFactor: 2 }, async (page) => {
    await page.setContent(document)
    await page.emulateMedia({ media: 'print' })
    for (const [index, code] of codes.entries()) {
      const voucher = page.locator('.voucher').nth(index)
      const link = await readQr(voucher.locator('svg.qr'))
      expect(link).toBe(signInLink(portalUrl, code))
      expect(readVoucherCode(new URL(link).searchParams.get('v') ?? '')).toEqual({ kind: 'code', code })
      expect((await voucher.locator('.code').innerText()).replaceAll(/\s+/g, '-')).toBe(printedCode(code))
    }
  })
})

test.skipIf(skipped)('the link on a voucher leads to the form with the code in it, and opens nothing by itself', { timeout: 30_000 }, async () => {
  const [code = ''] = await town.vouchers()
  const document = await sheetDocument({ t: texts('fr'), language: 'fr' }, { city: 'Rivemont', terms: TERMS, codes: [code], portalUrl: town.portal.url, timezone: 'Europe/Paris' })
  const link = await within({}, async (page) => {
    await page.setContent(document)
    return readQr(page.locator('svg.qr'))
  })
  const phone = town.phone('127.0.6.2')
  expect((await phone.get(pathOf(link))).body).toContain(`value="${code}"`)
  expect((await phone.get('/status')).body).not.toContain('Vous êtes en ligne')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.skipIf(skipped)(`a receipt and a connection, ${colorScheme}, have QR codes that lead to them from another device`, { timeout: 30_000 }, async () => {
    await within({ colorScheme, javaScriptEnabled: false }, async (page) => {
      await page.goto(`${town.portal.url}?lang=fr`)
      await Promise.all([page.waitForURL(/connect$/), page.locator('form[action$="/connect"] button').first().click()])
      await page.locator('a[href^="/s/"]').first().click()
      await page.locator('summary').first().click()
      const token = /\/s\/([0-9a-z]{26})/.exec(page.url())?.[1] ?? ''
      expect(await readQr(page.locator('#scan svg.qr'))).toBe(`${town.portal.url}s/${token}`)
      await page.locator('a[href^="/receipt/"]').first().click()
      const code = /\/receipt\/([0-9a-z]{16})/.exec(page.url())?.[1] ?? ''
      const link = await readQr(page.locator('svg.qr'))
      expect(link).toBe(`${town.portal.url}receipt/${code}`)
      expect((await page.locator('b[dir="ltr"] code').innerText()).replaceAll('-', '')).toBe(code)
      expect((await town.phone('127.0.6.9').get(pathOf(link))).body).toContain('Votre reçu')
      await town.phone('127.0.0.1').post('/disconnect', { token })
    })
  })
}
