import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { enrol } from '#portal/sync/enrol.ts'
import { enrolAtOwnHub } from '#portal/sync/own-hub.ts'
import type { HubFetch } from '#portal/sync/hub-fetch.ts'
import { createPush, startPush } from '#portal/sync/push.ts'
import type { Hub } from '#portal/hub/main.ts'
import { draft, gateway, START_MS, testEffects, townHub, type TestEffects, type TestGateway } from './delivery-parts.ts'

let dir = ''
let effects: TestEffects
let hub: Hub
let gw: TestGateway

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  effects = testEffects()
  effects.clock.setNow(START_MS + 400 * 86_400_000)
  hub = await townHub(dir, effects)
  gw = gateway(dir)
  await enrolAtOwnHub(hub, { ...gw, gateway: gw.name })
})
afterEach(async () => {
  await gw.close()
  await hub.close()
  rmSync(dir, { recursive: true })
})

const inProcess: HubFetch = (url, init) => hub.fetch(url, init)
const pushThrough = (fetch: HubFetch, from = gw) => createPush({ url: hub.origin }, effects, { ...from, fetch })
const stored = (name = gw.name) => Array.fromAsync(hub.store.batches.events(name))
async function fill(count: number, from = 1): Promise<void> {
  for (let n = from; n < from + count; n++) await gw.put(draft(n))
}
const cellsAtHub = () => hub.store.counts.cells('place', 0, Number.MAX_SAFE_INTEGER)

test('every batch arrives once, byte for byte, and leaves the outbox only then', async () => {
  await fill(250)
  const made = new Map(gw.waiting.due(1_000, START_MS).map(({ seq, bytes }) => [seq, bytes.toString()]))
  expect(await pushThrough(inProcess).drain()).toEqual({ kind: 'idle' })
  expect(new Map((await stored()).map(({ seq, bytes }) => [seq, bytes.toString()]))).toEqual(made)
  expect(made.size).toBe(250)
  expect(gw.waiting.size().batches).toBe(0)
  expect((await cellsAtHub()).map(({ value }) => value)).toEqual(Array.from({ length: 62 }, (_, n) => (n + 1) * 28 - 3))
})

