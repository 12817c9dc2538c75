import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeBatch, POST_TYP, type Batch, type BatchSite, type PushReply } from '#shared/batch.ts'
import { generateDeviceKey, signJws } from '#shared/sign.ts'
import { draft, START_MS, testEffects, townHub, type TestEffects } from '#test/journeys/delivery-parts.ts'
import type { Hub } from './main.ts'

const EPOCH = 'feedc0dedeadbeef'
let dir = ''
let hub: Hub
let effects: TestEffects
let next = ''
const key = generateDeviceKey()
const GATEWAY = 'gw-place'

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  effects = testEffects()
  effects.clock.setNow(START_MS + 86_400_000)
  hub = await townHub(dir, effects)
  next = (await hub.enrolOwn({ key, gateway: GATEWAY, epoch: EPOCH, model: 'test' }))?.next ?? ''
})
afterEach(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

const batch = (seq: number, gateway = GATEWAY): Batch => makeBatch({ gateway, epoch: EPOCH }, seq, draft(seq))
const jwsOf = (payload: unknown, options: { next?: string; by?: typeof key } = {}) =>
  signJws(options.by ?? key, POST_TYP, typeof payload === 'string' ? payload : JSON.stringify(payload), { header: { next: options.next ?? next } })
function post(body: string | Uint8Array, headers: Record<string, string> = { 'content-type': 'application/jose' }): Promise<Response> {
  return hub.fetch(`${hub.origin}/v1/batches`, { method: 'POST', headers, body: typeof body === 'string' ? body : new Uint8Array(body) })
}
async function accepted(payload: unknown): Promise<PushReply> {
  const response = await post(await jwsOf(payload))
  expect(response.status).toBe(200)
  const reply = (await response.json()) as PushReply
  next = reply.next
  return reply
}
const stored = () => Array.fromAsync(hub.store.batches.events(GATEWAY))

test('batches in any order, twice and in pieces are stored once each', async () => {
  expect(await accepted([batch(3), batch(1)])).toMatchObject({ acked: [[1, 1], [3, 3]], missing: [[2, 2]], rejected: [] })
  expect(await accepted([batch(1), batch(2), batch(2)])).toMatchObject({ acked: [[1, 2]], missing: [] })
  expect(await accepted([batch(10), batch(7), batch(8)])).toMatchObject({ acked: [[7, 8], [10, 10]], missing: [[4, 6], [9, 9]] })
  expect((await stored()).map(({ seq, bytes }) => [seq, bytes.toString()])).toEqual([1, 2, 3, 7, 8, 10].map((seq) => [seq, JSON.stringify(batch(seq))]))
})

test('the same POST again gets the same answer and changes nothing', async () => {
  const jws = await jwsOf([batch(1), batch(4)])
  const first = await (await post(jws)).json()
  const again = await (await post(jws)).json()
  expect(again).toEqual(first)
  expect(await stored()).toHaveLength(2)
  expect((await hub.store.counts.cells('place', 0, Number.MAX_SAFE_INTEGER)).map(({ value }) => value)).toEqual([25])
})

test('an old POST that someone recorded and sends later changes nothing and does not shut the gateway out', async () => {
  const recorded = await jwsOf([batch(1)])
  next = ((await (await post(recorded)).json()) as PushReply).next
  await accepted([batch(2)])
  expect((await post(recorded)).status).toBe(200)
  await accepted([batch(3)])
  expect(await stored()).toHaveLength(3)
})

test('an old token with anything that is not stored yet shuts the device out until someone has looked', async () => {
  const old = next
  await accepted([batch(1)])
  const fresh = next
  next = old
  expect((await post(await jwsOf([batch(1), batch(2)]))).status).toBe(409)
  next = fresh
  expect((await post(await jwsOf([batch(2)]))).status).toBe(409)
  expect(await stored()).toHaveLength(1)
})

test('a gateway cannot make a real site a demonstration, nor a demonstration real', async () => {
  const at = (site: Partial<BatchSite>) => ({ ...batch(1), data: { ...batch(1).data, site: { ...batch(1).data.site, ...site } } })
  for (const site of [{ demo: true as const }, { id: 'demo-x' }]) {
    const reply = (await (await post(await jwsOf([at(site)]))).json()) as PushReply
    expect(reply.rejected).toEqual([{ seq: 1, code: 'malformed' }])
    next = reply.next
  }
})

test('a hub restored from backup gives each device one free pass', async () => {
  await accepted([batch(1)])
  await hub.store.devices.freePasses()
  next = 'AAAAAAAAAAAAAAAAAAAAAA'
  await accepted([batch(2)])
  next = 'AAAAAAAAAAAAAAAAAAAAAA'
  expect((await post(await jwsOf([batch(3)]))).status).toBe(409)
})

test('the layout of a POST does not change its events', async () => {
  await accepted([batch(1)])
  expect(await accepted(` [ ${JSON.stringify(batch(1))} \n,\t${JSON.stringify(batch(2))} ] `)).toMatchObject({ acked: [[1, 2]], rejected: [] })
})

test('unknown fields pass and are kept byte for byte', async () => {
  const text = `{"later":[{"x":"]},{\\"["}],${JSON.stringify(batch(1)).slice(1)}`
  await accepted(`[${text},${JSON.stringify(batch(2))}]`)
  expect((await stored()).map(({ bytes }) => bytes.toString())).toEqual([text, JSON.stringify(batch(2))])
})

const spoilt = (change: (one: Record<string, never> & Batch) => object): object => ({ ...batch(5), ...change(batch(5) as never) })
test.each([
  ['unknown_schema', spoilt(() => ({ type: 'org.parvis.cells.v2' }))],
  ['unknown_schema', spoilt(() => ({ dataschema: 'https://parvis.example/schema/batch/2' }))],
  ['malformed', spoilt(() => ({ source: 'urn:gw:another' }))],
  ['malformed', spoilt(() => ({ id: 'another/feedc0dedeadbeef/5' }))],
  ['malformed', spoilt(({ data }) => ({ data: { ...data, cells: [{ release: 'arrivals' }] } }))],
  ['malformed', spoilt(({ data }) => ({ data: { ...data, site: { ...data.site, name: 'half \uD800' } } }))],
  ['malformed', spoilt(({ data }) => ({ data: { ...data, site: { ...data.site, id: '../../etc' } } }))],
  ['malformed', spoilt(({ data }) => ({ data: { ...data, site: { ...data.site, timezone: 'Mars/Olympus' } } }))],
  ['malformed', spoilt(({ data }) => ({ data: { ...data, coverage: 61 } }))],
  ['malformed', spoilt(() => ({ time: 'yesterday' }))],
  ['future', spoilt(() => ({ time: '2040-01-01T00:00:00.000Z' }))],
])('a batch that is %s is named and its neighbours are stored', async (code, bad) => {
  expect(await accepted([batch(4), bad, batch(6)])).toMatchObject({ acked: [[4, 4], [6, 6]], missing: [[1, 3], [5, 5]], rejected: [{ seq: 5, code }] })
  expect((await stored()).map(({ seq }) => seq)).toEqual([4, 6])
})

test('a prototype in JSON stays a field', async () => {
  const text = JSON.stringify(batch(1)).replace('{', '{"__proto__":{"polluted":1},')
  await accepted(`[${text}]`)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test.each(['', '[]', '{}', 'null', '7', '[7]', '[null]', '[{}]', '[', '[{"data":{"seq":1e400}}]', '\u0000', `[${'['.repeat(20_000)}${']'.repeat(20_000)}]`])('a payload of %# is refused as a whole', async (payload) => {
  expect((await post(await jwsOf(payload))).status).toBe(400)
  expect(await stored()).toEqual([])
})

test('more than 96 batches, and bytes that are not UTF-8, are refused', async () => {
  const many = Array.from({ length: 97 }, (_, index) => batch(index + 1))
  const send = async (payload: string | Buffer) => post(gzipSync(await signJws(key, POST_TYP, payload, { header: { next } })), { 'content-type': 'application/jose', 'content-encoding': 'gzip' })
  expect((await send(JSON.stringify(many))).status).toBe(400)
  expect((await send(Buffer.from(JSON.stringify([batch(1)]).replace('Place', 'Pl\u00e2ce'), 'latin1'))).status).toBe(400)
  expect((await send(JSON.stringify(many.slice(1)))).status).toBe(200)
})

test('a body that is too large, inflates too far or is no gzip is refused before it is read further', async () => {
  const gzip = { 'content-type': 'application/jose', 'content-encoding': 'gzip' }
  expect((await post('x'.repeat(64 * 1024 + 1))).status).toBe(413)
  expect((await post(gzipSync(Buffer.alloc(2 ** 20 + 1)), gzip)).status).toBe(413)
  expect((await post(gzipSync(Buffer.alloc(900_000)), gzip)).status).toBe(413)
  expect((await post(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), gzip)).status).toBe(400)
  expect((await post('hello', gzip)).status).toBe(400)
  expect((await post('', gzip)).status).toBe(400)
  expect((await post('x', { 'content-type': 'application/jose', 'content-encoding': 'br' })).status).toBe(415)
  expect((await post('x', { 'content-type': 'application/json' })).status).toBe(415)
  expect((await post('x', {})).status).toBe(415)
})

test('nobody but an enrolled device is believed', async () => {
  const stranger = generateDeviceKey()
  expect((await post(await jwsOf([batch(1)], { by: stranger }))).status).toBe(401)
  const [header = '', payload = '', signature = ''] = (await jwsOf([batch(1)])).split('.')
  const other = (await jwsOf([batch(2)])).split('.')
  expect((await post(`${header}.${other[1]}.${signature}`)).status).toBe(401)
  expect((await post(`${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`)).status).toBe(401)
  expect(await stored()).toEqual([])
})

test('no algorithm but Ed25519 is believed, whatever the header says', async () => {
  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const payload = b64([batch(1)])
  const head = { typ: POST_TYP, kid: key.kid, next }
  const publicBytes = Buffer.from(key.jwk.x, 'base64url')
  const forged = (alg: string, make: (signed: string) => Buffer) => {
    const signed = `${b64({ ...head, alg })}.${payload}`
    return `${signed}.${make(signed).toString('base64url')}`
  }
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  expect((await post(forged('none', () => Buffer.alloc(64)))).status).toBe(400)
  expect((await post(forged('HS256', (signed) => createHmac('sha256', publicBytes).update(signed).digest()))).status).toBe(400)
  expect((await post(forged('HS512', (signed) => createHmac('sha512', publicBytes).update(signed).digest()))).status).toBe(400)
  expect((await post(forged('ES256', (signed) => sign('sha256', Buffer.from(signed), { key: p256, dsaEncoding: 'ieee-p1363' })))).status).toBe(400)
  expect((await post(forged('EdDSA', (signed) => createHmac('sha512', publicBytes).update(signed).digest()))).status).toBe(401)
  expect((await post(await signJws(key, 'parvis-receipt+jws', JSON.stringify([batch(1)]), { header: { next } }))).status).toBe(400)
  expect((await post(await signJws(key, POST_TYP, JSON.stringify([batch(1)])))).status).toBe(400)
})

test('sixteen devices at once share commits and each gets its own answer', async () => {
  const devices = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const own = generateDeviceKey()
      const gateway = `gw-${index}`
      const enrolled = await hub.enrolOwn({ key: own, gateway, epoch: EPOCH, model: 'test' })
      return { own, gateway, next: enrolled?.next ?? '' }
    }),
  )
  const replies = await Promise.all(
    devices.map(async (device) => {
      const jws = await jwsOf([batch(1, device.gateway), batch(2, device.gateway)], { by: device.own, next: device.next })
      return (await (await post(jws)).json()) as PushReply
    }),
  )
  expect(replies.every(({ acked }) => JSON.stringify(acked) === '[[1,2]]')).toBe(true)
  expect(new Set(replies.map((reply) => reply.next)).size).toBe(16)
})

test('a device may not speak for another', async () => {
  await hub.enrolOwn({ key: generateDeviceKey(), gateway: 'gw-gare', epoch: EPOCH, model: 'test' })
  expect(await accepted([batch(1, 'gw-gare')])).toMatchObject({ acked: [], rejected: [{ seq: 1, code: 'malformed' }] })
  expect(await Array.fromAsync(hub.store.batches.events('gw-gare'))).toEqual([])
})

test('when the store fails the gateway is asked to come back, and nothing was acknowledged', async () => {
  const jws = await jwsOf([batch(1)])
  const { receive } = hub.store.batches
  Object.assign(hub.store.batches, { receive: () => Promise.reject(new Error('disk full')) })
  const response = await post(jws)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('60')
  Object.assign(hub.store.batches, { receive })
  expect((await post(jws)).status).toBe(200)
})
