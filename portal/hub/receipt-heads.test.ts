import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeBatch, POST_TYP, type PushReply } from '#shared/batch.ts'
import { HEAD_TYP, readHead } from '#shared/receipt-head.ts'
import { generateDeviceKey, publicKey, signJws } from '#shared/sign.ts'
import { draft, START_MS, testEffects, townHub } from '#test/journeys/delivery-parts.ts'
import type { Hub } from './main.ts'

const EPOCH = 'feedc0dedeadbeef'
const GATEWAY = 'gw-place'
const key = generateDeviceKey()
let dir = ''
let hub: Hub
let next = ''

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-heads-'))
  const effects = testEffects()
  effects.clock.setNow(START_MS + 86_400_000)
  hub = await townHub(dir, effects)
  next = (await hub.enrolOwn({ key, gateway: GATEWAY, epoch: EPOCH, model: 'test' }))?.next ?? ''
})
afterEach(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

const headOf = (day: string, root: string, { iss = GATEWAY, site = 'place', by = key } = {}) => signJws(by, HEAD_TYP, JSON.stringify({ iss, site, day, root: root.repeat(64), prev: null }))
async function deliver(seq: number, head: string | undefined): Promise<PushReply> {
  const { data, timeMs } = draft(seq)
  const event = makeBatch({ gateway: GATEWAY, epoch: EPOCH }, seq, { type: 'org.parvis.receipt-head.v1', timeMs, data: { ...data, cells: [], ...(head !== undefined && { head }) } })
  const body: string = await signJws(key, POST_TYP, JSON.stringify([event]), { header: { next } })
  const response: Response = await hub.fetch(`${hub.origin}/v1/batches`, { method: 'POST', headers: { 'content-type': 'application/jose' }, body })
  const reply = (await response.json()) as PushReply
  next = reply.next
  return reply
}
async function published(gateway = GATEWAY, site = 'place') {
  const response = await hub.fetch(`${hub.origin}/v1/receipt-heads?gateway=${gateway}&site=${site}`, {})
  return ((await response.json()) as { heads: { day: string; head: string; key: unknown }[] }).heads
}

test('heads are kept by day and shown to whoever wants to check a receipt, with the key that signed them', async () => {
  for (const [seq, day] of ['2026-11-01', '2026-11-02'].entries()) expect(await deliver(seq + 1, await headOf(day, 'a'))).toMatchObject({ rejected: [] })
  const heads = await published()
  expect(heads.map(({ day }) => day)).toEqual(['2026-11-02', '2026-11-01'])
  for (const { head, key: by } of heads) expect(readHead(head, publicKey(by)).root).toBe('a'.repeat(64))
  expect(await published('gw-other')).toEqual([])
  expect(JSON.stringify(heads)).not.toMatch(/size|count|leaves/)
})

test('a head that was published stands: another for the same day is set aside', async () => {
  const first = await headOf('2026-11-01', 'a')
  await deliver(1, first)
  expect(await deliver(2, await headOf('2026-11-01', 'b'))).toMatchObject({ rejected: [{ seq: 2, code: 'equivocation' }] })
  // The same again, after a power cut between hub and gateway, is no contradiction.
  expect(await deliver(3, first)).toMatchObject({ rejected: [] })
  expect((await published()).map(({ head }) => head)).toEqual([first])
})

test.each<readonly [string, () => Promise<string | undefined>]>([
  ['no head', async () => undefined],
  ['a text', async () => 'x.y.z'],
  ['another gateway’s', () => headOf('2026-11-01', 'a', { iss: 'gw-other' })],
  ['another site’s', () => headOf('2026-11-01', 'a', { site: 'gare' })],
  ['one that another key signed', () => headOf('2026-11-01', 'a', { by: generateDeviceKey() })],
])('%s is refused', async (_what, make) => {
  expect(await deliver(1, await make())).toMatchObject({ rejected: [{ seq: 1, code: 'malformed' }] })
  expect(await published()).toEqual([])
})

test('who names no gateway is told to', async () => {
  expect((await hub.fetch(`${hub.origin}/v1/receipt-heads`, {})).status).toBe(400)
})
