// The voucher desk as a librarian has it, and everything that it is not.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readVoucherCode } from '#radius/vouchers/code.ts'
import { testEffects, townHub, type TestEffects } from '#test/journeys/delivery-parts.ts'
import { NOON_MS, PLACE, settleTown } from '#test/support/hub-town.ts'
import type { Hub } from '../main.ts'
import { staffApp } from '../staff/app.ts'

let dir = ''
let hub: Hub
let effects: TestEffects
const cookies = new Map<string, string>()

type Asked = { readonly as?: string; readonly form?: Record<string, string>; readonly language?: string; readonly origin?: string }
function ask(path: string, { as = 'desk', form, language = 'fr', origin = hub.origin }: Asked = {}): Promise<Response> {
  const headers = { cookie: cookies.get(as) ?? '', 'accept-language': language, origin }
  if (!form) return hub.fetch(`${hub.origin}${path}`, { headers })
  return hub.fetch(`${hub.origin}${path}`, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(form).toString() })
}
const page = async (path: string, asked?: Asked): Promise<string> => (await ask(path, asked)).text()
async function signIn(name: string, role: string): Promise<void> {
  const password = (await hub.addAccount(name, role)) ?? ''
  const entered = await ask('/staff/sign-in', { as: 'nobody', form: { name, password } })
  cookies.set(name, (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '')
}
const ORDER = { label: 'médiathèque', count: '30', minutes: '120', devices: '1', until: '2027-01-31', form: 'digits', hours: '', megabytes: '', down: '', up: '' }
const codesIn = (text: string): string[] => [...text.matchAll(/<p class="code"[^>]*>(.*?)<\/p>/g)].map(([, code = '']) => code.replace(/<[^>]*>|\s/g, ''))

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-desk-'))
  effects = testEffects()
  effects.clock.setNow(NOON_MS)
  hub = await townHub(dir, effects)
  await settleTown(dir, hub, effects, [PLACE])
  for (const [name, role] of [['admin', 'admin'], ['desk', 'desk'], ['steward', 'steward'], ['viewer', 'viewer']] as const) await signIn(name, role)
})
afterAll(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

const staffParts = () => ({ store: hub.store, pool: hub.pool, setup: { code: undefined, open: async () => false, matches: () => false }, origin: () => hub.origin, city: '', languages: ['fr' as const] })
/** Every staff route there is, but for those that anybody may ask. */
function staffRoutes(): { method: string; path: string }[] {
  const open = /^\/(first|sign-in|sign-out|style\.css|mark\.svg|vouchers\.css)$|\*/
  return staffApp(staffParts(), effects).routes.filter(({ method, path }) => method !== 'ALL' && !open.test(path))
}

test('the voucher desk may print and void vouchers, and every other staff route refuses it', async () => {
  const routes = staffRoutes()
  expect(routes.length).toBeGreaterThan(7)
  for (const { method, path } of routes) {
    if (path.startsWith('/vouchers')) continue
    const answer = await ask(`/staff${path === '/' ? '' : path.replace(':id', 'place')}`, method === 'POST' ? { form: {} } : {})
    expect([path, answer.status]).toEqual([path, path === '/' ? 303 : 403])
    expect(await answer.text()).not.toMatch(/Place du Marché|±/)
  }
  expect((await ask('/staff')).headers.get('location')).toBe('/staff/vouchers')
  const menu = /<nav aria-label="Menu">.*?<\/nav>/s.exec(await page('/staff/vouchers'))?.[0] ?? ''
  expect(menu).toContain('/staff/vouchers')
  expect(menu).not.toMatch(/download|"\/staff"/)
})

test('whoever reads numbers makes no vouchers, and nobody does without signing in', async () => {
  for (const as of ['viewer', 'steward']) {
    for (const asked of [{ as }, { as, form: ORDER }]) expect((await ask('/staff/vouchers', asked)).status).toBe(403)
    expect((await ask('/staff/vouchers/void', { as, form: { label: 'x' } })).status).toBe(403)
    expect(await page('/staff', { as })).not.toContain('/staff/vouchers')
  }
  for (const asked of [{ as: 'nobody' }, { as: 'nobody', form: ORDER }]) expect((await ask('/staff/vouchers', asked)).status).toBe(303)
  expect((await ask('/staff/vouchers', { form: ORDER, origin: 'https://evil.example' })).status).toBe(403)
  expect(await hub.pool.list()).toEqual([])
})

test('thirty vouchers come on two sheets, each with a code that opens, what it gives and until when; loading the page again shows them no more', async () => {
  const text = await page('/staff/vouchers', { form: ORDER })
  const codes = codesIn(text)
  expect([codes.length, new Set(codes).size, text.match(/<ul class="sheet">/g)?.length]).toEqual([30, 30, 2])
  expect(codes.every((code) => readVoucherCode(code).kind === 'code')).toBe(true)
  expect(text).toContain('2 heures en ligne')
  expect(text).toContain('jusqu’au 31 janvier 2027 compris')
  expect(text).toContain('Ville d’essai')
  expect(await hub.pool.lease({ aud: '', minute: 0, id: 'ab'.repeat(16), code: codes[0] ?? '', used: { seconds: 0, octets: 0 }, places: 1 })).toMatchObject({ state: 'granted', left_seconds: 7_200 })
  const again = await ask('/staff/vouchers', { form: ORDER })
  expect(again.status).toBe(409)
  expect(codesIn(await again.text())).toEqual([])
  expect(codesIn(await page('/staff/vouchers'))).toEqual([])
})

test('what is typed is text, and what cannot be is said with the form still filled in', async () => {
  const markup = '<b>"fête"</b>'
  const made = await page('/staff/vouchers', { form: { ...ORDER, label: markup, count: '1' } })
  expect(made).not.toContain('<b>"')
  expect(await page('/staff/vouchers')).toContain('&lt;b&gt;&quot;fête&quot;&lt;/b&gt;')
  for (const wrong of [{ count: '0' }, { count: '5001' }, { count: '1e3' }, { minutes: '-1' }, { devices: 'x' }, { until: '2027-02-30' }, { form: 'runes' }, { label: ' ' }, { label: 'x'.repeat(101) }, { down: '7' }]) {
    const answer = await ask('/staff/vouchers', { form: { ...ORDER, label: 'autre', ...wrong } })
    expect([wrong, answer.status]).toEqual([wrong, 400])
    expect(await answer.text()).toContain('Certaines valeurs ne conviennent pas')
  }
  expect(await page('/staff/vouchers', { form: { ...ORDER, label: 'autre', until: '2020-01-31' } })).toContain('Ce jour est passé')
})

test('where the portal beside this hub does not offer sign-in by voucher, the desk says so before any are made', async () => {
  const desk = async (vouchersOffered?: boolean) => (await staffApp({ ...staffParts(), vouchersOffered }, effects).request('/vouchers', { headers: { cookie: cookies.get('desk') ?? '' } })).text()
  expect(await desk(false)).toContain('ne propose pas de se connecter avec un bon')
  expect(await desk()).not.toContain('portal.methods')
})

test('a batch is voided after a question, and is worth nothing then', async () => {
  const [code = ''] = codesIn(await page('/staff/vouchers', { form: { ...ORDER, label: 'à annuler', count: '1' } }))
  expect(await page(`/staff/vouchers/void?label=${encodeURIComponent('à annuler')}`)).toContain('Rien ne permet de revenir en arrière')
  expect((await ask('/staff/vouchers/void', { form: { label: 'à annuler' } })).headers.get('location')).toBe('/staff/vouchers')
  expect(await page('/staff/vouchers')).toContain('annulée')
  expect(await hub.pool.lease({ aud: '', minute: 0, id: 'cd'.repeat(16), code, used: { seconds: 0, octets: 0 }, places: 1 })).toMatchObject({ state: 'refused', reason: 'void' })
  expect((await ask('/staff/vouchers/void', { form: { label: 'nothing' } })).status).toBe(404)
  expect((await ask('/staff/vouchers/void?label=nothing')).status).toBe(404)
})

test('the list says what was made and never what was used', async () => {
  const text = await page('/staff/vouchers')
  expect(text).toContain('médiathèque')
  expect(text).not.toMatch(/utilis\w+ :|non utilisé|reste/i)
  expect(await page('/staff/vouchers', { language: 'ar' })).toContain('dir="rtl"')
})

test('a batch is erased thirty days after it was voided, with its vouchers and leases', async () => {
  effects.clock.setNow(NOON_MS)
  effects.clock.advance(3_600_000)
  await hub.pool.close()
  const minute = Math.floor(effects.clock.now() / 60_000)
  while (await hub.store.vouchers.tidy(minute + 29 * 1_440));
  expect((await hub.pool.list()).map(({ label }) => label)).toContain('à annuler')
  while (await hub.store.vouchers.tidy(minute + 31 * 1_440));
  expect((await hub.pool.list()).map(({ label }) => label)).not.toContain('à annuler')
  expect((await hub.pool.list()).map(({ label }) => label)).toContain('médiathèque')
})
