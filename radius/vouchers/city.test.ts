// A gateway whose hub takes its time: who may ask it meanwhile.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { inlineWriter } from '#shared/db/durable-writer.ts'
import { openDb } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { generateDeviceKey } from '#shared/sign.ts'
import type { LeaseAnswer } from '#shared/voucher-lease.ts'
import { ask, pap } from '#test/support/account-town.ts'
import { PROFILES, START_MS } from '#test/support/radius-town.ts'
import { stationNames } from '../access/station-names.ts'
import { createLiveSessions } from '../live-sessions.ts'
import { createCity } from './city.ts'
import { makeVoucherCode } from './code.ts'
import type { Lessor } from './lessor.ts'
import { voucherHolder, voucherSource } from './source.ts'
import { VOUCHER_MIGRATIONS } from './table.ts'
import { createVouchers } from './vouchers.ts'

const PHONE = '02-00-00-00-00-01'
const REFUSED = { kind: 'reject', reason: 'voucher_tries' }
const codeOf = (): string => makeVoucherCode('digits', randomBytes)

/** @param made codes that the hub knows and answers at once; of all others it says after `judge` that nobody made them. */
function town({ made, marked = [] }: { readonly made: readonly string[]; readonly marked?: readonly string[] }) {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-city-'))
  const clock = manualClock(START_MS)
  const path = join(dir, 'vouchers.db')
  const settings = { durability: 'relaxed', migrations: VOUCHER_MIGRATIONS } as const
  const disk = { durable: inlineWriter(path, settings), reader: openDb(path, settings) }
  const parts = { ...disk, clock, random: randomBytes, log: silentLog() }
  const live = createLiveSessions(clock)
  const vouchers = createVouchers({ ...parts, device: generateDeviceKey() })
  const verdicts: (() => void)[] = []
  const lessor: Lessor = {
    ask({ id, code = '' }) {
      if (made.includes(code)) return Promise.resolve({ state: 'granted', id, seconds: 1_800, places: 1, devices: 1, left_seconds: 3_600 } satisfies LeaseAnswer)
      return new Promise((resolve) => verdicts.push(() => resolve({ state: 'refused', id, reason: 'unknown' })))
    },
    mayBe: (code) => marked.includes(code),
    close() {},
  }
  const city = createCity({ ...parts, lessor, live, withdraw() {}, holderOf: voucherHolder })
  const source = voucherSource({ vouchers, city, live, profiles: PROFILES, clock, stationOf: stationNames(randomBytes) })
  let strangers = 0
  function at(name: string, code: string, station = `02-00-00-00-01-${(strangers++).toString(16).padStart(2, '0')}`): Promise<unknown> {
    const question = ask(code, pap(code), station)
    return Promise.resolve(source.decide({ ...question, client: { ...question.client, name } }))
  }
  onTestFinished(async () => {
    judge()
    clock.advance(2_000)
    vouchers.close()
    await city.close()
    disk.reader.close()
    await disk.durable.close()
    rmSync(dir, { recursive: true, force: true })
  })
  function judge(): void {
    for (const verdict of verdicts.splice(0)) verdict()
  }
  return {
    at, judge,
    asked: () => verdicts.length,
    /** Strangers with invented codes, as many at each of these as it lets ask. */
    async flood(...clients: readonly string[]): Promise<void> {
      for (const client of clients) for (let n = 0; n < 40; n++) void at(client, codeOf())
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('strangers who invent codes leave a device that was let in its room, while the hub thinks and after it has answered', async () => {
  const [first, second, third] = [codeOf(), codeOf(), codeOf()]
  const { at, flood, judge, asked } = town({ made: [first, second, third] })
  expect(await at('ap-1', first, PHONE)).toMatchObject({ kind: 'accept' })
  await flood('ap-1', 'ap-2', 'ap-3', 'ap-4')
  expect(asked()).toBe(48)
  expect(await at('ap-5', codeOf())).toEqual(REFUSED)
  expect(await at('ap-1', second, PHONE)).toMatchObject({ kind: 'accept' })
  judge()
  await new Promise((resolve) => setImmediate(resolve))
  expect(await at('ap-1', third, PHONE)).toMatchObject({ kind: 'accept' })
})

test('one place’s strangers ask no more than they may be wrong', async () => {
  const { flood, asked } = town({ made: [] })
  await flood('ap-1')
  expect(asked()).toBe(20)
})

test('a crowd whose codes the hub has told of passes at once: those are no guesses', async () => {
  const crowd = Array.from({ length: 60 }, codeOf)
  const { at } = town({ made: crowd, marked: crowd })
  const said = await Promise.all(crowd.map((code) => at('ap-1', code)))
  expect(said.filter((decision) => (decision as { kind: string }).kind === 'accept')).toHaveLength(60)
})

test('an invented code that happens to look like one of the hub’s is as wrong as any once the hub has said so', async () => {
  const invented = Array.from({ length: 60 }, codeOf)
  const { at, judge, asked } = town({ made: [], marked: invented })
  for (const code of invented) void at('ap-1', code)
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked()).toBe(60)
  judge()
  await new Promise((resolve) => setImmediate(resolve))
  expect(await at('ap-1', codeOf())).toEqual(REFUSED)
})
