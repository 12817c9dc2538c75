import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enrolAtOwnHub } from '#portal/sync/own-hub.ts'
import { createPush } from '#portal/sync/push.ts'
import { draft, gateway, testEffects, townHub, type TestEffects } from '#test/journeys/delivery-parts.ts'
import { DEMO, GARE, gareArrivals, NOON_MS, PLACE, placeArrivals, settleTown } from '#test/support/hub-town.ts'
import type { Hub } from '../main.ts'
import { staffApp } from './app.ts'

const PASSWORD = 'le marché ouvre à sept heures'
let dir = ''
let hub: Hub
let effects: TestEffects
let cookie = ''

type Asked = { form?: Record<string, string>; cookie?: string; headers?: Record<string, string> }
function ask(path: string, { form, cookie: sent = cookie, headers = {} }: Asked = {}): Promise<Response> {
  const all = { cookie: sent, 'accept-language': 'fr', ...headers }
  if (!form) return hub.fetch(`${hub.origin}${path}`, { headers: all })
  return hub.fetch(`${hub.origin}${path}`, { method: 'POST', headers: { origin: hub.origin, 'content-type': 'application/x-www-form-urlencoded', ...all }, body: new URLSearchParams(form).toString() })
}
const page = async (path: string, asked?: Asked) => (await ask(path, asked)).text()
const cookieOf = (response: Response) => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
const signIn = (name: string, password: string) => ask('/staff/sign-in', { form: { name, password }, cookie: '' })

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  effects = testEffects()
  effects.clock.setNow(NOON_MS)
  hub = await townHub(dir, effects)
  await settleTown(dir, hub, effects)
  const made = await ask('/staff/first', { form: { code: (hub.firstRunCode ?? '').toUpperCase(), name: 'Claire', password: PASSWORD } })
  expect(made.status).toBe(303)
  cookie = cookieOf(made)
})
afterAll(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

test('nobody sees a number without signing in', async () => {
  for (const path of ['/staff', '/staff/sites/place', '/staff/download', '/staff/download.zip?site=place&month=2026-10']) {
    const response = await ask(path, { cookie: '' })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/staff/sign-in'])
    expect(await response.text()).toBe('')
  }
  expect((await ask('/staff', { cookie: 'parvis-staff=guess' })).status).toBe(303)
})

test('the one-time code makes one account and never a second', async () => {
  const again = await ask('/staff/first', { form: { code: hub.firstRunCode ?? '', name: 'mallory', password: PASSWORD }, cookie: '' })
  expect([again.status, again.headers.get('location')]).toEqual([303, '/staff/sign-in'])
  expect((await signIn('mallory', PASSWORD)).status).toBe(401)
  expect(await hub.store.staff.addAccount({ name: 'mallory', password: 'x', role: 'admin', first: true })).toBe(false)
})

test('home tells each site’s last closed day with its uncertainty, and never today', async () => {
  const text = await page('/staff')
  expect(text).toContain('Place du Marché')
  expect(text).toContain(`<bdi dir="ltr">${placeArrivals(37)}<span class="pm">± 3</span></bdi>`)
  expect(text).toContain(`<bdi dir="ltr">${gareArrivals(37)}<span class="pm">± 17</span></bdi>`)
  expect(text).toContain('sam. 7 nov.')
  expect(text).not.toContain('dim. 8 nov.')
  expect(text).not.toMatch(/aujourd|en direct|unique|nouveaux visiteurs/i)
})

test('a site that has just begun says when its first day will be there', async () => {
  const fresh = gateway(dir, 'gw-fresh')
  await enrolAtOwnHub(hub, { ...fresh, gateway: fresh.name })
  const begun = { ...draft(1), timeMs: NOON_MS }
  await fresh.put({ ...begun, data: { ...begun.data, site: { id: 'fresh', name: 'Nouveau site', class: 'square', timezone: 'Europe/Paris' } } })
  await createPush({ url: hub.origin }, effects, { ...fresh, fetch: (url, init) => hub.fetch(url, init) }).drain()
  await fresh.close()
  expect(await page('/staff')).toContain('Aucun jour clos pour le moment')
  for (const path of ['/staff/sites/fresh', '/staff/sites/fresh?month=2026-10', '/staff/sites/place?month=2020-01']) {
    const response = await ask(path)
    expect([response.status, (await response.text()).includes('Aucun jour clos dans cette période')]).toEqual([200, true])
  }
})

const chosenMonth = (text: string) => /<select id="month".*?<option value="([^"]*)" selected/.exec(text)?.[1]