test('when the answer is lost, the same bytes are sent again and count once', async () => {
  await fill(40)
  const bodies: string[] = []
  let lose = 2
  const lossy: HubFetch = async (url, init) => {
    bodies.push(Buffer.from(init.body ?? []).toString('base64'))
    const response = await hub.fetch(url, init)
    if (lose-- > 0) throw new Error('connection reset')
    return response
  }
  const push = pushThrough(lossy)
  expect((await push.once()).kind).toBe('failed')
  await fill(10, 41)
  expect((await push.once()).kind).toBe('failed')
  expect(await push.drain()).toEqual({ kind: 'idle' })
  expect(new Set(bodies.slice(0, 3)).size).toBe(1)
  expect((await stored()).map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
  expect(await cellsAtHub()).toHaveLength(12)
})

test('a proxy that refuses in the hub’s stead does not make a clone of a gateway whose answer was lost', async () => {
  await fill(40)
  const acts: ((answer: Response) => Response)[] = [
    () => { throw new Error('connection reset') },
    () => new Response('<h1>413 Request Entity Too Large</h1>', { status: 413 }),
  ]
  const push = pushThrough(async (url, init) => {
    const act = acts.shift()
    const answer = await hub.fetch(url, init)
    return act ? act(answer) : answer
  })
  expect((await push.once()).kind).toBe('failed')
  await fill(10, 41)
  expect((await push.once()).kind).toBe('failed')
  expect(await push.drain()).toEqual({ kind: 'idle' })
  expect(await stored()).toHaveLength(50)
})

test('a gateway that was killed between storing and sending repeats itself and is no clone', async () => {
  await fill(5)
  const silent: HubFetch = () => Promise.reject(new Error('cut'))
  await pushThrough(silent).once()
  const kept = gw.waiting.post()
  await gw.close()
  gw = gateway(dir)
  expect(gw.waiting.post()).toEqual(kept)
  expect(await pushThrough(inProcess).drain()).toEqual({ kind: 'idle' })
  expect(await stored()).toHaveLength(5)
})

test('the newest come with the oldest, one to three', async () => {
  await fill(400)
  const first = gw.waiting.due(96, START_MS).map(({ seq }) => seq)
  expect(first).toEqual([...Array.from({ length: 72 }, (_, n) => n + 1), ...Array.from({ length: 24 }, (_, n) => n + 377)])
  let posts = 0
  const counting: HubFetch = async (url, init) => {
    posts++
    expect(init.body?.length).toBeLessThanOrEqual(64 * 1024)
    return hub.fetch(url, init)
  }
  const push = pushThrough(counting)
  await push.once()
  expect(await hub.store.batches.missing(gw.name, gw.epoch)).toEqual([[73, 376]])
  await push.drain()
  expect(posts).toBe(5)
  expect(await hub.store.batches.missing(gw.name, gw.epoch)).toEqual([])
})

test('two pushes at once send one after the other', async () => {
  await fill(300)
  let inFlight = 0
  let most = 0
  const slow: HubFetch = async (url, init) => {
    most = Math.max(most, ++inFlight)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const response = await hub.fetch(url, init)
    inFlight--
    return response
  }
  const push = pushThrough(slow)
  await Promise.all([push.drain(), push.drain(), push.once()])
  expect(most).toBe(1)
  expect(await stored()).toHaveLength(300)
})

test('a clone that repeats an old token with other bytes is quarantined, and staff can let the device in again', async () => {
  await fill(3)
  const push = pushThrough(inProcess)
  await push.drain()
  await gw.durable.write({ sql: "update outbox_peer set next = 'AAAAAAAAAAAAAAAAAAAAAA'", values: [] })
  await fill(1, 4)
  expect((await push.once()).kind).toBe('failed')
  expect((await hub.store.devices.find(gw.key.kid))?.state).toBe('quarantined')
  expect(gw.waiting.size().batches).toBe(1)
  expect(await hub.releaseDevice(gw.name)).toBe(true)
  expect(await push.drain()).toEqual({ kind: 'idle' })
  expect(await stored()).toHaveLength(4)
})

test('the same number with other content is told to the gateway, kept aside and never overwritten', async () => {
  await fill(4)
  const push = pushThrough(inProcess)
  await push.drain()
  const before = await stored()
  // A restored copy of the card: the same epoch counts on from an old number.
  await gw.durable.write({ sql: 'update outbox_origin set next_seq = 4', values: [] })
  await gw.put(draft(8))
  await push.drain()
  expect(await stored()).toEqual(before)
  expect((await cellsAtHub()).map(({ value }) => value)).toEqual([25])
  expect(await hub.store.batches.quarantined()).toBe(1)
  expect(gw.waiting.size().batches).toBe(1)
  expect(gw.reader.prepare('select refused from outbox_batch').pluck().all()).toEqual(['equivocation'])
})

test('a batch of a schema that the hub does not know stays in the outbox, its neighbours arrive', async () => {
  await gw.put(draft(1))
  await gw.put({ ...draft(2), type: 'org.parvis.cells.v2' as 'org.parvis.cells.v1' })
  await gw.put(draft(3))
  await pushThrough(inProcess).drain()
  expect((await stored()).map(({ seq }) => seq)).toEqual([1, 3])
  expect(gw.reader.prepare('select seq, refused from outbox_batch').raw().all()).toEqual([[2, 'unknown_schema']])
  expect(await hub.store.batches.missing(gw.name, gw.epoch)).toEqual([[2, 2]])
})

test('a hub that asks for patience gets it, and a silent one is asked ever more rarely', async () => {
  await fill(1)
  const busy = pushThrough(async () => new Response('{}', { status: 503, headers: { 'retry-after': '1800' } }))
  const outcome = await busy.once()
  expect(outcome.kind === 'failed' && outcome.waitMs).toBeGreaterThanOrEqual(1_800_000)
  const dead = pushThrough(() => Promise.reject(new Error('no route')))
  const waits: number[] = []
  for (let n = 0; n < 40; n++) {
    const again = await dead.once()
    if (again.kind === 'failed') waits.push(again.waitMs)
  }
  expect(Math.max(...waits)).toBeLessThanOrEqual(900_000)
  expect(Math.max(...waits)).toBeGreaterThan(300_000)
  expect(waits[0]).toBeLessThanOrEqual(1_000)
})

test('a hub that acknowledges what it was not sent deletes nothing of it', async () => {
  await fill(2)
  const liar = pushThrough(async () => {
    await fill(1, 3)
    return Response.json({ acked: [[1, 9_000_000]], missing: [], rejected: [], next: 'AAAAAAAAAAAAAAAAAAAAAA' })
  })
  await liar.once()
  expect(gw.waiting.due(10, START_MS).map(({ seq }) => seq)).toEqual([3])
})

test('nonsense instead of an answer deletes nothing', async () => {
  await fill(2)
  for (const text of ['', 'ok', '[]', '{"acked":[[1,2]]}', '{"acked":"all","missing":[],"rejected":[],"next":"AAAAAAAAAAAAAAAAAAAAAA"}']) {
    expect((await pushThrough(async () => new Response(text)).once()).kind).toBe('failed')
  }
  expect(gw.waiting.size().batches).toBe(2)
})

test('the schedule sends what waits at once, then in the gateway’s slot of each quarter', async () => {
  await fill(1)
  const push = startPush({ url: hub.origin }, effects, { ...gw, fetch: inProcess })
  effects.clock.advance(0)
  await push.once()
  expect(gw.waiting.size().batches).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 10))
  await fill(1, 2)
  effects.clock.advance(17 * 60_000)
  await push.once()
  expect(gw.waiting.size().batches).toBe(0)
  await push.close()
})

