// Every page in every language, as a screen reader, a weak eye and a large thumb meet it.
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROBING_CLIENTS } from '#portal/detect/probes.ts'
import { ALARMS, type Alarm } from '#portal/legal/alarms.ts'
import { createAccess } from '#portal/operator/access.ts'
import { operatorApp } from '#portal/operator/app.ts'
import { OPERATOR_LANGUAGES } from '#portal/operator/texts.ts'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { CONDITION_IDS } from '#portal/state/conditions.ts'
import { VERDICTS } from '#portal/state/doctor.ts'
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

for (const scheme of ['light', 'dark'] as const) {
  test.skipIf(skipped)(`nor on what an operator at the gateway sees, ${scheme}, in any language: the door, a wrong code, what is wrong, nothing found, one found and kept out`, { timeout: 60_000 }, async () => {
    const access = createAccess(town.clock, town.effects.random)
    const diagnoses = VERDICTS.map((verdict, index) => ({ system: PROBING_CLIENTS[index] ?? '', verdict }))
    const held = CONDITION_IDS.map((id) => ({ id, sinceMs: undefined }))
    const app = operatorApp({ ...town.portal.operator, access, diagnoses: () => diagnoses, held: () => held, alarms: () => Object.keys(ALARMS) as Alarm[] }, town.effects)
    const desk = await axeDesk(browser, scheme)
    for (const [index, language] of OPERATOR_LANGUAGES.entries()) {
      const way = (path: string): string => `${path}?lang=${language}`
      const post = (path: string, fields: Record<string, string>, cookie = '') => app.request(way(path), { method: 'POST', body: new URLSearchParams(fields), headers: { origin: 'http://localhost', cookie } })
      async function judged(answer: Response | Promise<Response>, what: string): Promise<string> {
        const page = await (await answer).text()
        expect(page).toContain(`<html lang="${language}"`)
        expect(await desk.wrongs(page), `${language}: ${what}`).toEqual([])
        return page
      }
      const address = `127.0.5.${(scheme === 'light' ? 91 : 101) + index}`
      await town.phone(address).connect()
      const cookie = (await post('/enter', { code: access.mint('Claire').code })).headers.get('set-cookie')?.split(';')[0] ?? ''
      await judged(app.request(way('/')), 'the door')
      await judged(app.request(way('/'), { headers: { cookie } }), 'home')
      await judged(post('/enter', { code: 'aaaa-aaaa' }), 'a wrong code')
      await judged(post('/find', { needle: 'x' }, cookie), 'unreadable')
      await judged(post('/find', { needle: '127.0.5.99' }, cookie), 'nothing found')
      const found = await judged(post('/find', { needle: address }, cookie), 'one found')
      const row = /action="\/operator\/bar"><input type="hidden" name="row" value="(\w+)"/.exec(found)?.[1] ?? ''
      expect(await judged(post('/bar', { row }, cookie), 'kept out')).toContain('role="status"')
      await judged(post('/find', { needle: address }, cookie), 'one kept out')
    }
    await desk.close()
  })
}
