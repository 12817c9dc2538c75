// Every page in every language, as a screen reader, a weak eye and a large thumb meet it.
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { axeDesk } from '../support/axe-desk.ts'
import { absent, peer } from '../support/peer.ts'
import { citizensPages, pagesTown, type PagesTown } from '../support/portal-pages.ts'

const skipped = absent('chromium')
/** Read in the dark here; all of them in both: pages.verify.ts. */
const IN_THE_DARK = new Set<string>(['ar', 'en', 'pt'])

let town: PagesTown
let browser: Browser
beforeAll(async () => {
  if (skipped) return
  town = await pagesTown()
  browser = await chromium.launch({ executablePath: peer('chromium'), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
})
afterAll(async () => {
  await browser?.close()
  await town?.close()
})

test.skipIf(skipped)('the desk at which pages are judged finds what is wrong with one', { timeout: 30_000 }, async () => {
  const desk = await axeDesk(browser, 'light')
  const { body } = await town.phone('127.0.5.90').get('/?lang=fr')
  expect(await desk.wrongs(body)).toEqual([])
  expect((await desk.wrongs(body.replace('.small{color:var(--quiet)}', '.small{color:#aaa}'))).join()).toMatch(/^color-contrast <p class="small"/)
  expect((await desk.wrongs(body.replace('<html lang="fr"', '<html'))).join()).toMatch(/^html-has-lang/)
  expect((await desk.wrongs(body.replace('<label for="voucher-voucher">', '<label>'))).join()).toMatch(/^label /)
  expect((await desk.wrongs(body.replace('</main>', '<pre>Fonctionnement du service</pre></main>'))).join()).toMatch(/^at twice the size/)
  await desk.close()
})

for (const [index, language] of PAGE_LANGUAGES.entries()) {
  const scheme = IN_THE_DARK.has(language) ? 'dark' : 'light'
  test.skipIf(skipped)(`axe finds nothing wrong on any page in ${language}, ${scheme}, and at twice the size none is wider than the smallest screen`, { timeout: 90_000 }, async () => {
    const pages = await citizensPages(town, language, `127.0.5.${index + 1}`)
    expect(pages.size).toBeGreaterThan(40)
    const desk = await axeDesk(browser, scheme)
    for (const [name, page] of pages) expect(await desk.wrongs(page), name).toEqual([])
    await desk.close()
  })
}
