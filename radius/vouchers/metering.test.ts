import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDb } from '#shared/db/open.ts'
import { pap } from '#test/support/account-town.ts'
import { DAY_MS, PHONE, TABLET, town } from '#test/support/metering-town.ts'
import { START_MS } from '#test/support/radius-town.ts'
import { printedCode } from './code.ts'
import { VOUCHER_MIGRATIONS } from './table.ts'

test('what sessions used is gone, whatever is repeated, late or lost', async () => {
  const { make, said, says, report, clock } = town()
  const code = await make({ seconds: 3_600, octets: 1_000_000 })
  await report('start', code)
  clock.advance(600_000)
  await report('interim', code, { sessionSeconds: 600, inputOctets: 100_000, outputOctets: 200_000 })
  await report('interim', code, { sessionSeconds: 300, inputOctets: 1, outputOctets: 1 })
  expect(await says(code)).toMatchObject({ authorisation: { sessionSeconds: 3_000, quotaBytes: 700_000 } })
  clock.advance(60_000)
  expect(await said(code)).toBe(2_940)
  const stop = { sessionSeconds: 700, inputOctets: 200_000, outputOctets: 300_000, eventSeconds: Math.floor(clock.now() / 1000) }
  for (let i = 0; i < 3; i++) await report('stop', code, stop)
  expect(await says(code)).toMatchObject({ authorisation: { sessionSeconds: 2_900, quotaBytes: 500_000 } })
  await report('interim', printedCode(code), { acctSessionId: 's2', sessionSeconds: 2_900 })
  expect(await said(code)).toBe('voucher_spent')
})

test('data alone may use a voucher up, and what an access server leaves of it for want of a packet that fits opens nothing', async () => {
  const { make, said, report } = town()
  const code = await make({ octets: 1_000_000 })
  await report('stop', code, { sessionSeconds: 1, inputOctets: 860_000 })
  expect(await said(code)).toBe(7_200)
  await report('stop', code, { sessionSeconds: 1, inputOctets: 880_000 })
  expect(await said(code)).toBe('voucher_spent')
})

test('an access server that restarts and counts its sessions from one again gives nothing back', async () => {
  const { make, said, report, clock } = town()
  const code = await make({ seconds: 3_600 })
  await report('start', code)
  clock.advance(600_000)
  await report('stop', code, { sessionSeconds: 600 })
  clock.advance(120_000)
  const again = { eventSeconds: Math.floor(clock.now() / 1000) }
  // The Start comes twice, because our answer to the first was lost.
  for (let i = 0; i < 2; i++) await report('start', code, again)
  clock.advance(300_000)
  await report('stop', code, { sessionSeconds: 300 })
  expect(await said(code)).toBe(2_700)
})

test('a Start that was held up and comes after its Stop takes nothing back and counts nothing twice', async () => {
  const { make, said, report, clock } = town()
  const code = await make({ seconds: 3_600 })
  const began = { eventSeconds: Math.floor(clock.now() / 1000) }
  clock.advance(600_000)
  const ended = { sessionSeconds: 600, eventSeconds: Math.floor(clock.now() / 1000) }
  await report('stop', code, ended)
  await report('start', code, began)
  await report('stop', code, ended)
  expect(await said(code)).toBe(3_000)
})

test('a Start that comes again within the minute of the Stop is the same session', async () => {
  const { make, said, report } = town()
  const code = await make({ seconds: 3_600 })
  for (let i = 0; i < 3; i++) {
    await report('start', code)
    await report('stop', code, { sessionSeconds: 20 })
  }
  expect(await said(code)).toBe(3_580)
})

test('a running session ends when time, data or the last day is over, or its batch is void', async () => {
  const { make, report, live, source, clock, vouchers } = town()
  const remainder = (code: string) => live.of(`voucher:${vouchers.idOf(code)}`).map((session) => source.remainderOf?.(session))
  const code = await make({ seconds: 600, octets: 1_000, untilMinute: START_MS / 60_000 + 8 })
  await report('start', code)
  expect(remainder(code)).toEqual([{ kind: 'left', seconds: 480, octets: 1_000 }])
  clock.advance(300_000)
  await report('interim', code, { sessionSeconds: 300, outputOctets: 1_000 })
  expect(remainder(code)).toEqual([{ kind: 'left', seconds: 180, octets: 0 }])
  clock.advance(240_000)
  expect(remainder(code)).toEqual([{ kind: 'left', seconds: -60, octets: 0 }])
  await vouchers.void('festival')
  expect(remainder(code)).toEqual([{ kind: 'withdrawn' }])
  const free = await make({ label: 'free' })
  await report('start', free, { acctSessionId: 's2' })
  expect(remainder(free)).toEqual([{ kind: 'left' }])
})

