import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { createMetrics } from '#shared/metrics.ts'
import { silentLog } from '#shared/log.ts'
import { readHead } from '#shared/receipt-head.ts'
import { generateDeviceKey, signJws } from '#shared/sign.ts'
import { SQUARE } from '#test/support/portal-town.ts'
import { GATEWAY_MIGRATIONS } from '../migrations.ts'
import { createAcknowledge } from './acknowledge.ts'
import { checkReceipt } from './proof.ts'
import { parseCode } from './receipt.ts'
import { createReceiptDays, type ReceiptDays, type SignedHead } from './receipt-days.ts'
import { createReceiptDesk, type ReceiptDesk } from './receipt-desk.ts'
import { createReceipts, type Receipts } from './receipts.ts'
import { termsOf } from './terms.ts'

const DAY_MS = 86_400_000
const key = generateDeviceKey()
const terms = termsOf('fr', ['un', 'deux', 'trois'])
const BUSY = { ...SQUARE, id: 'gare', class: 'busy' } as const
const shown = [{ id: 'lettre', lang: 'fr', text: 'La lettre de la ville' }] as const

let dir = ''
let clock: ManualClock
let durable: DurableWriter
let reader: Db
let receipts: Receipts
let days: ReceiptDays
let desk: ReceiptDesk
let sent: SignedHead[]
let sites: (typeof SQUARE | typeof BUSY)[]
let acknowledge: ReturnType<typeof createAcknowledge>

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-days-'))
  clock = manualClock(Date.UTC(2026, 10, 3, 10, 4, 37))
  const options = { durability: 'full', migrations: GATEWAY_MIGRATIONS, secureDelete: true } as const
  durable = inlineWriter(join(dir, 'gateway.db'), options)
  reader = openDb(join(dir, 'gateway.db'), options)
  receipts = createReceipts({ durable, reader })
  sent = []
  sites = [SQUARE]
  const sign = (typ: string, payload: string) => signJws(key, typ, payload)
  const effects = { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }
  const signing = { gateway: 'gw-1', controller: 'Ville', sign, durable, effects, clockSync: () => 'system' as const }
  acknowledge = createAcknowledge(signing)
  days = createReceiptDays({ ...signing, reader, sites, random: randomBytes, clock, keepDays: 365, drop: receipts.drop, send: async (head) => void sent.push(head) })
  desk = createReceiptDesk({ ...signing, receipts, days, key: key.jwk })
})
afterEach(async () => {
  await durable.close()
  reader.close()
  rmSync(dir, { recursive: true })
})

/** Taps at the square; their codes. */
async function taps(count: number, site: typeof SQUARE | typeof BUSY = SQUARE, given: readonly string[] = []) {
  const codes: Parameters<ReceiptDesk['held']>[0][] = []
  for (let n = 0; n < count; n++) {
    const { receipt } = await acknowledge({ site, terms, choices: { shown, given } })
    await durable.write(receipt.statement)
    codes.push(receipt.code)
  }
  return codes
}
async function nextDay(): Promise<void> {
  clock.advance(DAY_MS)
  await days.tick()
}
async function checkedCopy(code: Parameters<ReceiptDesk['held']>[0]) {
  const copy = await desk.copy(code)
  return copy?.receipts.map(({ jws, proof }) => checkReceipt(jws, proof && { ...proof, path: [...proof.path] }, key))
}
const rowOf = (code: Parameters<ReceiptDesk['held']>[0]) => receipts.of(code)[0]?.position ?? 0

test('a receipt is signed today and proven from tomorrow on', async () => {
  await days.tick()
  const [code] = await taps(3)
  if (!code) throw new Error('no code')
  expect(await checkedCopy(code)).toMatchObject([{ verdict: 'signed' }])
  await nextDay()
  expect(await checkedCopy(code)).toMatchObject([{ verdict: 'proven', day: '2026-11-03', text: { site: 'default', act: 'acknowledged' } }])
  expect(await days.firstFlaw(key)).toBeUndefined()
})

