import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { generateDeviceKey, openJws, signJws } from '#shared/sign.ts'
import { GATEWAY_MIGRATIONS } from '../migrations.ts'
import { makeReceipt, RECEIPT_TYP } from './receipt.ts'
import { createReceipts, storeReceipt, type Receipts } from './receipts.ts'
import { termsOf } from './terms.ts'

const key = generateDeviceKey()
const terms = termsOf('fr', ['un', 'deux', 'trois'])
const facts = { gateway: 'gw-1', site: 'default', controller: 'Ville', terms, clk: 'system', bind: 'l2' } as const
const AT = Date.UTC(2026, 10, 3, 10, 4, 37)
const make = () => makeReceipt(facts, AT, randomBytes, (typ, payload) => signJws(key, typ, payload))

let dir = ''
let durable: DurableWriter
let reader: Db
let receipts: Receipts
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  durable = inlineWriter(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  reader = openDb(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  receipts = createReceipts({ durable, reader })
})
afterEach(async () => {
  await durable.close()
  reader.close()
  rmSync(dir, { recursive: true })
})

test('a receipt says what was read, where and in which minute, and nothing of who read it', async () => {
  const { jws, jti, code } = await make()
  const payload: unknown = JSON.parse(openJws(jws, RECEIPT_TYP, key).toString())
  expect(payload).toEqual({
    iss: 'gw-1', site: 'default', jti, iat: Date.UTC(2026, 10, 3, 10, 4) / 1000, clk: 'system', act: 'acknowledged',
    terms: { id: 'access', ver: '2026-11', sha256: terms.sha256, lang: 'fr' }, purposes: [{ id: 'access', basis: 'public_task', given: true }],
    controller: 'Ville', bind: 'l2', wdh: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(JSON.stringify(payload)).not.toContain(code)
  expect((await make()).jti).not.toBe(jti)
})

test('a changed line of the terms, or another language, is another text', () => {
  expect(termsOf('fr', ['un', 'deux', 'trois.']).sha256).not.toBe(terms.sha256)
  expect(termsOf('en', ['un', 'deux', 'trois']).sha256).not.toBe(terms.sha256)
})

async function store(count: number): Promise<string[]> {
  const jtis: string[] = []
  for (let n = 0; n < count; n++) {
    const receipt = await make()
    await durable.write(storeReceipt(receipt, AT))
    jtis.push(receipt.jti)
  }
  await receipts.link()
  return jtis
}

test('after one receipt is erased every other still verifies', async () => {
  await store(3)
  const [, erased = '', kept = ''] = await store(3)
  await receipts.erase(erased)
  expect(receipts.jws(erased)).toBeUndefined()
  expect(receipts.jws(kept)).toBeDefined()
  expect(receipts.firstFlaw()).toBeUndefined()
})

test.each([
  ['an edited text', "update receipt set jws = replace(jws, 'e', 'f') where position = 2", 2],
  ['an edited text with its leaf edited to match', "update receipt set jws = 'x', leaf = 'f5c2fce2b3d8b2f8ea9e2f7e3d1b1e1a6d7c5f5b8c7b0f2b9f2d1d7a6b1c5e4f' where position = 2", 2],
  ['a missing row', 'delete from receipt where position = 2', 3],
  ['a row put in another’s place', "update receipt set leaf = (select leaf from receipt where position = 1), jws = (select jws from receipt where position = 1) where position = 2", 3],
])('%s is noticed', async (_what, sql, position) => {
  await store(3)
  await durable.write({ sql, values: [] })
  expect(receipts.firstFlaw()).toBe(position)
})

test('a receipt that is written twice, because the disk stalled, is there once', async () => {
  const receipt = await make()
  await durable.write(storeReceipt(receipt, AT))
  await durable.write(storeReceipt(receipt, AT))
  expect(reader.prepare('select count(*) from receipt').pluck().get()).toBe(1)
})
