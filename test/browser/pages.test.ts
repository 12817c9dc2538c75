// Every page in every language, as a screen reader, a weak eye and a large thumb meet it.
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccess } from '#portal/operator/access.ts'
import { operatorApp } from '#portal/operator/app.ts'
import { OPERATOR_LANGUAGES } from '#portal/operator/texts.ts'
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

test.skipIf(skipped)('nor on what an operator at the gateway sees: the door, a wrong code, nothing found, one found and kept out', { timeout: 60_000 }, async () => {
  const access = createAccess(town.clock, town.effects.random)
  const app = operatorApp({ ...town.portal.operator, access }, town.effects)
  const post = (path: string, fields: Record<string, string>, cookie = '') => app.request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: 'http://localhost', cookie } })
  const desk = await axeDesk(browser, 'dark')
  const judged = async (answer: Response | Promise<Response>, what: string): Promise<string> => {
    const page = await (await answer).text()
    expect(await desk.wrongs(page), what).toEqual([])
    return page
  }
  await town.phone('127.0.5.91').connect()
  const cookie = (await post('/enter', { code: access.mint('Claire').code })).headers.get('set-cookie')?.split(';')[0] ?? ''
  for (const language of OPERATOR_LANGUAGES) {
    await judged(app.request(`/?lang=${language}`), `${language}: the door`)
    await judged(app.request(`/?lang=${language}`, { headers: { cookie } }), `${language}: home`)
  }
  await judged(post('/enter', { code: 'aaaa-aaaa' }), 'a wrong code')
  await judged(post('/find', { needle: '127.0.5.92' }, cookie), 'nothing found')
  const found = await judged(post('/find', { needle: '127.0.5.91' }, cookie), 'one found')
  const row = /action="\/operator\/bar"><input type="hidden" name="row" value="(\w+)"/.exec(found)?.[1] ?? ''
  expect(await judged(post('/bar', { row }, cookie), 'kept out')).toContain('role="status"')
  await desk.close()
})