test('the month that is offered for download has closed days: the last whole one, else the newest, else none', async () => {
  expect(chosenMonth(await page('/staff/download'))).toBe('2026-10')
  expect(await page('/staff/sites/place')).toContain('download.zip?site=place&amp;month=2026-10')
  expect(chosenMonth(await page('/staff/download?site=fresh'))).toBe('')
  expect(await page('/staff/sites/fresh')).not.toContain('download.zip')
  effects.clock.setNow(NOON_MS + 70 * 86_400_000)
  cookie = cookieOf(await signIn('claire', PASSWORD))
  expect(chosenMonth(await page('/staff/download'))).toBe('2026-11')
  expect(await page('/staff/sites/gare')).toContain('download.zip?site=gare&amp;month=2026-11')
  effects.clock.setNow(NOON_MS)
  cookie = cookieOf(await signIn('claire', PASSWORD))
})

test('names from the wire are text, not markup', async () => {
  for (const path of ['/staff', '/staff/sites/gare', '/staff/download']) {
    const text = await page(path)
    expect(text).toContain('Gare &amp; &lt;parvis&gt;')
    expect(text).not.toContain('<parvis>')
  }
})

test('a day without measurement is a gap and not a zero; a day in part says so', async () => {
  const text = await page('/staff/sites/place?month=2026-10')
  const row = (day: string) => text.split('<tr>').find((one) => one.startsWith('<th scope="row">') && one.includes(day)) ?? ''
  expect(row('jeu. 15 oct.')).toContain('pas de mesure')
  expect(row('jeu. 15 oct.')).not.toMatch(/>0</)
  expect(row('ven. 16 oct.')).toContain('55')
  expect(text).toContain('url(#gap-wide)')
})

test('a number that noise alone could make is marked, and its series is not added up', async () => {
  const text = await page('/staff/sites/place')
  expect(text).toContain('trop faible pour conclure')
  expect(text).toMatch(/class="grey"><span aria-hidden="true">~ <\/span>−2/)
  expect(text).toContain('Pas de total')
  expect(text).not.toContain('<tfoot>')
  const whole = await page('/staff/sites/gare')
  expect(whole).toContain('<tfoot>')
})

test('at a busy place hours and day are combined, and the hours of the open day stay hidden', async () => {
  const text = await page('/staff/sites/gare?day=2026-10-24')
  expect(text).toContain('Heures du samedi 24 octobre 2026')
  // The night of the change to winter time: 02:00 comes twice.
  expect(text.match(/<bdi dir="ltr">02:00<\/bdi>/g)).toHaveLength(2)
  expect(await page('/staff/sites/gare?day=2026-11-08')).toContain('Heures du samedi 7 novembre 2026')
})

test('the demonstration is named on every page and in every download, until it is taken away', async () => {
  for (const path of ['/staff', '/staff/sites/place', '/staff/sites/demo-kiosque', '/staff/download', '/staff/sign-in', '/staff/nowhere']) {
    expect(await page(path)).toContain('ville inventée')
  }
  const files = await zip('/staff/download.zip?site=demo-kiosque&month=2026-10')
  expect(files['notes.md']).toContain('DÉMONSTRATION')
  expect(files['datapackage.json']).toContain('Démonstration')
  expect(files['data.csv']?.split('\r\n')[1]).toContain(',true,')
  expect((await zip('/staff/download.zip?site=place&month=2026-10'))['notes.md']).not.toContain('DÉMONSTRATION')
  const everything = await zip('/staff/download.zip?site=*&month=2026-10')
  expect(everything['notes.md']).toContain('DÉMONSTRATION')
  const real = await zip('/staff/download.zip?site=*real&month=2026-10')
  expect(Object.values(real).join('')).not.toMatch(/Kiosque|DÉMONSTRATION/)
})

