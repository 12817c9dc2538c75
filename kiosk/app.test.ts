import { randomBytes } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { createKioskApp } from './app.ts'
import type { Asset } from './assets.ts'
import type { Unmet } from './counting.ts'
import { loadDirectory } from './directory/directory.ts'
import { importDirectory } from './directory/import.ts'
import { openDirectory } from './directory/store.ts'
import { openapi } from './openapi.ts'
import { sampleTown } from './sample-town/town.ts'
import type { DetailView, HomeView, ResultsView } from './views.ts'

const TUESDAY_TEN = Date.parse('2026-11-24T09:00Z')
const clock = manualClock(TUESDAY_TEN)
const store = openDirectory(':memory:')
importDirectory(store, [sampleTown()])
const directory = loadDirectory(store)
const text = (type: string, body: string): Asset => ({ type, bytes: new TextEncoder().encode(body), immutable: false })
const unmet: Unmet[] = []
const app = createKioskApp({
  settings: { hosts: ['127.0.0.1'], port: 0, acceptedHosts: ['Kiosk.Rivemont.example'], dataDir: '', directory: { kind: 'sample' }, timezone: 'Europe/Paris', languages: ['fr', 'en', 'ar'] },
  effects: { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() },
  parts: { unmet: (one) => void unmet.push(one) },
  assets: new Map([['/index.html', text('text/html; charset=utf-8', '<!doctype html><title>Parvis</title>')], ['/mark.svg', text('image/svg+xml', '<svg/>')]]),
  directory: () => directory,
  ready: () => true,
  publicUrl: () => 'http://kiosk.rivemont.example/',
})
beforeEach(() => {
  unmet.length = 0
  clock.setNow(TUESDAY_TEN)
})
afterAll(() => store.close())

/** Both ends of the connection: the screen's browser runs on the kiosk. */
const ends = (localAddress: string, remoteAddress: string) => ({ incoming: { socket: { localAddress, remoteAddress } } })
const ask = (path: string, init: RequestInit = {}, connection = ends('127.0.0.1', '127.0.0.1')) => app.request(path, { ...init, headers: { host: 'localhost', ...(init.headers as Record<string, string>) } }, connection)
const json = async <T>(path: string, init?: RequestInit) => (await (await ask(path, init)).json()) as T
const results = (question: unknown, language = 'fr') => json<ResultsView>(`/api/${language}/results`, { method: 'POST', body: JSON.stringify(question) })
const idOf = (name: string) => String(store.all('service').find((row) => row['name'] === name)?.['id'])

