// Vouchers of the city at several gateways, with the real hub, the real leases and lines that are cut.
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeVoucherCode } from '#radius/vouchers/code.ts'
import { VOUCHER_MIGRATIONS } from '#radius/vouchers/table.ts'
import { openDb } from '#shared/db/open.ts'
import { generateDeviceKey } from '#shared/sign.ts'
import { simulate } from '#test/support/voucher-partitions.ts'
import { voucherTown, type VoucherTown } from '#test/support/voucher-town.ts'
import { createLessor } from '../../sync/lessor.ts'
import { hubMigrations } from '../store/schema.ts'

const [PHONE, TABLET] = ['02-00-00-00-00-01', '02-00-00-00-00-02'] as const
const MINUTE_MS = 60_000

async function town(): Promise<VoucherTown> {
  const one = await voucherTown()
  onTestFinished(() => one.close())
  return one
}
const secondsOf = async (asked: Promise<unknown>): Promise<unknown> => {
  const decision = (await asked) as { authorisation?: { sessionSeconds?: number }; reason?: string }
  return decision.authorisation?.sessionSeconds ?? decision.reason
}

test('a voucher of the city opens at every gateway, and what is left of it goes along', async () => {
  const { make, gateway, pass, onlineMs } = await town()
  const [square, station] = [await gateway('gw-square'), await gateway('gw-station')]
  const code = await make({ seconds: 3_600 })
  expect(await secondsOf(square.says(code))).toBe(3_600)
  expect(await square.signIn(code)).toBe('in')
  await pass(20 * MINUTE_MS)
  for (const session of square.online) await square.leave(session)
  await pass(2 * MINUTE_MS)
  expect(await secondsOf(station.says(code))).toBe(2_400)
  expect(await station.signIn(code)).toBe('in')
  await pass(45 * MINUTE_MS)
  expect([station.online.size, onlineMs(code)]).toEqual([0, 3_600_000])
  await pass(2 * MINUTE_MS)
  expect(await square.signIn(code)).toBe('voucher_spent')
})

test('what an access server leaves of its data for want of a packet that fits opens nothing more, at this gateway or another', async () => {
  const { make, gateway, pass } = await town()
  const [square, station] = [await gateway('gw-square'), await gateway('gw-station')]
  const [code, other] = [await make({ octets: 1_000_000 }), await make({ label: 'fair', octets: 1_000_000 })]
  async function use(which: string, octets: number): Promise<void> {
    expect(await square.signIn(which)).toBe('in')
    for (const session of square.online) await square.leave(session, octets)
  }
  await use(code, 860_000)
  await use(code, 20_000)
  expect(await square.signIn(code)).toBe('voucher_spent')
  await pass(2 * MINUTE_MS)
  expect([await station.signIn(code), await square.signIn(code)]).toEqual(['voucher_spent', 'voucher_spent'])
  await use(other, 860_000)
  await pass(2 * MINUTE_MS)
  expect(await station.says(other)).toMatchObject({ authorisation: { quotaBytes: 140_000 } })
})

test('whoever walks on takes the voucher along: the place before is closed, and no time is spent twice', async () => {
  const { make, gateway, pass, onlineMs } = await town()
  const [square, station] = [await gateway('gw-square'), await gateway('gw-station')]
  const code = await make({ seconds: 7_200 })
  expect([await square.signIn(code), await station.signIn(code, TABLET)]).toEqual(['in', 'in'])
  await pass(16 * MINUTE_MS)
  expect([square.online.size, station.online.size]).toEqual([0, 1])
  await pass(120 * MINUTE_MS)
  expect(onlineMs(code)).toBeLessThanOrEqual(7_200_000 + 15_000)
})

test('as many devices as the voucher says, in the whole city', async () => {
  const { make, gateway } = await town()
  const square = await gateway('gw-square')
  const code = await make({ seconds: 7_200, devices: 2 })
  expect([await square.signIn(code, PHONE), await square.signIn(code, TABLET), await square.signIn(code, '02-00-00-00-00-03')]).toEqual(['in', 'in', 'voucher_in_use'])
})

