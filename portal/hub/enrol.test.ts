import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ENROL_TYP, ENROLLED_TYP, TIME_TYP } from '#shared/enrolment.ts'
import { generateDeviceKey, openJws, signJws } from '#shared/sign.ts'
import { testEffects, townHub, type TestEffects } from '#test/journeys/delivery-parts.ts'
import { networkOf } from './challenges.ts'
import type { Hub } from './main.ts'

let dir = ''
let hub: Hub
let effects: TestEffects

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  effects = testEffects()
  hub = await townHub(dir, effects)
})
afterEach(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

const get = (path: string) => hub.fetch(`${hub.origin}${path}`, { method: 'GET' })
async function nonce(): Promise<string> {
  return ((await (await get('/v1/enrol/challenge')).json()) as { nonce: string }).nonce
}
type Claim = Partial<Record<'code' | 'nonce' | 'aud' | 'gateway' | 'epoch' | 'model', unknown>>
async function claim(change: Claim, key = generateDeviceKey()): Promise<{ status: number; text: string; kid: string }> {
  const whole = { code: 'none', nonce: change.nonce ?? (await nonce()), aud: hub.origin, gateway: `gw-${key.kid.slice(0, 6)}`, epoch: 'feedc0dedeadbeef', model: 'test', ...change }
  const jws = await signJws(key, ENROL_TYP, JSON.stringify(whole), { named: 'jwk' })
  const response = await hub.fetch(`${hub.origin}/v1/enrol`, { method: 'POST', headers: { 'content-type': 'application/jose' }, body: jws })
  return { status: response.status, text: await response.text(), kid: key.kid }
}

test('a code enrols one device, and the answer is signed by the hub over the device’s nonce', async () => {
  const { code } = await hub.mintCode('spoken')
  expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{8}$/)
  const own = await nonce()
  const enrolled = await claim({ code, nonce: own })
  expect(enrolled.status).toBe(200)
  expect(JSON.parse(openJws(enrolled.text, ENROLLED_TYP, hub.publicKey).toString())).toMatchObject({ nonce: own, kid: enrolled.kid, next: expect.stringMatching(/^[\w-]{22}$/) })
  expect(await hub.knows(enrolled.kid)).toBe(true)
  expect(await claim({ code })).toMatchObject({ status: 403, text: '{"code":"code"}' })
})

test('the device whose first answer was lost may ask again with the same code', async () => {
  const { code } = await hub.mintCode('spoken')
  const key = generateDeviceKey()
  expect((await claim({ code }, key)).status).toBe(200)
  expect((await claim({ code }, key)).status).toBe(200)
})

test('a copied card that brings the used code again does not lift its own quarantine; who looks into it does', async () => {
  const { code } = await hub.mintCode('file')
  const key = generateDeviceKey()
  const enrolled = await claim({ code }, key)
  const { gateway, next } = JSON.parse(openJws(enrolled.text, ENROLLED_TYP, hub.publicKey).toString()) as { gateway: string; next: string }
  const seen = { kid: key.kid, gateway, body: Buffer.from('another'), events: [], receivedMs: 0, freshNext: 'x' }
  expect(await hub.store.batches.receive({ ...seen, next })).toMatchObject({ kind: 'stored' })
  expect(await hub.store.batches.receive({ ...seen, next: 'stale', body: Buffer.from('a clone’s') })).toEqual({ kind: 'quarantined' })
  expect(await claim({ code }, key)).toMatchObject({ status: 409, text: '{"code":"quarantined"}' })
  expect((await hub.store.devices.find(key.kid))?.state).toBe('quarantined')
  await hub.releaseDevice(gateway)
  expect((await claim({ code }, key)).status).toBe(200)
})