describe('the screen', () => {
  test('the first screen says which town, that it is a demonstration, and only tiles that lead somewhere', async () => {
    const home = await json<HomeView>('/api/fr/home')
    expect(home).toMatchObject({ town: 'Rivemont', demonstration: true, timezone: 'Europe/Paris', country: 'FR' })
    expect(home.tiles.map((tile) => tile.name.text)).toEqual(['Manger', 'Dormir', 'Se laver', 'Se soigner', 'Papiers et droits', 'Apprendre', 'Travailler', 'Enfants', 'Vie de quartier', 'Urgence'])
    for (const tile of home.tiles) expect((await results({ tile: tile.id })).cards.length, tile.id).toBeGreaterThan(0)
  })

  test('a tile shows at most twelve cards, the open ones first and the near ones before the far', async () => {
    const { cards, more } = await results({ tile: 'health' })
    expect(cards).toHaveLength(12)
    expect(more).toBe(1)
    const kinds = cards.map((card) => card.state.kind)
    expect(kinds.slice(0, kinds.lastIndexOf('open') + 1).every((kind) => kind === 'open')).toBe(true)
    const open = cards.filter((card) => card.state.kind === 'open' && card.metres !== undefined).map((card) => card.metres ?? 0)
    expect(open).toEqual([...open].sort((a, b) => a - b))
    expect((await results({ tile: 'health', from: 12 })).cards).toHaveLength(1)
  })

  test('filters leave only what they say', async () => {
    for (const card of (await results({ tile: 'wash', filters: ['open', 'free', 'step-free'] })).cards) {
      expect(card.state.kind).toBe('open')
      expect(card.badges).toEqual(expect.arrayContaining(['free', 'step-free']))
    }
  })

  test('the same service is open at ten and closed at night', async () => {
    const card = async () => (await results({ need: 'address' })).cards[0]?.state
    expect(await card()).toMatchObject({ kind: 'open', until: '12:00' })
    clock.setNow(Date.parse('2026-11-24T22:00Z'))
    expect(await card()).toMatchObject({ kind: 'closed', opens: { at: '09:00', inDays: 1 } })
  })

  test('a detail in Arabic has Arabic names and labels what is not translated', async () => {
    const detail = await json<DetailView>(`/api/ar/services/${idOf('Épicerie solidaire')}`)
    expect(detail.name).toEqual({ text: 'بقالة تضامنية' })
    expect(detail).toMatchObject({ written: 'fr', documents: ['Un justificatif de ressources', 'Un sac'], languages: ['الفرنسية', 'العربية', 'التركية'], checkedDays: 40 })
    expect(detail.week).toHaveLength(7)
    expect(detail.week[0]).toEqual({ date: '2026-11-24', today: true, slots: [['14:00', '18:00']] })
  })

  test('informal offers carry how far they were checked, and no address of their own', async () => {
    const detail = await json<DetailView>(`/api/fr/services/${idOf('Coup de main pour déménager')}`)
    expect(detail).toMatchObject({ trust: 'self-declared', places: [], area: 'Rivemont et villages voisins', hoursKnown: false })
    expect(detail.badges).toContain('informal')
  })

  test('a service closed for works is shown as closed, last, with its reason', async () => {
    const { cards } = await results({ need: 'sport' })
    expect(cards.at(-1)).toMatchObject({ name: { text: 'Piscine des Prés' }, suspended: true, state: { kind: 'closed' } })
    expect((await json<DetailView>(`/api/fr/services/${cards.at(-1)?.id}`)).alert).toContain('travaux')
  })

  test('the link for phones opens a page without script and without what was searched', async () => {
    const { link = '' } = await json<DetailView>(`/api/fr/services/${idOf('Dentiste')}`)
    expect(link).toMatch(/^http:\/\/kiosk\.rivemont\.example\/s\/[0-9a-z]{8}$/)
    const page = await ask(new URL(link).pathname, { headers: { 'accept-language': 'ar' } })
    const body = await page.text()
    expect(page.status).toBe(200)
    expect(body).toContain('<html lang="ar" dir="rtl">')
    expect(body).toContain('طبيب أسنان')
    expect(body).not.toMatch(/<script|style=|javascript:/)
  })
})

describe('what is told to the counter', () => {
  test('a need without an answer, and no word of what was typed', async () => {
    await results({ text: 'qzxwvk' })
    expect(unmet).toEqual([{ need: 'other', because: 'nothing-found' }])
  })
  test('a need for which nothing is open now', async () => {
    clock.setNow(Date.parse('2026-11-24T22:00Z'))
    await results({ need: 'dentist' })
    expect(unmet).toEqual([{ need: 'dentist', because: 'nothing-open' }])
  })
  test('a need that was met is nobody’s business, nor is a second page or a look round a tile', async () => {
    await results({ need: 'dentist' })
    clock.setNow(Date.parse('2026-11-24T22:00Z'))
    await results({ tile: 'rights' })
    await results({ need: 'dentist', from: 12 })
    expect(unmet).toEqual([])
  })
})

