import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readVoucherCode } from '#radius/vouchers/code.ts'
import { portalTown, tokenOf, type PortalTown } from '#test/support/portal-town.ts'
import { PROBING_CLIENTS } from '../detect/probes.ts'
import { dryRunMac } from '../gateway/dry-run.ts'
import { ALARMS, type Alarm } from '../legal/alarms.ts'
import type { OpenSession } from '../session/session.ts'
import { VERDICTS } from '../state/doctor.ts'
import { createAccess } from './access.ts'
import { operatorApp } from './app.ts'
import { OPERATOR_LANGUAGES, OPERATOR_TEXTS } from './texts.ts'

const ORIGIN = 'http://localhost'
let town: PortalTown
let app: ReturnType<typeof operatorApp>
let access: ReturnType<typeof createAccess>
let cookie = ''

beforeAll(async () => {
  town = await portalTown()
  access = createAccess(town.clock, town.effects.random)
  app = operatorApp({ ...town.portal.operator, access }, town.effects)
  cookie = await come('Claire')
})
afterAll(() => town.close())

const post = (path: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
  app.request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: ORIGIN, cookie, ...headers } })
async function come(name: string): Promise<string> {
  const answer = await post('/enter', { code: access.mint(name).code })
  expect(answer.status).toBe(303)
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}
const search = async (needle: string): Promise<string> => (await post('/find', { needle })).text()
const mainOf = (body: string) => /<main>(.*?)<\/main>/s.exec(body)?.[1] ?? ''
const rowsIn = (body: string) => [...body.matchAll(/action="\/operator\/(\w+)"><input type="hidden" name="row" value="(\w+)"/g)].map(([, act, row = '']) => ({ act, row }))
const rowFor = (body: string, act: string) => rowsIn(body).find((one) => one.act === act)?.row ?? ''

test('nobody comes in without a code of this machine: not by guessing, not with a cookie of their own making', async () => {
  for (const headers of [{ cookie: '' }, { cookie: 'parvis-operator=x' }]) {
    const shown = await app.request('/', { headers })
    expect(await shown.text()).toContain('name="code"')
    expect((await post('/find', { needle: '127.0.0.2' }, headers)).status).toBe(303)
    expect((await post('/end', { row: 'x' }, headers)).status).toBe(303)
  }
  const wrong = await post('/enter', { code: 'aaaa-aaaa' }, { cookie: '' })
  expect(wrong.status).toBe(403)
  expect(await wrong.text()).toContain('Ce code n’ouvre rien')
})

test('without a search nothing is listed, and no total is told', async () => {
  await town.phone('127.0.0.2').connect()
  await town.phone('127.0.0.3').connect()
  const body = await (await app.request('/', { headers: { cookie } })).text()
  expect(mainOf(body)).not.toMatch(/class="card"><p><b>|name="row"|\b2\b/)
})

test('a connection is found by its address or its MAC in any notation, and by nothing near it', async () => {
  for (const needle of ['127.0.0.2', '::ffff:127.0.0.2', '02:00:7f:00:00:02', '0200-7F00-0002', ' 02007f000002 ']) {
    const body = await search(needle)
    expect(body, needle).toContain('Place du Marché')
    expect(body, needle).toContain('En ligne depuis')
    expect(rowsIn(body).map(({ act }) => act), needle).toEqual(['end', 'bar'])
  }
  for (const needle of ['127.0.0', '02:00:7f', '%', '*', '', 'a'.repeat(200)]) expect(rowsIn(await search(needle)), needle).toEqual([])
})

test('a voucher finds the connections that it opened, ten at most', async () => {
  const valid = Array.from({ length: 10 }, (_, digit) => `1000000000000000000${digit}`).find((one) => readVoucherCode(one).kind === 'code') ?? ''
  const [opened] = town.portal.sessions.list()
  const many = Array.from({ length: 14 }, (_, index) => ({ ...opened, id: `s${index}`, user: valid }) as OpenSession)
  const busy = operatorApp({ ...town.portal.operator, access, sessions: { ...town.portal.sessions, list: () => many } }, town.effects)
  const body = await (await busy.request('/find', { method: 'POST', body: new URLSearchParams({ needle: valid }), headers: { origin: ORIGIN, cookie } })).text()
  expect(rowsIn(body).filter(({ act }) => act === 'end')).toHaveLength(10)
  // A word of its own: handles are random letters and digits.
  expect(mainOf(body)).not.toMatch(/\b14\b/)
  expect(await search(valid)).toContain('Aucune connexion ne répond à cela.')
})