test('a reboot takes nothing back, and the session that ran through it is counted once', async () => {
  const before = town()
  const code = await before.make({ seconds: 3_600 })
  await before.report('start', code)
  before.clock.advance(600_000)
  await before.report('interim', code, { sessionSeconds: 600 })
  await before.end()
  const after = town({ dir: before.dir, device: before.device, clock: before.clock })
  expect(await after.said(code)).toBe(3_000)
  after.clock.advance(60_000)
  await after.report('stop', code, { sessionSeconds: 660 })
  expect(await after.said(code)).toBe(2_940)
})

test('a report that does not say whose session it is counts for the voucher that began it', async () => {
  const { make, said, report } = town()
  const code = await make({ seconds: 36_000 })
  await report('start', code)
  await report('interim', '', { sessionSeconds: 300 })
  expect(await said(code)).toBe(35_700)
  await report('stop', '', { sessionSeconds: 600 })
  expect(await said(code)).toBe(35_400)
})

test('a session that is silent for two days is added up and forgotten', async () => {
  const { make, said, report, clock, dir } = town()
  const code = await make({ seconds: 36_000 })
  await report('interim', code, { sessionSeconds: 600 })
  await report('interim', code, { acctSessionId: 's2', sessionSeconds: 60 })
  clock.advance(2 * DAY_MS + 1_200_000)
  const db = openDb(join(dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  expect(db.prepare('select used_seconds, (select count(*) from voucher_session) as sessions from voucher').all()).toEqual([{ used_seconds: 660, sessions: 0 }])
  db.close()
  expect(await said(code)).toBe(35_340)
})

test('two devices that share a voucher use it up in half the time that each was told, and both are ended at once', async () => {
  const { make, said, report, clock, live, source, withdrawn } = town()
  const code = await make({ seconds: 3_600, devices: 2 })
  for (const [acctSessionId, callingStationId] of [['s1', PHONE], ['s2', TABLET]] as const) {
    expect(await said(code, pap(code), callingStationId)).toBe(3_600)
    await report('start', code, { acctSessionId, callingStationId })
  }
  for (const seconds of [600, 1_200]) {
    clock.advance(600_000)
    for (const [acctSessionId, callingStationId] of [['s1', PHONE], ['s2', TABLET]] as const) await report('interim', code, { acctSessionId, callingStationId, sessionSeconds: seconds })
  }
  clock.advance(598_000)
  expect(withdrawn).toEqual([])
  clock.advance(2_000)
  expect(withdrawn.length).toBeGreaterThan(0)
  expect([...live.all()].map((session) => source.remainderOf?.(session))).toEqual([{ kind: 'withdrawn' }, { kind: 'withdrawn' }])
})

test('accounting of anyone else goes on untouched, and of a code that is no voucher nothing is kept', async () => {
  const { report, stored, dir } = town()
  const elsewhere = town()
  const unknown = await elsewhere.make()
  for (const name of ['anne', unknown]) await report('stop', name, { sessionSeconds: 60 })
  expect(stored.map(({ userName }) => userName)).toEqual(['anne', unknown])
  const db = openDb(join(dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  expect(db.prepare('select count(*) from voucher_session').pluck().get()).toBe(0)
  db.close()
})

test('an access server that lives in 1970 uses a voucher up no faster than one with a clock', async () => {
  const { make, said, report, clock } = town()
  const code = await make({ seconds: 36_000 })
  for (const minutes of [15, 30, 45]) {
    clock.advance(900_000)
    await report('interim', code, { sessionSeconds: minutes * 60, eventSeconds: 0 })
  }
  expect(await said(code)).toBe(36_000 - 2_700)
})

test('counters beyond all measure use up their own voucher and keep no other from being added up', async () => {
  const { make, said, report, clock, dir } = town()
  const [mad, other] = [await make({ octets: 1_000 }), await make({ label: 'other', seconds: 36_000 })]
  await report('interim', other, { sessionSeconds: 600 })
  for (let n = 0; n < 1_100; n++) await report('interim', mad, { acctSessionId: `s${n}`, inputOctets: Number.MAX_SAFE_INTEGER, outputOctets: Number.MAX_SAFE_INTEGER })
  expect(await said(mad)).toBe('voucher_spent')
  clock.advance(2 * DAY_MS + 1_200_000)
  const db = openDb(join(dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  expect(db.prepare('select count(*) as sessions from voucher_session').all()).toEqual([{ sessions: 0 }])
  db.close()
  expect(await said(mad)).toBe('voucher_spent')
  expect(await said(other)).toBe(35_400)
})