describe('the directory for others (HSDS 3.0)', () => {
  test('it says which version it speaks', async () => {
    expect(await json('/hsds/')).toMatchObject({ version: '3.0', openapi_url: 'http://kiosk.rivemont.example/openapi.json' })
    expect(await json('/hsds')).toMatchObject({ version: '3.0' })
  })
  test('pages are those of the specification and together hold every service once', async () => {
    const ids: string[] = []
    for (let page = 1; ; page++) {
      const one = await json<{ contents: { id: string }[]; last_page: boolean; total_items: number; first_page: boolean; size: number }>(`/hsds/services?per_page=30&page=${page}`)
      expect(one).toMatchObject({ total_items: store.all('service').length, first_page: page === 1, size: one.contents.length, page_number: page, total_pages: 3, empty: false })
      ids.push(...one.contents.map(({ id }) => id))
      if (one.last_page) break
    }
    expect(ids.length).toBe(new Set(ids).size)
    expect(ids.length).toBe(store.all('service').length)
  })
  test('a page past the end is empty, not an error', async () => expect(await json('/hsds/services?page=99')).toMatchObject({ empty: true, contents: [], last_page: true }))
  test('it is searched and filtered', async () => {
    const total = async (query: string) => (await json<{ total_items: number }>(`/hsds/services?${query}`)).total_items
    const organization = String(store.all('organization').find((row) => row['name'] === 'La Grande Tablée')?.['id'])
    const term = String(store.all('taxonomy_term').find((row) => row['code'] === 'dentist')?.['id'])
    expect(await total(`organization_id=${organization}`)).toBe(2)
    expect(await total(`taxonomy_term_id=${term}`)).toBe(1)
    expect(await total('search=dentiste')).toBe(1)
    expect(await total('postcode=00100')).toBe(70)
    expect(await total('proximity=46.905,2.915,100')).toBeGreaterThan(0)
    expect(await total('proximity=48,2,100')).toBe(0)
    expect(await total('modified_after=2020-01-01')).toBe(0)
  })
  test('one record comes with all that hangs on it', async () => {
    const one = await json<{ organization: { name: string }; service_at_locations: { location: { addresses: unknown[] } }[] }>(`/hsds/services/${idOf('Dentiste')}`)
    expect(one.organization.name).toBe('Centre municipal de santé')
    expect(one.service_at_locations[0]?.location.addresses).toHaveLength(1)
  })
  test('minimal pages hold ids only', async () => {
    const { contents } = await json<{ contents: object[] }>('/hsds/services?minimal=true')
    expect(contents.every((one) => Object.keys(one).join() === 'id')).toBe(true)
  })
  test.each(['page=0', 'page=x', 'per_page=101', 'per_page=-1', 'proximity=1,2', 'proximity=91,0,5', 'modified_after=soon', `search=${'x'.repeat(300)}`])('?%s is refused in words', async (query) => {
    const response = await ask(`/hsds/services?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('error')
  })
})

describe('doors that stay shut', () => {
  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '', '[::2]', '10.0.0.1:8070'])('host %s is not ours and is not repeated', async (host) => {
    const response = await app.request('/', { headers: host ? { host } : {} })
    expect(response.status).toBe(421)
    expect(await response.text()).not.toContain('evil')
  })
  test.each(['localhost', 'localhost:8070', '127.0.0.1:1', '[::1]:8070', 'KIOSK.rivemont.example'])('host %s is ours', async (host) => {
    expect((await app.request('/', { headers: { host } })).status).toBe(200)
  })
  test('every answer forbids foreign script, frames and keeping', async () => {
    for (const path of ['/', '/api/fr/home', '/hsds/services', '/nowhere', '/openapi.json']) {
      const { headers } = await ask(path)
      expect(headers.get('content-security-policy'), path).toContain("default-src 'self'")
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('cache-control'), path).toBe('no-store')
      expect(headers.get('set-cookie'), path).toBeNull()
    }
  })
  test('a link of the directory that is no web address is never one on the screen', async () => {
    const evil = openDirectory(':memory:')
    importDirectory(evil, [{ name: 'services.json', text: JSON.stringify([{ id: 's1', name: '<img src=x onerror=alert(1)>', status: 'active', url: 'javascript:alert(1)', description: '</p><script>alert(1)</script>' }]) }])
    const bad = loadDirectory(evil)
    const other = createKioskApp({
      settings: { hosts: [], port: 0, acceptedHosts: [], dataDir: '', directory: { kind: 'sample' }, timezone: 'UTC', languages: ['fr'] },
      effects: { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }, parts: {}, assets: new Map(), directory: () => bad, ready: () => true, publicUrl: () => 'http://localhost/',
    })
    const detail = (await (await other.request('/api/fr/services/s1', { headers: { host: 'localhost' } })).json()) as DetailView
    expect(detail.website).toBeUndefined()
    const page = await (await other.request(new URL(detail.link ?? '').pathname, { headers: { host: 'localhost' } })).text()
    expect(page).not.toMatch(/<script|<img|javascript:/)
    evil.close()
  })
  test('what a phone on the square looks for is no need of the kiosk', async () => {
    const post = (connection: ReturnType<typeof ends>) => ask('/api/fr/results', { method: 'POST', body: '{"text":"licorne"}' }, connection)
    expect((await post(ends('10.0.0.1', '10.0.0.77'))).status).toBe(200)
    expect(unmet).toEqual([])
    expect((await post(ends('10.0.0.1', '10.0.0.1'))).status).toBe(200)
    expect(unmet).toHaveLength(1)
  })
  test('another page in a browser that reaches the kiosk asks nothing in its name', async () => {
    const post = (origin: string, host = 'localhost') => ask('/api/fr/results', { method: 'POST', body: '{"text":"licorne"}', headers: { host, origin } })
    for (const origin of ['https://evil.example', 'null', 'http://localhost:8080', 'http://localhost.evil.example', '']) expect((await post(origin)).status, origin).toBe(403)
    expect(unmet).toEqual([])
    expect((await post('http://localhost')).status).toBe(200)
    expect((await post('https://kiosk.rivemont.example', 'Kiosk.Rivemont.example')).status).toBe(200)
  })
  test('a body of more than 16 kB is refused', async () => {
    expect((await ask('/api/fr/results', { method: 'POST', body: JSON.stringify({ text: 'x'.repeat(17_000) }) })).status).toBe(413)
  })
})

const ROUTES = ['/', '/healthz', '/readyz', '/openapi.json', '/mark.svg', '/nowhere', '/api/fr/home', '/api/xx/home', '/api/fr/results', '/api/fr/services/x', '/s/x', '/hsds', '/hsds/', ...Object.keys(openapi()['paths'] as object).map((path) => path.replace('{id}', 'x'))]
const LONG = 'v'.repeat(8_192)
const QUERIES = ['', '?', '?search=a&search=b&page=1&page=2', `?search=${LONG}`, `?${LONG}=1`, '?search=%00', '?search=%', '?search=%zz&page=%ff', '?__proto__=1&constructor=2', '?page=1e9&per_page=0x10', '?proximity=,,&taxonomy_term_id=%00']
const TAILS = ['', '/%00', '/%', `/${LONG}`, '/../../etc/passwd', '/%2e%2e%2f%2e%2e%2fetc%2fpasswd']
const BODIES = [undefined, '', '{', 'null', '[]', '{"text":1}', '{"text":null,"tile":"constructor"}', '{"need":"__proto__"}', '{"text":"\\u0000","filters":["open","open","open","open","open"]}', '{"tile":"eat","from":-1}', '{"tile":"eat","from":1e400}', `{"text":"${'a'.repeat(201)}"}`, '{"text":"\\ud800"}', '{"text":"\\") OR need : x"}']

test.each(ROUTES)('%s answers every malformed question without an error of ours', async (route) => {
  for (const tail of TAILS) {
    for (const query of QUERIES) {
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
        const response = await ask(`${route}${tail}${query}`, { method, ...(method === 'POST' ? { body: '{' } : {}) })
        expect(response.status, `${method} ${route}${tail}${query}`.slice(0, 120)).toBeLessThan(500)
      }
    }
  }
  for (const body of BODIES) {
    const response = await ask(route, { method: 'POST', ...(body === undefined ? {} : { body }) })
    expect(response.status, `POST ${route} ${body}`).toBeLessThan(500)
  }
})