test('no page names a device, an address or a session', async () => {
  const body = await search('127.0.0.2')
  const session = town.portal.sessions.list().find(({ mac }) => mac === dryRunMac('127.0.0.2'))
  for (const secret of ['127.0.0.2', '02:00:7f', '02007f000002', session?.id ?? '?', session?.user ?? '?']) expect(body).not.toContain(secret)
})

test('ended is ended: once, and by its own row', async () => {
  const row = rowFor(await search('127.0.0.2'), 'end')
  expect(await (await post('/end', { row })).text()).toContain('La connexion est arrêtée.')
  expect(town.portal.sessions.list().map(({ mac }) => mac)).toEqual([dryRunMac('127.0.0.3')])
  expect(await (await post('/end', { row })).text()).toContain('n’est plus là')
  expect((await town.phone('127.0.0.2').connect()).body).toContain('Vous êtes en ligne')
})

test('a device that is kept out cannot come back before the day is over, unless it is let back', async () => {
  const phone = town.phone('127.0.0.5')
  tokenOf((await phone.connect()).body)
  const barred = await (await post('/bar', { row: rowFor(await search('127.0.0.5'), 'bar') })).text()
  expect(barred).toContain('suspendu jusqu’à la fin de la journée')
  expect((await phone.get('/')).body).not.toContain('action="/connect"')
  const again = await search('127.0.0.5')
  expect(again).toContain('Suspendu jusqu’à la fin de la journée.')
  expect(await (await post('/lift', { row: rowFor(again, 'lift') })).text()).toContain('La suspension est levée.')
  expect((await phone.connect()).body).toContain('Vous êtes en ligne')
  await post('/bar', { row: rowFor(await search('127.0.0.5'), 'bar') })
  // From 11:00 past four in the morning.
  town.clock.advance(17.5 * 3_600_000)
  await town.portal.sessions.round()
  cookie = await come('Claire')
  expect((await phone.connect()).body).toContain('Vous êtes en ligne')
})

test('a row that was never shown, of another kind or full of markup acts on nobody', async () => {
  const before = town.portal.sessions.list().length
  for (const row of ['', 'x', '../../etc', '<script>', '__proto__', 'a'.repeat(3_000)]) expect(await (await post('/end', { row })).text()).not.toContain('<script>')
  expect(town.portal.sessions.list()).toHaveLength(before)
  expect((await post('/find', { needle: 'a'.repeat(5_000) })).status).toBe(413)
})

