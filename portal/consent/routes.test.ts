import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicKey } from '#shared/sign.ts'
import { encodeBase32 } from '#shared/base32.ts'
import { formFields, portalTown, SQUARE, type Answer, type PortalTown } from '#test/support/portal-town.ts'
import { makeHolderA, makeHolderB, readHolderA, readHolderB } from '../legal/holder-keys.ts'
import { checkReceipt } from './proof.ts'
import type { ReceiptCopy } from './receipt-desk.ts'
import type { SignedHead } from './receipt-days.ts'
import { loadTerms } from './terms-files.ts'

const HEAD = '<!-- id: reglement; version: 2026-11; title: Règlement du Wi-Fi -->\n'
const EXTRAS = [{ id: 'lettre', texts: { fr: 'La lettre de la ville, <b>une fois par mois</b>', en: 'The city’s letter' } }, { id: 'sondage', texts: { fr: 'Un sondage par an' } }]

let dir = ''
let town: PortalTown
const heads: SignedHead[] = []
let diskFull = false
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-terms-'))
  writeFileSync(join(dir, 'fr.html'), `${HEAD}<h2>Usage</h2><p>Soyez brefs.</p>`)
  writeFileSync(join(dir, 'en.html'), `${HEAD}<h2>Use</h2><p>Be brief.</p>`)
  const site = { ...SQUARE, name: 'Place <script>alert(1)</script>' }
  town = await portalTown({
    settings: { sites: [site], terms: new Map([['default', loadTerms(dir)]]), extras: EXTRAS, controller: 'Ville & <i>Cie</i>' },
    durable: (writer) => ({ ...writer, write: (...statements) => (diskFull ? Promise.reject(new Error('no room')) : writer.write(...statements)) }),
    parts: { sendHead: async (head) => void heads.push(head) },
  })
})
afterAll(async () => {
  await town.close()
  rmSync(dir, { recursive: true })
})

let number = 10
const newPhone = () => town.phone(`127.0.40.${number++}`)
const codeOf = (page: Answer) => /\/receipt\/([0-9a-z]{16})/.exec(page.body)?.[1] ?? ''
async function tap(fields: Readonly<Record<string, string>> = {}, lang = 'fr') {
  const phone = newPhone()
  const page = await phone.get(`/?lang=${lang}`)
  const online = await phone.post('/connect', { ...formFields(page.body), ...fields })
  return { phone, page, online, code: codeOf(online) }
}
async function copyOf(code: string): Promise<ReceiptCopy> {
  return JSON.parse((await newPhone().get(`/receipt/${code}/copy`)).body) as ReceiptCopy
}

test('the first page keeps its three facts and leads to the terms, whose version and digest the receipt carries', async () => {
  const { page, online, code, phone } = await tap()
  expect(online.status).toBe(200)
  expect(page.body.match(/<ul class="facts".*?<\/ul>/s)?.[0].match(/<li>/g)).toHaveLength(3)
  expect(page.body).toContain('href="/terms?lang=fr"')
  const terms = await phone.get('/terms?lang=fr')
  expect(terms.body).toContain('<h2>Usage</h2><p>Soyez brefs.</p>')
  expect(terms.body).toContain('2026-11')
  const { receipts } = await copyOf(code)
  const { text, verdict } = checkReceipt(receipts[0]?.jws ?? '', undefined, publicKey(town.key.jwk))
  expect(verdict).toBe('signed')
  expect(text?.terms).toMatchObject({ id: 'reglement', ver: '2026-11', lang: 'fr' })
  expect(terms.body).toContain(text?.terms.sha256)
})

test('a reader whose language the terms do not have gets the site’s own, said to be so', async () => {
  const arabic = await newPhone().get('/terms?lang=ar')
  expect(arabic.body).toContain('<html lang="ar" dir="rtl">')
  expect(arabic.body).toContain('<section class="terms" lang="fr" dir="ltr">')
  expect((await newPhone().get('/terms?lang=en')).body).toContain('<p>Be brief.</p>')
})

test('names full of markup are text on every page of mine', async () => {
  const { code } = await tap()
  for (const path of ['/', '/terms', '/receipt', `/receipt/${code}`, '/recorded']) {
    const { body } = await newPhone().get(path)
    expect(body, path).not.toMatch(/<script|<i>Cie|<b>une fois/)
  }
  expect((await newPhone().get('/')).body).toContain('&lt;b&gt;une fois par mois&lt;/b&gt;')
})

test('optional consents are off, and who leaves them off has the same session as who ticks them', async () => {
  const plain = await tap()
  expect(plain.page.body).toContain('<input type="checkbox" name="extra.lettre" value="given">')
  expect(plain.page.body).not.toContain('checked')
  const ticked = await tap({ 'extra.lettre': 'given', 'extra.nobody': 'given' })
  const [a, b] = [plain, ticked].map(({ phone }) => town.portal.sessions.list().find(({ mac }) => mac.endsWith(Number(phone.address.split('.')[3]).toString(16).padStart(2, '0')) && mac.startsWith('02007f0028')))
  expect([a?.limits, (a?.deadlineMs ?? 0) - (a?.startedMs ?? 0)]).toEqual([b?.limits, (b?.deadlineMs ?? 1) - (b?.startedMs ?? 0)])
  const texts = await Promise.all([plain, ticked].map(async ({ code }) => checkReceipt((await copyOf(code)).receipts[0]?.jws ?? '', undefined, publicKey(town.key.jwk)).text))
  expect(texts.map((text) => [text?.act, text?.purposes.filter(({ given }) => given).map(({ id }) => id)])).toEqual([['acknowledged', ['access']], ['given', ['access', 'lettre']]])
})