test('a spoken code lives 15 minutes, one in a file 30 days, and a late one is answered like a wrong one', async () => {
  const spoken = await hub.mintCode('spoken')
  const file = await hub.mintCode('file')
  expect(file.code).toHaveLength(26)
  effects.clock.advance(15 * 60_000)
  const late = await claim({ code: spoken.code })
  expect(late).toMatchObject({ status: 403, text: (await claim({ code: 'wr0ngc0d' })).text })
  effects.clock.advance(29 * 86_400_000)
  expect((await claim({ code: file.code })).status).toBe(200)
})

test('a claim for another hub, a used nonce and an invented one are refused', async () => {
  const { code } = await hub.mintCode('spoken')
  expect(await claim({ code, aud: 'https://other.example' })).toMatchObject({ status: 403, text: '{"code":"audience"}' })
  const own = await nonce()
  await claim({ nonce: own })
  expect(await claim({ code, nonce: own })).toMatchObject({ status: 403, text: '{"code":"nonce"}' })
  expect(await claim({ code, nonce: 'A'.repeat(22) })).toMatchObject({ status: 403, text: '{"code":"nonce"}' })
  expect((await claim({ code })).status).toBe(200)
})

test('a gateway’s name belongs to its key', async () => {
  const first = await hub.mintCode('spoken')
  const second = await hub.mintCode('spoken')
  expect((await claim({ code: first.code, gateway: 'gw-gare' })).status).toBe(200)
  expect(await claim({ code: second.code, gateway: 'gw-gare' })).toMatchObject({ status: 409, text: '{"code":"gateway_name"}' })
})

test.each([{ gateway: '../x' }, { gateway: 7 }, { epoch: 'x' }, { code: 'x'.repeat(65) }, { model: '\uD800' }, { model: null }])('a claim with %j is refused', async (change) => {
  const { code } = await hub.mintCode('spoken')
  expect((await claim({ code, ...change })).status).toBe(400)
})

test('one network holds at most five places, and gets them back after five minutes', async () => {
  const statuses: number[] = []
  for (let n = 0; n < 6; n++) statuses.push((await get('/v1/enrol/challenge')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  effects.clock.advance(5 * 60_000)
  expect((await get('/v1/enrol/challenge')).status).toBe(200)
})

test('a network is a /24 or a /64', () => {
  expect(networkOf('192.0.2.7')).toBe(networkOf('::ffff:192.0.2.200'))
  expect(networkOf('192.0.3.7')).not.toBe(networkOf('192.0.2.7'))
  expect(networkOf('2001:db8:1:2::7')).toBe(networkOf('2001:0db8:0001:0002:ffff::1'))
  expect(networkOf('2001:db8::7')).toBe(networkOf('2001:db8:0:0:1::1'))
  expect(networkOf('2001:db8:1:2::7')).not.toBe(networkOf('2001:db8:1:3::7'))
})

test('at most 600 codes are tried in a minute', async () => {
  const key = generateDeviceKey()
  const statuses = new Map<number, number>()
  for (let n = 0; n < 605; n++) {
    const { status } = await claim({}, key)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  expect([...statuses]).toEqual([[403, 600], [429, 5]])
  effects.clock.advance(60_000)
  const { code } = await hub.mintCode('spoken')
  expect((await claim({ code }, key)).status).toBe(200)
})

test('at most a hundred codes wait to be used', async () => {
  for (let n = 0; n < 100; n++) await hub.mintCode('spoken')
  await expect(hub.mintCode('spoken')).rejects.toThrow(/100 codes/)
  effects.clock.advance(15 * 60_000)
  await hub.mintCode('spoken')
})

test('the hub tells its time, signed over the asker’s nonce', async () => {
  const response = await get('/v1/time?nonce=abcdefghijklmnop')
  expect(JSON.parse(openJws(await response.text(), TIME_TYP, hub.publicKey).toString())).toEqual({ nonce: 'abcdefghijklmnop', now_ms: effects.clock.now() })
  for (const query of ['', '?nonce=', '?nonce=short', `?nonce=${'a'.repeat(65)}`, '?nonce=%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00']) {
    expect((await get(`/v1/time${query}`)).status).toBe(400)
  }
})