test('two devices use a voucher up in half the time, and both are ended', async () => {
  const { make, gateway, pass, onlineMs } = await town()
  const square = await gateway('gw-square')
  const code = await make({ seconds: 3_600, devices: 2 })
  expect([await square.signIn(code, PHONE), await square.signIn(code, TABLET)]).toEqual(['in', 'in'])
  await pass(29 * MINUTE_MS)
  expect(square.online.size).toBe(2)
  await pass(2 * MINUTE_MS)
  expect(square.online.size).toBe(0)
  expect(Math.abs(onlineMs(code) - 3_600_000)).toBeLessThanOrEqual(60_000)
})

test('what is void ends at once beside the hub, elsewhere within a quarter of an hour, and opens nothing', async () => {
  const { make, gateway, pass, hub, settle } = await town()
  const [own, far] = [await gateway('gw-own'), await gateway('gw-far')]
  const code = await make({ seconds: 7_200, devices: 2 })
  hub.pool.onVoid(() => void own.city().renewAll())
  expect([await own.signIn(code, PHONE), await far.signIn(code, TABLET)]).toEqual(['in', 'in'])
  expect(await hub.pool.void('festival')).toBe(1)
  await settle()
  expect([own.online.size, far.online.size]).toEqual([0, 1])
  await pass(16 * MINUTE_MS)
  expect(far.online.size).toBe(0)
  expect(await far.signIn(code)).toBe('voucher_void')
})

test('a batch ends on its last day, and a voucher some time after its first use, to the full hour', async () => {
  const { make, gateway, pass, effects } = await town()
  const square = await gateway('gw-square')
  const start = Math.floor(effects.clock.now() / MINUTE_MS)
  const dated = await make({ untilMinute: start + 30 })
  const day = await make({ label: 'day', validMinutes: 90 })
  expect(await secondsOf(square.says(dated))).toBe(1_800)
  expect(await secondsOf(square.says(day))).toBe(7_200)
  await pass(31 * MINUTE_MS)
  expect(await square.signIn(dated)).toBe('voucher_expired')
  await pass(90 * MINUTE_MS)
  expect(await square.signIn(day)).toBe('voucher_expired')
})

test('rates are the voucher’s own', async () => {
  const { make, gateway } = await town()
  const square = await gateway('gw-square')
  expect(await square.says(await make({ downKbps: 2_000, upKbps: 500 }))).toMatchObject({ authorisation: { downKbps: 2_000, upKbps: 500 } })
})

test('cut off, a known voucher is good for half an hour a day, one that was made since for nothing', async () => {
  const { make, gateway, pass, onlineMs } = await town()
  const square = await gateway('gw-square')
  const code = await make({ seconds: 36_000 })
  await square.signIn(code)
  for (const session of square.online) await square.leave(session)
  await pass(2 * MINUTE_MS)
  square.line = 'cut'
  const stranger = await make({ label: 'other', seconds: 36_000 })
  const before = onlineMs(code)
  expect(await square.signIn(code)).toBe('in')
  await pass(35 * MINUTE_MS)
  expect([square.online.size, onlineMs(code) - before]).toEqual([0, 1_800_000])
  expect([await square.signIn(code), await square.signIn(stranger)]).toEqual(['voucher_unsure', 'voucher_unsure'])
  await pass(24 * 60 * MINUTE_MS, 5 * MINUTE_MS)
  expect(await square.signIn(code)).toBe('in')
})

test('a hub that comes back is told what was used by courtesy', async () => {
  const { make, gateway, pass, onlineMs } = await town()
  const square = await gateway('gw-square')
  const code = await make({ seconds: 3_600 })
  await square.signIn(code)
  square.line = 'cut'
  await pass(50 * MINUTE_MS)
  expect(square.online.size).toBe(1)
  square.line = 'open'
  await pass(15 * MINUTE_MS)
  expect([square.online.size, onlineMs(code)]).toEqual([0, 3_600_000])
  await pass(2 * MINUTE_MS)
  expect(await square.signIn(code)).toBe('voucher_spent')
})

test('a lost answer takes nothing out twice', async () => {
  const { make, gateway, pass } = await town()
  const square = await gateway('gw-square')
  const code = await make({ seconds: 3_600 })
  square.line = 'mute'
  expect(await square.signIn(code)).toBe('voucher_unsure')
  await pass(MINUTE_MS)
  square.line = 'open'
  await pass(3 * MINUTE_MS)
  expect(await secondsOf(square.says(code))).toBe(3_600)
})