test('neither heads nor copies tell how many receipts there were', async () => {
  await days.tick()
  const [lonely] = await taps(1)
  await nextDay()
  const [crowded] = await taps(900)
  await nextDay()
  const proofs = [await desk.copy(lonely!), await desk.copy(crowded!)].map((copy) => copy?.receipts[0]?.proof)
  expect(proofs.map((proof) => proof?.path.length)).toEqual([10, 10])
  const square = sent.filter(({ site }) => site.id === SQUARE.id)
  expect(square.map(({ day }) => day)).toEqual(['2026-11-03', '2026-11-04'])
  for (const { jws } of square) expect(Object.keys(readHead(jws, key)).sort()).toEqual(['day', 'iss', 'prev', 'root', 'site'])
  expect(new Set(square.map(({ jws }) => jws.length).values()).size).toBeLessThanOrEqual(2)
  // A day without a visitor has a head like any other.
  await nextDay()
  expect(sent.filter(({ day }) => day === '2026-11-05')).toHaveLength(1)
})

test('a busy site’s path has sixteen steps, and a square that is overrun has them too', async () => {
  sites.push(BUSY)
  await days.tick()
  const [busy] = await taps(2, BUSY)
  const [square] = await taps(1_025)
  await nextDay()
  expect((await desk.copy(busy!))?.receipts[0]?.proof?.path).toHaveLength(16)
  expect((await desk.copy(square!))?.receipts[0]?.proof?.path).toHaveLength(16)
  expect(await checkedCopy(square!)).toMatchObject([{ verdict: 'proven' }])
})

test('each head names the one before, so that no day can be taken out of the row', async () => {
  await days.tick()
  for (let n = 0; n < 3; n++) await nextDay()
  const heads = sent.filter(({ site }) => site.id === SQUARE.id)
  for (const [index, { jws }] of heads.entries()) {
    const before = heads[index - 1]
    expect(readHead(jws).prev).toBe(before ? createHash('sha256').update(before.jws).digest('hex') : null)
  }
})

test('an optional consent is given, taken back with a receipt of its own, and both are proven the day after', async () => {
  await days.tick()
  const [code] = await taps(1, SQUARE, ['lettre'])
  expect(desk.held(code!)).toMatchObject({ text: { act: 'given' }, consents: [{ id: 'lettre', given: true }] })
  expect(await desk.withdraw(code!, 'access')).toBe(false)
  expect(await desk.withdraw(code!, 'lettre')).toBe(true)
  expect(await desk.withdraw(code!, 'lettre')).toBe(false)
  expect(desk.held(code!)).toMatchObject({ consents: [{ id: 'lettre', given: false }] })
  await nextDay()
  const [given, withdrawn] = (await checkedCopy(code!)) ?? []
  expect([given?.verdict, withdrawn?.verdict]).toEqual(['proven', 'proven'])
  expect(withdrawn?.text).toMatchObject({ act: 'withdrawn', ref: given?.text?.jti, purposes: [{ id: 'lettre', basis: 'consent', given: false }] })
})

test('an erased receipt is nowhere on the disk, and everybody else’s is still proven', async () => {
  await days.tick()
  const codes = await taps(5, SQUARE, ['lettre'])
  const [gone, kept] = codes
  await desk.withdraw(gone!, 'lettre')
  const texts = receipts.of(gone!).flatMap(({ jws, jti }) => [jws, jti])
  await receipts.link()
  const everywhere = () => Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name)))).toString('latin1')
  for (const text of texts) expect(everywhere()).toContain(text)
  expect(await desk.erase(gone!)).toBe(true)
  for (const text of texts) expect(everywhere()).not.toContain(text)
  expect(desk.held(gone!)).toBeUndefined()
  expect(await desk.erase(gone!)).toBe(false)
  await nextDay()
  expect(await checkedCopy(kept!)).toMatchObject([{ verdict: 'proven' }])
  expect(await desk.audit()).toEqual({ position: null, day: null })
})