test('a consent is taken back on a page without script, and the session goes on', async () => {
  const { code, phone } = await tap({ 'extra.lettre': 'given' })
  const page = await phone.get(`/receipt/${code}`)
  expect(page.body).toContain('Retirer mon accord')
  expect(page.headers['referrer-policy']).toBe('no-referrer')
  expect((await phone.get(`/receipt/${code}?act=withdraw&purpose=lettre`)).body).toContain('Retirer mon accord')
  const after = await phone.post('/receipt', { code, act: 'withdraw', purpose: 'lettre', lang: 'fr' })
  expect(after.body).toContain('Votre accord est retiré')
  expect(after.body).not.toContain('Retirer mon accord')
  expect((await phone.get('/status')).body).toContain('Vous êtes en ligne')
})

test('the code erases the receipt from any device, once, and tells afterwards nothing', async () => {
  const { code } = await tap()
  const elsewhere = newPhone()
  const typed = code.toUpperCase().replace(/(.{4})(?=.)/g, '$1 ')
  expect((await elsewhere.post('/receipt', { code: typed, act: 'show' })).body).toContain('Votre reçu')
  expect((await elsewhere.post('/receipt', { code: typed, act: 'erase' })).body).toContain('Le reçu est effacé')
  expect((await elsewhere.post('/receipt', { code: typed, act: 'erase' })).status).toBe(404)
  expect((await elsewhere.get(`/receipt/${code}`)).status).toBe(404)
  expect((await elsewhere.get(`/receipt/${code}/copy`)).status).toBe(404)
})

test('a code that nobody was given leads nowhere, and an act that does not exist is refused', async () => {
  for (const code of [encodeBase32(randomBytes(10)), '', '0'.repeat(40), '<script>']) expect((await newPhone().post('/receipt', { code, act: 'erase' })).status).toBe(404)
  const { code } = await tap()
  for (const act of ['__proto__', 'constructor', 'nothing']) expect((await newPhone().post('/receipt', { code, act })).status).toBe(400)
  expect((await newPhone().get(`/receipt/${code}`)).status).toBe(200)
})

test('with a full disk the log-in goes on, and what was ticked counts as refused', async () => {
  diskFull = true
  const { online } = await tap({ 'extra.lettre': 'given' })
  expect(online.body).toContain('Vous êtes en ligne')
  expect(online.body).toContain('ils comptent comme refusés')
  diskFull = false
})

test('the day after, a copy is proven under the head that was sent to the hub', async () => {
  town.clock.advance(60_000)
  await expect.poll(() => town.reader.prepare('select count(*) from receipt_day').pluck().get()).toBe(1)
  const { code } = await tap()
  town.clock.setNow(town.clock.now() + 86_400_000)
  town.clock.advance(60_000)
  await expect.poll(() => heads.length).toBe(1)
  const [{ jws = '', proof } = {}] = (await copyOf(code)).receipts
  const published = new Map(heads.map((head) => [head.day, head.jws]))
  expect(checkReceipt(jws, proof && { ...proof, path: [...proof.path] }, publicKey(town.key.jwk), published)).toMatchObject({ verdict: 'proven' })
})

test('where no law asks, no log is kept and the page says so; where one does, the first page says that too', async () => {
  expect((await newPhone().get('/recorded')).body).toContain('Aucun registre légal n’est tenu ici.')
  expect((await newPhone().get('/recorded')).body).toContain('Les reçus sont gardés 365 jours')
  const [a, b] = [makeHolderA(['2026-11-03']), makeHolderB()]
  const nothing = async () => {}
  const keys = () => ({ a: readHolderA(a.public), b: readHolderB(b.public) })
  const french = await portalTown({ settings: { legalProfile: 'fr' }, parts: { legal: { directory: join(dir, 'legal'), keys, blocks: { start: nothing, give: nothing, take: nothing, stop: nothing }, ports: 60, publicAddress: () => undefined } } })
  try {
    const phone = french.phone('127.0.41.2')
    expect((await phone.get('/')).body).toContain('La loi fait garder un an, sous scellés')
    const recorded = (await phone.get('/recorded')).body
    expect(recorded).toContain('365 jours')
    expect(recorded).not.toContain('Aucun registre légal')
    expect(recorded).not.toContain('jamais sur disque')
  } finally {
    await french.close()
  }
})

test.each([
  ['fr.html', `${HEAD}<p>un</p>\n<script>x</script>`, /fr\.html:3: <script> is not allowed in terms/],
  ['xx.html', `${HEAD}<p>un</p>`, /xx is no language that ships/],
  ['fr.html', 'x'.repeat(70_000), /longer than 64 KiB/],
])('terms that cannot be shown stop the start: %s', (name, text, said) => {
  const bad = mkdtempSync(join(tmpdir(), 'parvis-bad-terms-'))
  writeFileSync(join(bad, name), text)
  expect(() => loadTerms(bad)).toThrow(said)
  rmSync(bad, { recursive: true })
})