async function zip(path: string): Promise<Record<string, string>> {
  const response = await ask(path)
  expect(response.status).toBe(200)
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
}

test('the same request gives the same bytes, on another day too', async () => {
  const once = Buffer.from(await (await ask('/staff/download.zip?site=place&month=2026-10')).arrayBuffer())
  effects.clock.setNow(NOON_MS + 30 * 86_400_000)
  cookie = cookieOf(await signIn('claire', PASSWORD))
  const again = Buffer.from(await (await ask('/staff/download.zip?site=place&month=2026-10')).arrayBuffer())
  effects.clock.setNow(NOON_MS)
  cookie = cookieOf(await signIn('claire', PASSWORD))
  expect(again.equals(once)).toBe(true)
  // PKWARE APPNOTE 4.4.6: the earliest date there is, and midnight.
  expect(once.readUInt32LE(10)).toBe(0x0021_0000)
  expect(Object.keys(unzipSync(new Uint8Array(once)))).toEqual(['data.csv', 'datapackage.json', 'notes.md'])
})

test('a download holds every published cell of the closed days, signed, and not one of the open day', async () => {
  const { 'data.csv': table = '', 'datapackage.json': descriptor = '', 'notes.md': notes = '' } = await zip('/staff/download.zip?site=place&from=2026-10-01&to=2026-11-08')
  const [header = '', ...lines] = table.trimEnd().split('\r\n')
  expect(header.split(',')).toEqual((JSON.parse(descriptor) as { resources: { schema: { fields: { name: string }[] } }[] }).resources[0]?.schema.fields.map(({ name }) => name))
  expect(lines).toHaveLength(37 * 2)
  expect(lines[0]).toBe('place,Place du Marché,square,Europe/Paris,false,2026-10-01,2026-10-01T02:00Z,2026-10-02T02:00Z,arrivals,all,24,1.357,1,1')
  expect(lines.some((line) => line.includes(',sessions,all,-2,4.222,1,'))).toBe(true)
  expect(table).not.toContain('2026-11-08,')
  expect(notes).toContain('Place du Marché, 2026-10-15\u00A0: pas de publication')
  expect(notes).toContain('Place du Marché, 2026-10-16\u00A0: mesuré 55\u00A0% du temps')
  expect(notes).toContain('Place du Marché 2')
  const busy = await zip('/staff/download.zip?site=gare&from=2026-11-07&to=2026-11-30')
  expect(busy['data.csv']?.trimEnd().split('\r\n')).toHaveLength(1 + 24 * 2 + 1 + 8)
  expect(busy['notes.md']).toContain('Gare & <parvis> 1,5')
  expect(busy['notes.md']).toContain('Gare & <parvis>, du 2026-11-08 au 2026-11-30\u00A0: pas de publication')
})

test('French Excel gets semicolons and decimal commas', async () => {
  const { 'data.csv': table = '', 'datapackage.json': descriptor = '' } = await zip('/staff/download.zip?site=place&month=2026-10&excel=1')
  expect(table.startsWith('\uFEFFsite;site_name;')).toBe(true)
  expect(table).toContain(';24;1,357;1;1\r\n')
  expect(descriptor).toContain('"decimalChar": ","')
})

