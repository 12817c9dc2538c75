// What of a voucher lies on the disk, and for how long.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDb } from '#shared/db/open.ts'
import { derivedKey } from '#shared/derived-key.ts'
import { quickMac } from '#shared/quick-mac.ts'
import { DAY_MS, ORDER, pass, PHONE, town } from '#test/support/metering-town.ts'
import { START_MS } from '#test/support/radius-town.ts'
import { printedCode } from './code.ts'
import { VOUCHER_MIGRATIONS } from './table.ts'

const ROUND_MS = 600_000
const TOMORROW_MINUTE = START_MS / 60_000 + 24 * 60

const labels = ({ vouchers }: ReturnType<typeof town>): string[] => vouchers.list().map(({ label }) => label)

test('a batch is erased thirty days after its end or after it was void, with its vouchers and its label; what is good stays', async () => {
  const there = town()
  const { vouchers, make, said, report, clock, dir } = there
  const codes = await vouchers.make({ ...ORDER, count: 600, untilMinute: TOMORROW_MINUTE })
  await report('interim', codes[0] ?? '', { sessionSeconds: 5 })
  await make({ label: 'gala' })
  const fair = await make({ label: 'fair', untilMinute: TOMORROW_MINUTE + 40 * 24 * 60 })
  await vouchers.void('gala')
  const ids = codes.map((code) => Buffer.from(vouchers.idOf(code), 'hex'))
  const lies = (what: string | Buffer): boolean => readdirSync(dir).some((name) => readFileSync(join(dir, name)).includes(what))
  await pass(clock, 30 * DAY_MS - ROUND_MS)
  expect(labels(there)).toEqual(['fair', 'festival', 'gala'])
  await pass(clock, 2 * ROUND_MS)
  expect(labels(there)).toEqual(['fair', 'festival'])
  expect([lies('festival'), ids.every(lies)]).toEqual([true, true])
  await pass(clock, DAY_MS)
  expect([lies('festival'), lies('gala'), ids.some(lies)]).toEqual([false, false, false])
  expect([lies('fair'), await said(fair), await said(codes[1] ?? '')]).toEqual([true, 7_200, 'voucher_unknown'])
  expect(await make()).toMatch(/^[0-9]+$/)
})

test('a clock that was in 2040 for a while costs nobody a voucher', async () => {
  const there = town()
  const { vouchers, make, said, clock } = there
  const code = await make({ untilMinute: TOMORROW_MINUTE })
  for (const label of ['gala', 'fair']) await make({ label })
  clock.setNow(Date.UTC(2040, 0, 1))
  await pass(clock, ROUND_MS)
  expect(await said(code)).toBe('voucher_expired')
  await vouchers.void('gala')
  clock.setNow(START_MS + ROUND_MS)
  await pass(clock, ROUND_MS)
  expect(await said(code)).toBe(7_200)
  clock.setNow(Date.UTC(2041, 0, 1))
  await pass(clock, ROUND_MS)
  clock.setNow(START_MS + 2 * ROUND_MS)
  await pass(clock, ROUND_MS)
  expect(await said(code)).toBe(7_200)
  await pass(clock, 31 * DAY_MS)
  expect(labels(there)).toEqual(['fair'])
})

test('what an earlier version voided is erased thirty days after the update', async () => {
  const before = town()
  for (const label of ['gala', 'festival']) await before.make({ label })
  await before.end()
  const old = openDb(join(before.dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  const added = ['voucher_batch drop column valid_minutes', 'voucher_batch drop column down_kbps', 'voucher_batch drop column up_kbps', 'voucher drop column until_minute']
  old.exec(`drop table voucher_lease; drop table voucher_courtesy; delete from voucher_batch where label = ''; ${added.map((one) => `alter table ${one};`).join('')}`)
  old.exec("drop index voucher_of_batch; update voucher_batch set void = 1 where label = 'gala'; alter table voucher_batch drop column over_minute; pragma user_version = 1")
  old.close()
  const there = town({ dir: before.dir, device: before.device, clock: before.clock })
  await pass(there.clock, 30 * DAY_MS)
  expect(labels(there)).toEqual(['festival', 'gala'])
  await pass(there.clock, DAY_MS)
  expect(labels(there)).toEqual(['festival'])
})

test('no code, no station and no session id of an access server is in any file', async () => {
  const { vouchers, report, dir } = town()
  const codes = await vouchers.make({ ...ORDER, count: 50 })
  for (const code of codes) await report('interim', code, { acctSessionId: `5f3a/${PHONE}/12`, sessionSeconds: 5 })
  const files = readdirSync(dir).map((name) => readFileSync(join(dir, name)))
  expect(files.some((bytes) => bytes.includes('festival'))).toBe(true)
  for (const word of [...codes, ...codes.map(printedCode), PHONE, '020000000001', '5f3a/']) for (const bytes of files) expect(bytes.includes(word)).toBe(false)
})

test('whoever has the disk and its key cannot find by trying addresses whose phone used a voucher', async () => {
  const { make, report, vouchers, device, dir } = town()
  const id = vouchers.idOf(await make())
  const code = await make({ label: 'fair' })
  for (const digit of [1, 2, 3]) await report('interim', code, { acctSessionId: `02000000000${digit}`, sessionSeconds: 5 })
  const tagsOf = quickMac(derivedKey(device, 'parvis/voucher-session/1'), 'parvis/voucher-session/1')
  const db = openDb(join(dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  const rows = db.prepare<[], { voucher: Buffer; tag: number }>('select voucher, tag from voucher_session').all()
  db.close()
  const tried = new Set([1, 2, 3].map((digit) => tagsOf(rows[0]?.voucher ?? id, 'local', 'ap', `02000000000${digit}`).readUInt16BE(0)))
  expect(rows).toHaveLength(3)
  expect(rows.filter(({ tag }) => tried.has(tag)).length).toBeLessThan(3)
})