test('a gateway that is gone has cost what it was lent and no more; one that comes back gives it back', async () => {
  const { make, gateway, pass } = await town()
  const [square, station] = [await gateway('gw-square'), await gateway('gw-station')]
  const code = await make({ seconds: 7_200 })
  await square.signIn(code)
  square.line = 'cut'
  await pass(24 * 60 * MINUTE_MS, 5 * MINUTE_MS)
  expect(await secondsOf(station.says(code))).toBe(5_400)
  await pass(3 * MINUTE_MS)
  await square.restart(true)
  square.line = 'open'
  await pass(3 * MINUTE_MS)
  expect(Number(await secondsOf(station.says(code)))).toBeGreaterThan(3_500)
})

test('the hub’s file says neither whose nor where: no code, no gateway beside a lease', async () => {
  const { make, gateway, dir, pass } = await town()
  const square = await gateway('gw-square')
  const code = await make({ seconds: 7_200 })
  await square.signIn(code)
  await pass(MINUTE_MS)
  const files = readdirSync(dir).filter((name) => name.includes('.db')).map((name) => readFileSync(join(dir, name)))
  for (const bytes of files) expect(bytes.includes(code)).toBe(false)
})

test('of what is over no file tells the minute: the hub keeps the hour, the gateway nothing', async () => {
  const { make, gateway, dir, pass } = await town()
  const [square, station] = [await gateway('gw-square'), await gateway('gw-station')]
  const [returned, lost] = [await make({ seconds: 7_200 }), await make({ label: 'lost', seconds: 7_200 })]
  const minutes = (file: string, tables: readonly string[]): number[] => {
    const db = openDb(join(dir, file), { durability: 'relaxed', migrations: file === 'hub.db' ? hubMigrations : VOUCHER_MIGRATIONS })
    const found = tables.flatMap((table) => db.prepare<[], number>(`select ends_minute from ${table}`).pluck().all())
    db.close()
    return found
  }
  const atGateway = (): number[] => minutes('gw-station.vouchers.db', ['voucher_lease', 'voucher_courtesy'])
  await pass(7 * MINUTE_MS)
  expect([await square.signIn(returned), await station.signIn(lost, TABLET)]).toEqual(['in', 'in'])
  expect(minutes('hub.db', ['city_lease']).some((minute) => minute % 60 > 0)).toBe(true)
  station.line = 'cut'
  for (const session of square.online) await square.leave(session)
  await pass(40 * MINUTE_MS)
  // Its courtesy runs: a restart must know until when.
  expect([station.online.size, atGateway().filter((minute) => minute > 0)]).toEqual([1, [expect.any(Number)]])
  await pass(120 * MINUTE_MS, 5 * MINUTE_MS)
  await expect.poll(() => minutes('hub.db', ['city_lease']).map((minute) => minute % 60)).toEqual([0, 0])
  expect(atGateway()).toEqual([0, 0])
})

test('wrong codes are as slow as ever, and a gateway that guesses is refused by the hub', async () => {
  const { gateway, hub, effects, make } = await town()
  const square = await gateway('gw-square')
  await make()
  const before = effects.clock.monotonic()
  expect(await square.signIn('0000 0000 0000 0000 0000')).toBe('voucher_unknown')
  expect(effects.clock.monotonic() - before).toBeGreaterThanOrEqual(2_000)
  expect(hub.ready()).toBe(true)
})

