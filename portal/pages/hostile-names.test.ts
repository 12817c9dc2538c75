// Names that a city, a network or a controller gives may hold anything: every page shows them as text.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { simulateUnifi } from '#test/support/controllers.ts'
import { MARKUP, MARKUP_SHOWN, unescaped } from '#test/support/hostile.ts'
import { citizensPages, pagesTown, type PagesTown } from '#test/support/portal-pages.ts'
import { portalTown, SQUARE, type PortalTown } from '#test/support/portal-town.ts'
import { createAccess } from '../operator/access.ts'
import { operatorApp } from '../operator/app.ts'

const NAMED = { site: `site ${MARKUP}`, controller: `city ${MARKUP}`, extra: `extra ${MARKUP}`, maintenance: `work ${MARKUP}`, number: `help ${MARKUP}` }
let square: PagesTown
let town: PortalTown | undefined
beforeAll(async () => {
  square = await pagesTown({}, NAMED)
})
afterEach(async () => {
  await town?.close()
  town = undefined
})
afterAll(() => square.close())

for (const [index, language] of (['fr', 'ar'] as const).entries()) {
  test(`what a city calls its places and itself is text on every page in ${language}, from the first to the failures`, async () => {
    const pages = await citizensPages(square, language, `127.0.7${index}.1`)
    expect(pages.size).toBeGreaterThan(40)
    for (const [name, page] of pages) {
      expect(unescaped(page), name).toBeUndefined()
      expect(page, name).toContain(`<bdi>site ${MARKUP_SHOWN}</bdi>`)
    }
    const shown = [...pages.values()].join('\n')
    for (const words of Object.keys(NAMED)) expect(shown, words).toContain(NAMED[words as keyof typeof NAMED].replace(MARKUP, MARKUP_SHOWN))
  })
}

test('and on the pages of an operator', async () => {
  town = await portalTown({ settings: { sites: [{ ...SQUARE, name: MARKUP }] } })
  await town.phone('127.0.0.2').connect()
  const access = createAccess(town.clock, town.effects.random)
  const app = operatorApp({ ...town.portal.operator, access }, town.effects)
  const post = (path: string, fields: Readonly<Record<string, string>>, cookie = '') => app.request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: 'http://localhost', cookie } })
  const cookie = (await post('/enter', { code: access.mint('Claire').code })).headers.get('set-cookie')?.split(';')[0] ?? ''
  const found = await (await post('/find', { needle: '127.0.0.2' }, cookie)).text()
  expect(found).toContain(`<bdi>${MARKUP_SHOWN}</bdi>`)
  for (const needle of [MARKUP, `127.0.0.2${MARKUP}`]) expect(unescaped(await (await post('/find', { needle }, cookie)).text())).toBeUndefined()
  expect(() => access.mint(MARKUP)).toThrow('a name of letters')
})

test('a network name tells the place by what it is, letter by letter, and is never more than text', async () => {
  const unifi = await simulateUnifi()
  const mac = '5c:1d:d9:20:a0:c1'
  unifi.stations.set(mac, { mac, is_guest: true, authorized: false, rx_bytes: 0, tx_bytes: 0 })
  try {
    const api = { url: unifi.origin, user: 'parvis', password: 'secret', site: 'default' }
    town = await portalTown({ settings: { sites: [SQUARE, { ...SQUARE, id: 'named', name: `net ${MARKUP}`, match: { ssid: MARKUP } }], controllers: [{ name: 'unifi', kind: 'unifi', addresses: [], api }] } })
    const phone = town.phone('127.0.0.9')
    for (const [ssid, place] of [[MARKUP, `net ${MARKUP_SHOWN}`], [`${MARKUP}x`, SQUARE.name]] as const) {
      const to = String((await phone.get(`/guest/s/default/?${new URLSearchParams({ id: mac, ssid, ap: '94:83:c4:01:42:27' }).toString()}`)).headers['location'])
      expect(to).not.toContain('zqneedle')
      for (const path of ['/', '/status', '/service', '/refused']) {
        const { body } = await phone.get(to.replace(/^\//, path))
        expect(body, path).toContain(`<bdi>${place}</bdi>`)
        expect(unescaped(body), path).toBeUndefined()
      }
    }
  } finally {
    await unifi.close()
  }
})
