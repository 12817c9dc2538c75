import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask, chap, pap } from '#test/support/account-town.ts'
import { DAY_MS, LAPTOP, ORDER, pass, PHONE, TABLET, town } from '#test/support/metering-town.ts'
import { PROFILE, START_MS } from '#test/support/radius-town.ts'
import { stationNames } from '../access/station-names.ts'
import { oneProfile } from '../profiles.ts'
import { printedCode } from './code.ts'
import { voucherSource } from './source.ts'

test('a voucher opens with its code as name and password, by PAP and CHAP, however it is typed', async () => {
  const { make, said, says } = town()
  const code = await make({ seconds: 3_600, octets: 5_000_000_000 })
  const printed = printedCode(code)
  for (const [name, password] of [[code, code], [printed, code], [code, printed.replaceAll('-', ' ')], [printed, printed]] as const) expect(await said(name, pap(password))).toBe(3_600)
  for (const [name, password] of [[code, code], [printed, printed], [printed, code]] as const) expect(await said(name, chap(password))).toBe(3_600)
  expect(await says(code)).toMatchObject({ authorisation: { quotaBytes: 5_000_000_000, downKbps: PROFILE.downKbps } })
  expect([await said(code, pap('')), await said(code, pap('x')), await said(code, chap('x'))]).toEqual(['voucher_wrong', 'voucher_wrong', 'voucher_wrong'])
})

test('a voucher without limits of its own gives what the profile gives', async () => {
  const { make, says } = town()
  expect(await says(await make())).toEqual({ kind: 'accept', authorisation: PROFILE })
})

test('a mistyped code is refused before anything is looked up, an unknown one after, and other names are left to other sources', async () => {
  const { said, make, vouchers } = town()
  const code = await make()
  const wrong = code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)
  expect(await said(wrong)).toBe('voucher_mistyped')
  expect(await said(vouchers.idOf('x') + code)).toBeUndefined()
  expect(await said('anne')).toBeUndefined()
  const elsewhere = town()
  expect(await said(await elsewhere.make())).toBe('voucher_unknown')
})

test('a voucher is worth nothing after its last minute, and until then no longer than to it', async () => {
  const { make, said, clock } = town()
  const code = await make({ untilMinute: START_MS / 60_000 + 10, seconds: 3_600 })
  expect(await said(code)).toBe(600)
  clock.advance(599_000)
  expect(await said(code)).toBe(1)
  clock.advance(1_000)
  expect(await said(code)).toBe('voucher_expired')
})

test('what is void opens nothing, others of another label do', async () => {
  const { make, said, vouchers } = town()
  const [code, other] = [await make(), await make({ label: 'library' })]
  expect([await vouchers.void('nothing'), await vouchers.void('festival'), await vouchers.void('festival')]).toEqual([undefined, 1, 1])
  expect([await said(code), await said(other)]).toEqual(['voucher_void', 7_200])
})

test('one device at a time, or as many as the voucher says; a Stop and a restarted access server make room', async () => {
  const { make, said, report, clock } = town()
  const one = await make()
  expect([await said(one), await said(one), await said(one, pap(one), TABLET)]).toEqual([7_200, 7_200, 'voucher_in_use'])
  await report('start', one)
  clock.advance(61_000)
  expect(await said(one, pap(one), TABLET)).toBe('voucher_in_use')
  await report('stop', one)
  expect(await said(one, pap(one), TABLET)).toBe(7_200)
  await report('start', one, { callingStationId: TABLET })
  clock.advance(61_000)
  await report('on', '')
  expect(await said(one)).toBe(7_200)
  const two = await make({ label: 'family', devices: 2 })
  expect([await said(two), await said(two, pap(two), TABLET), await said(two, pap(two), LAPTOP)]).toEqual([7_200, 7_200, 'voucher_in_use'])
})

test('where the voucher says nothing of devices, the profile does', async () => {
  const { make, vouchers, live, clock } = town()
  const code = await make()
  const source = voucherSource({ vouchers, live, clock, profiles: oneProfile({ ...PROFILE, sessions: 2 }), stationOf: stationNames(randomBytes) })
  expect([PHONE, TABLET, LAPTOP].map((station) => source.decide(ask(code, pap(code), station))).map((decision) => decision && !(decision instanceof Promise) && decision.kind)).toEqual(['accept', 'accept', 'reject'])
})

test('a voucher that is good for a day from its first use has no end before, and after a restart the same one', async () => {
  const there = town()
  const { make, clock, vouchers } = there
  const code = await make({ seconds: 360_000, validMinutes: 24 * 60, label: 'day', downKbps: 2_000 })
  await pass(clock, 40 * DAY_MS)
  expect(vouchers.find(vouchers.idOf(code))?.untilMinute).toBeUndefined()
  expect(await there.says(code)).toMatchObject({ authorisation: { downKbps: 2_000 } })
  await new Promise((resolve) => setImmediate(resolve))
  const end = vouchers.find(vouchers.idOf(code))?.untilMinute ?? 0
  expect([end % 60, end - Math.floor(clock.now() / 60_000) - 24 * 60 < 60]).toEqual([0, true])
  clock.advance(12 * 3_600_000)
  await there.end()
  const after = town({ dir: there.dir, device: there.device, clock })
  expect(await after.said(code)).toBe(end * 60 - Math.floor(clock.now() / 1_000))
  clock.advance(13 * 3_600_000)
  expect(await after.said(code)).toBe('voucher_expired')
})

test('the list says what was made and how many were never used; a label is used once', async () => {
  const { vouchers, report } = town()
  const [first = ''] = await vouchers.make({ ...ORDER, count: 3, seconds: 60, form: 'letters' })
  await report('start', first)
  await report('stop', first, { sessionSeconds: 5 })
  const madeDay = Math.floor(START_MS / 86_400_000)
  expect(vouchers.list()).toEqual([{ label: 'festival', madeDay, seconds: 60, octets: undefined, untilMinute: undefined, devices: undefined, void: false, count: 3, unused: 2 }])
  await expect(vouchers.make(ORDER)).rejects.toThrow(/already/)
  for (const wrong of [{ count: 0 }, { count: 50_001 }, { count: 1.5 }, { label: ' ' }]) await expect(vouchers.make({ ...ORDER, label: 'x', ...wrong })).rejects.toThrow(/voucher|label/)
})