test('a write that fails uses up no number', async () => {
  await fill(1)
  await expect(gw.durable.write(...[draft(2)].flatMap(() => [{ sql: 'insert into outbox_batch (seq, bytes) values (2, ?)', values: ['x'] }, { sql: 'nonsense', values: [] }]))).rejects.toThrow()
  await fill(1, 2)
  expect(gw.waiting.due(10, START_MS).map(({ seq }) => seq)).toEqual([1, 2])
  const [, second] = gw.waiting.due(10, START_MS)
  expect(JSON.parse(second?.bytes.toString() ?? '')).toMatchObject({ id: `gw-place/${gw.epoch}/2`, data: { seq: 2, epoch: gw.epoch } })
})

test('a gateway enrols headless with a code, pins the hub’s key and delivers over a real socket', async () => {
  const remote = gateway(dir, 'gw-gare')
  const { code } = await hub.mintCode('spoken')
  const parts = { ...remote, fetch, clock: effects.clock }
  const claim = { url: hub.origin, code: code.toUpperCase().replace(/^(.{4})/, '$1-'), gateway: remote.name, epoch: remote.epoch, model: 'test' }
  const pinned = await enrol(claim, parts)
  expect(pinned.kid).toBe(hub.publicKey.kid)
  for (let n = 1; n <= 100; n++) await remote.put(draft(n))
  expect(await pushThrough(fetch, remote).drain()).toEqual({ kind: 'idle' })
  expect(await stored('gw-gare')).toHaveLength(100)
  expect(await stored()).toHaveLength(0)
  await remote.close()
})

test('an enrolment answered by another key than the pinned one is refused', async () => {
  const { code } = await hub.mintCode('spoken')
  const remote = gateway(dir, 'gw-gare')
  const claim = { url: hub.origin, code, gateway: remote.name, epoch: remote.epoch, model: 'test', pinned: gw.key }
  await expect(enrol(claim, { ...remote, fetch, clock: effects.clock })).rejects.toThrow(/not the hub's/)
  expect(remote.waiting.next()).toBeUndefined()
  await remote.close()
})

test('a POST is one compact JWS in gzip', async () => {
  await fill(2)
  await pushThrough(() => Promise.reject(new Error('cut'))).once()
  const jws = gunzipSync(gw.waiting.post()?.body ?? Buffer.alloc(0)).toString()
  const [header = '', payload = ''] = jws.split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'EdDSA', typ: 'parvis-batches+jws', kid: gw.key.kid, next: gw.waiting.next() })
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject([{ specversion: '1.0', source: 'urn:gw:gw-place' }, { data: { seq: 2 } }])
})