test.each(['', '?site=place', '?site=nowhere&month=2026-10', '?site=place&month=2026-13', '?site=place&from=2026-02-30&to=2026-03-01', '?site=place&from=2026-03-02&to=2026-03-01', '?site=place&from=2020-01-01&to=2026-01-01', '?site=place&month=October'])(
  'a download that cannot be made is explained: %s',
  async (query) => {
    const response = await ask(`/staff/download.zip${query}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Cette période ne convient pas')
  },
)

test('French comes first, other languages by header or by a link that is remembered', async () => {
  expect(await page('/staff', { headers: { 'accept-language': 'de' } })).toContain('<html lang="fr" dir="ltr">')
  expect(await page('/staff', { headers: { 'accept-language': 'en' } })).toContain('Last closed day')
  const arabic = await ask('/staff?lang=ar')
  expect(await arabic.text()).toContain('<html lang="ar" dir="rtl">')
  expect(await page('/staff', { cookie: `${cookie}; ${cookieOf(arabic)}` })).toContain('dir="rtl"')
})

test('pages may load nothing from elsewhere and run no script', async () => {
  const response = await ask('/staff')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(response.headers.get('cache-control')).toBe('no-store')
  const text = await response.text()
  expect(text).not.toMatch(/<script|style="|https?:\/\//)
})

test('a form from another site changes nothing', async () => {
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  expect((await ask('/staff/sign-out', { form: {}, headers: foreign })).status).toBe(403)
  expect((await ask('/staff')).status).toBe(200)
  expect((await ask('/staff/sign-in', { form: { name: 'claire', password: PASSWORD }, headers: foreign, cookie: '' })).status).toBe(403)
})

test('behind a proxy that ends TLS, a form of the hub’s own page is not taken for another site’s', async () => {
  const behind = staffApp({ store: hub.store, pool: hub.pool, setup: { code: undefined, open: async () => false, matches: () => false }, origin: () => 'https://hub.rivemont.example', city: 'Rivemont', languages: ['fr'] }, effects)
  const post = (origin: string) => behind.request('http://hub.rivemont.example/sign-out', { method: 'POST', headers: { origin, 'content-type': 'application/x-www-form-urlencoded' }, body: '' })
  expect((await post('https://hub.rivemont.example')).status).toBe(303)
  expect((await post('https://evil.example')).status).toBe(403)
  expect((await post('null')).status).toBe(403)
})

test('a session ends by signing out, after half an hour of rest, and after ten hours whatever is done', async () => {
  const own = cookieOf(await signIn('CLAIRE', PASSWORD))
  const sees = async (sent: string) => (await ask('/staff', { cookie: sent })).status === 200
  expect(await sees(own)).toBe(true)
  await ask('/staff/sign-out', { form: {}, cookie: own })
  expect(await sees(own)).toBe(false)

  const resting = cookieOf(await signIn('claire', PASSWORD))
  effects.clock.setNow(NOON_MS + 29 * 60_000)
  expect(await sees(resting)).toBe(true)
  effects.clock.setNow(NOON_MS + 58 * 60_000)
  expect(await sees(resting)).toBe(true)
  effects.clock.setNow(NOON_MS + 88 * 60_000)
  expect(await sees(resting)).toBe(false)

  effects.clock.setNow(NOON_MS)
  const busy = cookieOf(await signIn('claire', PASSWORD))
  for (let minutes = 0; minutes < 600; minutes += 20) {
    effects.clock.setNow(NOON_MS + minutes * 60_000)
    expect(await sees(busy)).toBe(true)
  }
  effects.clock.setNow(NOON_MS + 600 * 60_000)
  expect(await sees(busy)).toBe(false)
  effects.clock.setNow(NOON_MS)
  cookie = cookieOf(await signIn('claire', PASSWORD))
})

test('the store holds neither a password nor a session', async () => {
  const account = await hub.store.staff.account('claire')
  expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(await hub.store.staff.session(Buffer.from(cookie.split('=')[1] ?? ''))).toBeUndefined()
})

test('guessing gets slower, then the account is locked until someone opens it', async () => {
  await hub.store.staff.addAccount({ name: 'target', password: (await hub.store.staff.account('claire'))?.password ?? '', role: 'viewer' })
  let [status, tries] = [0, 0]
  for (; tries < 10; tries++) {
    ;({ status } = await signIn('target', 'wrong'))
    if (status === 429) break
  }
  expect([status, tries]).toEqual([429, 5])
  expect((await signIn('target', PASSWORD)).status).toBe(429)
  for (let n = 0; n < 95; n++) await hub.store.staff.failed('target', 0)
  expect((await signIn('target', PASSWORD)).status).toBe(403)
  expect(await hub.unlockAccount('Target')).toBe(true)
  expect((await signIn('target', PASSWORD)).status).toBe(303)
})

test('guesses that come all at once are no more than those one by one, and a name that nobody has answers like a real one', async () => {
  await hub.store.staff.addAccount({ name: 'crowd', password: (await hub.store.staff.account('claire'))?.password ?? '', role: 'viewer' })
  for (let n = 0; n < 99; n++) await hub.store.staff.failed('crowd', 0)
  const last = await Promise.all(Array.from({ length: 8 }, (_, n) => signIn('crowd', n < 6 ? 'wrong' : PASSWORD)))
  expect(last.map(({ status }) => status)).not.toContain(303)
  const answers = async (name: string) => {
    const statuses: number[] = []
    for (let n = 0; n < 7; n++) statuses.push((await signIn(name, 'wrong')).status)
    return statuses
  }
  await hub.unlockAccount('crowd')
  expect(await answers('nobody-here')).toEqual(await answers('crowd'))
})

test('a clock that was set back does not keep an account waiting for years', async () => {
  for (let n = 0; n < 9; n++) await hub.store.staff.failed('target', NOON_MS + 14 * 365 * 86_400_000)
  expect((await signIn('target', PASSWORD)).status).toBe(303)
})

test('a viewer reads and does not download', async () => {
  const viewer = cookieOf(await signIn('target', PASSWORD))
  expect(await page('/staff/sites/place', { cookie: viewer })).not.toContain('download.zip')
  expect((await ask('/staff/download.zip?site=place&month=2026-10', { cookie: viewer })).status).toBe(403)
})

test('taking the demonstration away leaves the real sites as they were', async () => {
  const before = Buffer.from(await (await ask('/staff/download.zip?site=*real&month=2026-10')).arrayBuffer())
  expect(await hub.removeDemo()).toBe(1)
  expect((await hub.store.counts.sites()).map(({ id }) => id)).toEqual([GARE.id, 'fresh', PLACE.id])
  expect(await page('/staff')).not.toContain('ville inventée')
  expect((await ask(`/staff/sites/${DEMO.id}`)).status).toBe(404)
  expect(await Array.fromAsync(hub.store.batches.events(`gw-${DEMO.id}`))).toEqual([])
  expect((await hub.store.devices.list()).map(({ gateway }) => gateway)).toEqual(['gw-fresh', 'gw-gare', 'gw-place'])
  expect(Buffer.from(await (await ask('/staff/download.zip?site=*real&month=2026-10')).arrayBuffer()).equals(before)).toBe(true)
  expect(await hub.removeDemo()).toBe(0)
})

test('a gateway that calls a real site a demonstration does not get it taken away', async () => {
  const liar = await gateway(dir, 'gw-liar')
  await enrolAtOwnHub(hub, { ...liar, gateway: liar.name })
  const lie = draft(1)
  await liar.put({ ...lie, timeMs: NOON_MS + 60_000, data: { ...lie.data, site: { ...PLACE, demo: true } } })
  await createPush({ url: hub.origin }, effects, { ...liar, fetch: (url, init) => hub.fetch(url, init) }).drain()
  await liar.close()
  const cells = () => hub.store.counts.cells(PLACE.id, 0, NOON_MS)
  const before = await cells()
  expect(before.length).toBeGreaterThan(70)
  expect(await hub.removeDemo()).toBe(0)
  expect(await cells()).toEqual(before)
})