test('whoever edits a row is found out, by the gateway and by the citizen’s copy', async () => {
  await days.tick()
  const [code, other] = await taps(2)
  await nextDay()
  const edited = receipts.of(other!)[0]?.jws ?? ''
  const copy = await desk.copy(code!)
  await durable.write({ sql: 'update receipt set jws = ?, leaf = (select leaf from receipt where position = ?) where position = ?', values: [edited, rowOf(other!), rowOf(code!)] })
  expect(await desk.audit()).not.toEqual({ position: null, day: null })
  expect(await days.firstFlaw(key)).toEqual({ site: 'default', day: '2026-11-03' })
  const [first] = copy?.receipts ?? []
  expect(checkReceipt(edited, { ...first!.proof!, path: [...first!.proof!.path] }, key).verdict).toBe('not in the tree')
  expect(checkReceipt(first!.jws.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')).replace(/^(.{60})./, '$1x'), undefined, key).verdict).toBe('forged')
  expect(checkReceipt(first!.jws, { ...first!.proof!, path: [...first!.proof!.path] }, key, new Map([['2026-11-03', 'another']])).verdict).toBe('another head')
})

test('a receipt that a full disk held back over midnight stands in the tree of the day on which it was written', async () => {
  await days.tick()
  const { receipt } = await acknowledge({ site: SQUARE, terms })
  await nextDay()
  await durable.write(receipt.statement)
  await nextDay()
  expect(await checkedCopy(receipt.code)).toMatchObject([{ verdict: 'proven', day: '2026-11-04' }])
})

test('a clock that had run ahead closes no day twice, keeps none waiting and costs no receipt', async () => {
  await days.tick()
  const [code] = await taps(1)
  const right = clock.now()
  clock.setNow(Date.UTC(2040, 0, 1))
  await days.tick()
  clock.setNow(right)
  await days.tick()
  await nextDay()
  await nextDay()
  const own = sent.filter(({ site }) => site.id === SQUARE.id).map(({ day }) => day)
  expect(own).toEqual(['2026-11-03', '2026-11-04'])
  expect(await checkedCopy(code!)).toMatchObject([{ verdict: 'proven', day: '2026-11-03' }])
})

test('after its year a receipt goes with its leaf, and what is younger still verifies', async () => {
  await days.tick()
  const [old] = await taps(2)
  await receipts.link()
  await nextDay()
  clock.advance(200 * DAY_MS)
  await days.tick()
  const [young] = await taps(2)
  await receipts.link()
  await nextDay()
  clock.advance(165 * DAY_MS)
  await nextDay()
  expect(desk.held(old!)).toBeDefined()
  clock.advance(6 * 3_600_000)
  await days.tick()
  expect(desk.held(old!)).toBeUndefined()
  expect(reader.prepare('select count(*) from receipt').pluck().get()).toBe(2)
  expect(await checkedCopy(young!)).toMatchObject([{ verdict: 'proven' }])
  expect(await desk.audit()).toEqual({ position: null, day: null })
})

test('a disk that is full refuses what is optional and acknowledges all the same', async () => {
  const full: DurableWriter = { ...durable, write: () => Promise.reject(new Error('no room')) }
  const effects = { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }
  const refusing = createAcknowledge({ gateway: 'gw-1', controller: 'Ville', sign: (typ, payload) => signJws(key, typ, payload), durable: full, effects, clockSync: () => 'system' })
  const { receipt, extrasRefused } = await refusing({ site: SQUARE, terms, choices: { shown, given: ['lettre'] } })
  expect(extrasRefused).toBe(true)
  await durable.write(receipt.statement)
  expect(desk.held(receipt.code)).toMatchObject({ text: { act: 'acknowledged' }, consents: [{ id: 'lettre', given: false }] })
})

test('a code is read however it was typed', async () => {
  const [code] = await taps(1)
  expect(parseCode(` ${code!.toUpperCase().replace(/(.{4})/g, '$1-')}`)).toBe(code)
  expect(parseCode('')).toBeUndefined()
  expect(parseCode(`${code}0`)).toBeUndefined()
})