test('a gateway at which a hundred a second guess keeps its hub; one that guesses more may renew what it was lent and ask for nothing new', async () => {
  const { make, hub, effects } = await town()
  const device = generateDeviceKey()
  await hub.enrolOwn({ key: device, gateway: 'gw-taken', epoch: '00000000000000aa', model: 'test' })
  const lessor = createLessor({ url: hub.origin, device, hub: () => hub.publicKey, fetch: hub.fetch }, { read: () => undefined, keep() {} }, effects)
  const ask = (which: { readonly code: string } | { readonly renews: string }) => lessor.ask({ id: randomBytes(16).toString('hex'), used: { seconds: 0, octets: 0 }, places: 1, ...which }, 1_000)
  const [first, second] = [await make({ label: 'first', seconds: 7_200 }), await make({ label: 'second', seconds: 7_200 })]
  const guess = async (times: number): Promise<void> => {
    for (let left = times; left > 0; left -= 200) await Promise.all(Array.from({ length: 200 }, () => ask({ code: makeVoucherCode('digits', randomBytes) })))
  }
  await guess(6_000)
  const lent = await ask({ code: first })
  expect(lent?.state).toBe('granted')
  await guess(800)
  expect(await ask({ code: second })).toBeUndefined()
  expect((await ask({ renews: lent?.id ?? '' }))?.state).toBe('granted')
  effects.clock.advance(MINUTE_MS)
  expect((await ask({ code: second }))?.state).toBe('granted')
  lessor.close()
}, 30_000)

test('a voucher that is carried from one cut off gateway to the next gives half an hour a day at each and no more', async () => {
  const { make, gateway, pass, onlineMs } = await town()
  const gateways = [await gateway('gw-a'), await gateway('gw-b'), await gateway('gw-c')]
  const code = await make({ seconds: 1_860 })
  for (const one of gateways) {
    await one.signIn(code)
    await pass(10 * MINUTE_MS)
    for (const session of one.online) await one.leave(session)
    await pass(2 * MINUTE_MS)
  }
  expect(onlineMs(code)).toBe(1_800_000)
  for (const one of gateways) one.line = 'cut'
  for (let lap = 0; lap < 6; lap++) {
    for (const one of gateways) {
      await one.signIn(code)
      await pass(35 * MINUTE_MS)
    }
  }
  expect(onlineMs(code)).toBe(1_800_000 + 3 * 1_800_000)
})

test('twenty at a time are let in by courtesy, and the twenty-first when one is over', async () => {
  const { hub, gateway, pass } = await town()
  const square = await gateway('gw-square')
  const codes = (await hub.pool.make({ label: 'fair', count: 21, form: 'letters', seconds: 36_000, octets: undefined, untilMinute: undefined, validMinutes: undefined, devices: 1, downKbps: undefined, upKbps: undefined })) ?? []
  const station = (index: number): string => `02-00-00-00-01-${String(index).padStart(2, '0')}`
  for (const [index, code] of codes.entries()) {
    await square.signIn(code, station(index))
    for (const session of square.online) await square.leave(session)
  }
  await pass(2 * MINUTE_MS)
  square.line = 'cut'
  const said: string[] = []
  for (const [index, code] of codes.entries()) said.push(await square.signIn(code, station(index)))
  expect([said.filter((one) => one === 'in').length, said.at(-1)]).toEqual([20, 'voucher_unsure'])
  await pass(31 * MINUTE_MS)
  expect(await square.signIn(codes.at(-1) ?? '', station(20))).toBe('in')
})

test('random cuts, kills and lost answers: no voucher gives more than its own and half an hour a day at each gateway that was cut off', async () => {
  const { overspent, signIns, cuts } = await simulate({ seed: 7, hours: 6, gateways: 3, vouchers: 3, stepMs: 60_000 })
  expect([signIns > 5, cuts > 0]).toEqual([true, true])
  for (const { beyondMs, allowedMs } of overspent) expect(beyondMs).toBeLessThanOrEqual(allowedMs)
}, 30_000)

test('cut off, a voucher that its gateway has never met opens by what the hub told of it, after a restart too; one that nobody made does not', async () => {
  const { make, gateway, hub } = await town()
  const square = await gateway('gw-square')
  const [fresh, late] = [await make({ seconds: 3_600 }), await make({ label: 'voided', seconds: 3_600 })]
  await hub.pool.void('voided')
  await square.hearMarks()
  const asked = square.asked.count
  await square.hearMarks()
  expect(square.asked.count).toBe(asked + 1)
  square.line = 'cut'
  await square.restart(true)
  expect([await square.signIn(fresh), await square.signIn(late), await square.signIn('00000000000000000000')]).toEqual(['in', 'voucher_unsure', 'voucher_unsure'])
  const { marks } = await hub.pool.marks()
  expect(Buffer.from(marks, 'base64url')).toHaveLength(4)
})