test('a page of another site cannot act through an operator’s browser, and the cookie stays here', async () => {
  const row = rowFor(await search('127.0.0.5'), 'end')
  expect((await post('/end', { row }, { origin: 'http://elsewhere.example' })).status).toBe(403)
  const entered = await post('/enter', { code: access.mint('Claire').code })
  expect(entered.headers.get('set-cookie')).toMatch(/Path=\/operator; HttpOnly; SameSite=Strict/)
  const answer = await app.request('/', { headers: { cookie } })
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('the log says who looked and by what kind of thing, never for what', () => {
  const log = town.effects.lines.join('')
  expect(log).toMatch(/"event":"an operator searched","operator":"Claire","by":"address"/)
  expect(log).toMatch(/"event":"an operator acted","operator":"Claire","act":"bar","outcome":"barred"/)
  expect(log).not.toMatch(/127\.0\.0\.[2-9]|02:?00:?7f|10000000000/i)
})

test('what the law asks is told in words to whoever is signed in, once it is due, and to nobody else', async () => {
  const alarms: Alarm[] = []
  const watched = operatorApp({ ...town.portal.operator, access, alarms: () => alarms }, town.effects)
  const shown = async (language: string, headers = { cookie }) => (await watched.request(`/?lang=${language}`, { headers })).text()
  expect(await shown('fr')).not.toContain('Ce que la loi demande')
  alarms.push('keys_run_out')
  expect(await shown('fr')).toContain('Les clés du détenteur A s’arrêtent dans moins de quinze jours.')
  expect(await shown('fr')).not.toContain('La clé du détenteur A manque')
  expect(await shown('fr', { cookie: '' })).not.toContain('détenteur')
  alarms.push(...(Object.keys(ALARMS) as Alarm[]))
  for (const language of OPERATOR_LANGUAGES) {
    const body = await shown(language)
    for (const alarm of alarms) expect(body, `${language} ${alarm}`).toContain(OPERATOR_TEXTS[language][`law.${alarm}`])
  }
})

test('a profile whose review is overdue is told to the operator by the running portal', async () => {
  expect(town.portal.operator.alarms()).toEqual([])
  const late = await portalTown({ startMs: Date.UTC(2099, 0, 1) })
  onTestFinished(() => late.close())
  expect(late.portal.operator.alarms()).toEqual(['review_overdue'])
})

/** What the page says of each system, in its order. */
const saidBy = (body: string): [string, string][] => [...body.matchAll(/<dt>([^<]+)<\/dt><dd>([^<]+)<\/dd>/g)].map(([, system = '', words = '']) => [system, words])

test.each(OPERATOR_LANGUAGES)('the probe doctor says of each system whether the page opens, in words of %s and without a digit', async (language) => {
  const texts = OPERATOR_TEXTS[language]
  const diagnoses = PROBING_CLIENTS.map((system, index) => ({ system, verdict: VERDICTS[index % VERDICTS.length] ?? 'unseen' }))
  const watched = operatorApp({ ...town.portal.operator, access, diagnoses: () => diagnoses }, town.effects)
  const body = await (await watched.request(`/?lang=${language}`, { headers: { cookie } })).text()
  expect(saidBy(body)).toEqual(diagnoses.map(({ system, verdict }) => [system, texts[`doctor.${verdict}`]]))
  expect(new Set(VERDICTS.map((verdict) => texts[`doctor.${verdict}`])).size).toBe(VERDICTS.length)
  const section = body.split('<section>').find((part) => part.includes(texts['doctor.heading'] ?? ' ')) ?? ''
  expect(section.replaceAll(/<[^>]*>/g, ' ')).toContain(texts['doctor.text'])
  expect(section.replaceAll(/<[^>]*>/g, ' ')).not.toMatch(/\p{Nd}/u)
  expect(await (await watched.request('/', { headers: { cookie: '' } })).text()).not.toContain('Kindle')
})

test('twenty phones that come online, twenty that are never shown a page and nineteen of a third kind are three verdicts, the day after', async () => {
  const square = await portalTown()
  onTestFinished(() => square.close())
  const own = createAccess(square.clock, square.effects.random)
  const desk = operatorApp({ ...square.portal.operator, access: own }, square.effects)
  const shown = async () => {
    const entered = await desk.request('/enter', { method: 'POST', body: new URLSearchParams({ code: own.mint('Claire').code }), headers: { origin: ORIGIN } })
    return Object.fromEntries(saidBy(await (await desk.request('/', { headers: { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' } })).text()))
  }
  const probe = async (number: number, host: string, path: string) => {
    square.clock.advance(6)
    expect((await square.phone(`127.0.7.${number}`).get(path, { host })).status).toBe(302)
  }
  const [apple, kindle, windows] = [1, 101, 201]
  for (let index = 0; index < 20; index++) {
    await probe(apple + index, 'captive.apple.com', '/hotspot-detect.html')
    await square.phone(`127.0.7.${apple + index}`).connect()
    if (index < 19) await probe(windows + index, 'www.msftconnecttest.com', '/connecttest.txt')
    if (index < 19) await square.phone(`127.0.7.${windows + index}`).connect()
  }
  for (let again = 0; again < 3; again++) {
    square.clock.advance(21_000)
    for (let index = 0; index < 20; index++) await probe(kindle + index, 'spectrum.s3.amazonaws.com', '/kindle-wifi/wifistub.html')
  }
  square.clock.advance(11 * 60_000)
  expect(new Set(Object.values(await shown()))).toEqual(new Set(['Pas assez vu']))
  square.clock.setNow(square.clock.now() + 20 * 3_600_000)
  square.clock.advance(60_000)
  await expect.poll(shown).toMatchObject({ Apple: 'Fonctionne', Kindle: 'Bloque', Windows: 'Pas assez vu', Android: 'Pas assez vu' })
})
