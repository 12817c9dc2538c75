import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { openDb } from '#shared/db/open.ts'
import { derivedKey } from '#shared/derived-key.ts'
import { quickMac } from '#shared/quick-mac.ts'
import { accountTown, ask, chap, pap, removeTown } from '#test/support/account-town.ts'
import { PROFILE, PROFILES, START_MS } from '#test/support/radius-town.ts'
import type { Decision } from '../access/access.ts'
import type { Credential } from '../access/credentials.ts'
import { stationNames } from '../access/station-names.ts'
import { createLiveSessions } from '../live-sessions.ts'
import type { AccountingReport, AccountingStore } from '../nas.ts'
import { oneProfile } from '../profiles.ts'
import { printedCode } from './code.ts'
import { meteringVouchers } from './metering.ts'
import { voucherSource } from './source.ts'
import { VOUCHER_MIGRATIONS } from './table.ts'
import type { VoucherOrder } from './vouchers.ts'

const ORIGIN = { client: 'local', address: '127.0.0.1' }
const [PHONE, TABLET, LAPTOP] = ['02-00-00-00-00-01', '02-00-00-00-00-02', '02-00-00-00-00-03'] as const
const ORDER: VoucherOrder = { label: 'festival', count: 1, form: 'digits', seconds: undefined, octets: undefined, untilMinute: undefined, devices: undefined }

function town(options: Parameters<typeof accountTown>[1] & { clock?: ReturnType<typeof manualClock> } = {}) {
  const clock = options.clock ?? manualClock(START_MS)
  const here = accountTown(clock, options)
  const { vouchers } = here
  const live = createLiveSessions(clock)
  const withdrawn: string[] = []
  const source = voucherSource({ vouchers, live, profiles: PROFILES, clock, stationOf: stationNames(randomBytes), withdraw: (holder) => void withdrawn.push(holder) })
  const stored: AccountingReport[] = []
  const books: AccountingStore = { record: async (_, report) => void stored.push(report), alive: () => false }
  const accounting = meteringVouchers(books, vouchers)
  let ended = false
  async function end(): Promise<void> {
    if (!ended) await here.close()
    ended = true
  }
  onTestFinished(async () => {
    await end()
    removeTown(here)
  })
  async function says(code: string, how: Credential = pap(code), station: string = PHONE): Promise<Decision | undefined> {
    const decision = source.decide(ask(code, how, station))
    if (decision instanceof Promise) clock.advance(2_000)
    return decision
  }
  async function said(...asked: Parameters<typeof says>): Promise<unknown> {
    const decision = await says(...asked)
    return decision?.kind === 'accept' ? decision.authorisation.sessionSeconds : decision?.kind === 'reject' ? decision.reason : decision
  }
  async function make(order: Partial<VoucherOrder> = {}): Promise<string> {
    const [code = ''] = await vouchers.make({ ...ORDER, ...order })
    return code
  }
  async function report(status: AccountingReport['status'], userName: string, some: Partial<AccountingReport> = {}): Promise<void> {
    const whole: AccountingReport = { status, userName, nasIdentifier: 'ap', acctSessionId: 's1', callingStationId: PHONE, eventSeconds: Math.floor(clock.now() / 1000), ...some }
    await accounting.record(ORIGIN, whole, live.heard(ORIGIN, whole, (name) => source.holderOf?.(name)))
  }
  return { ...here, clock, live, source, withdrawn, stored, says, said, make, report, end }
}

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

test('data alone may use a voucher up', async () => {
  const { make, said, report } = town()
  const code = await make({ octets: 1_000_000 })
  await report('stop', code, { sessionSeconds: 1, inputOctets: 999_999 })
  expect(await said(code)).toBe(7_200)
  await report('stop', code, { sessionSeconds: 1, inputOctets: 1_000_001 })
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
  clock.advance(2 * 86_400_000 + 1_200_000)
  const db = openDb(join(dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  expect(db.prepare('select used_seconds, (select count(*) from voucher_session) as sessions from voucher').all()).toEqual([{ used_seconds: 660, sessions: 0 }])
  db.close()
  expect(await said(code)).toBe(35_340)
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

test('who guesses waits longer each time, is told nothing sooner by asking twice, and locks nobody out', async () => {
  const { make, source, clock, said } = town()
  const code = await make()
  const elsewhere = town()
  const guess = async (station: string) => source.decide(ask(await elsewhere.make({ label: `l${clock.monotonic()}${station}` }), pap('x'), station))
  for (const ms of [250, 500, 1_000, 2_000, 2_000]) {
    let told = false
    const answer = guess(PHONE).then((decision) => decision)
    void answer.then(() => (told = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(source.decide(ask(code, pap(code), PHONE))).toEqual({ kind: 'reject', reason: 'voucher_too_soon' })
    expect(await said(code, pap(code), TABLET)).toBe(7_200)
    clock.advance(ms - 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toBe(false)
    clock.advance(1)
    expect(await answer).toEqual({ kind: 'reject', reason: 'voucher_unknown' })
  }
})

test('a device that was wrong waits however its access server spells its address', async () => {
  const { make, source, said } = town()
  const code = await make()
  void source.decide(ask(code, pap('x'), '02-00-00-00-00-0A'))
  expect([await said(code, pap(code), '02:00:00:00:00:0a'), await said(code, pap(code), TABLET)]).toEqual(['voucher_too_soon', 7_200])
})

test('a right code ends the waiting, and so do ten minutes without a wrong one', async () => {
  const { make, source, clock, said } = town()
  const code = await make()
  const elsewhere = town()
  const [wrong = ''] = await elsewhere.vouchers.make(ORDER)
  /** Milliseconds of its clock until the answer comes. */
  async function wait(): Promise<number> {
    let told = false
    void Promise.resolve(source.decide(ask(wrong, pap(wrong)))).then(() => (told = true))
    for (let ms = 0; ; ms += 250) {
      await new Promise((resolve) => setImmediate(resolve))
      if (told) return ms
      clock.advance(250)
    }
  }
  expect([await wait(), await wait()]).toEqual([250, 500])
  expect(await said(code)).toBe(7_200)
  expect([await wait(), await wait()]).toEqual([250, 500])
  clock.advance(600_000)
  expect(await wait()).toBe(250)
})

test('where the voucher says nothing of devices, the profile does', async () => {
  const { make, vouchers, live, clock } = town()
  const code = await make()
  const source = voucherSource({ vouchers, live, clock, profiles: oneProfile({ ...PROFILE, sessions: 2 }), stationOf: stationNames(randomBytes) })
  expect([PHONE, TABLET, LAPTOP].map((station) => source.decide(ask(code, pap(code), station))).map((decision) => decision && !(decision instanceof Promise) && decision.kind)).toEqual(['accept', 'accept', 'reject'])
})

test('guesses are 25 a second at one client and a hundred everywhere, a fifth of them kept for devices that were let in; a second later there is room again', async () => {
  const { make, source, clock } = town()
  const code = await make({ devices: 2 })
  const elsewhere = town()
  const codes = await elsewhere.vouchers.make({ ...ORDER, count: 101 })
  function at(name: string, tried: string, station: string = PHONE): unknown {
    const question = ask(tried, pap(tried), station)
    return source.decide({ ...question, client: { ...question.client, name } })
  }
  const spoilt = { kind: 'reject', reason: 'voucher_tries' }
  const guess = (index: number): unknown => at(`ap-${Math.floor(index / 20)}`, codes[index] ?? '', `02-00-00-00-01-${index.toString(16).padStart(2, '0')}`)
  for (let index = 0; index < 20; index++) expect(guess(index)).toBeInstanceOf(Promise)
  expect([at('ap-0', code, TABLET), at('ap-1', code)]).toMatchObject([spoilt, { kind: 'accept' }])
  for (let index = 20; index < 80; index++) expect(guess(index)).toBeInstanceOf(Promise)
  expect([guess(80), at('ap-mairie', code, TABLET)]).toEqual([spoilt, spoilt])
  // The phone was let in before.
  expect([at('ap-0', code), at('ap-mairie', code)]).toMatchObject([{ kind: 'accept' }, { kind: 'accept' }])
  clock.advance(1_000)
  expect([at('ap-0', code, TABLET), at('ap-mairie', code, TABLET)]).toMatchObject([{ kind: 'accept' }, { kind: 'accept' }])
})

test('what is kept for devices that were let in is not theirs to guess with, and a code that lets in no further device makes none known', async () => {
  const { make, source } = town()
  const code = await make()
  const codes = await town().vouchers.make({ ...ORDER, count: 40 })
  const station = (index: number): string => `02-00-00-00-01-${index.toString(16).padStart(2, '0')}`
  expect(source.decide(ask(code, pap(code), PHONE))).toMatchObject({ kind: 'accept' })
  for (let index = 0; index < 40; index++) expect(source.decide(ask(code, pap(code), station(index)))).toEqual({ kind: 'reject', reason: 'voucher_in_use' })
  const said = codes.map((wrong, index) => source.decide(ask(wrong, pap(wrong), station(index))))
  expect(said.filter((decision) => decision instanceof Promise)).toHaveLength(20)
  expect(source.decide(ask(codes[0] ?? '', pap('x'), PHONE))).toBeInstanceOf(Promise)
  expect(source.decide(ask(codes[1] ?? '', pap('x'), PHONE))).toEqual({ kind: 'reject', reason: 'voucher_too_soon' })
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

test('no code, no station and no session id of an access server is in any file', async () => {
  const { vouchers, report, dir } = town()
  const codes = await vouchers.make({ ...ORDER, count: 50 })
  for (const code of codes) await report('interim', code, { acctSessionId: `5f3a/${PHONE}/12`, sessionSeconds: 5 })
  const files = readdirSync(dir).map((name) => readFileSync(join(dir, name)))
  expect(files.some((bytes) => bytes.includes('festival'))).toBe(true)
  for (const word of [...codes, ...codes.map(printedCode), PHONE, '020000000001', '5f3a/']) for (const bytes of files) expect(bytes.includes(word)).toBe(false)
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
  clock.advance(2 * 86_400_000 + 1_200_000)
  const db = openDb(join(dir, 'vouchers.db'), { durability: 'full', migrations: VOUCHER_MIGRATIONS })
  expect(db.prepare('select count(*) as sessions from voucher_session').all()).toEqual([{ sessions: 0 }])
  db.close()
  expect(await said(mad)).toBe('voucher_spent')
  expect(await said(other)).toBe(35_400)
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

const [ROUND_MS, DAY_MS] = [600_000, 86_400_000]
const TOMORROW_MINUTE = START_MS / 60_000 + 24 * 60

/** Rounds come each ten minutes; what they have begun ends in its own time. */
async function pass(clock: ReturnType<typeof manualClock>, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= DAY_MS) {
    clock.advance(Math.min(left, DAY_MS))
    await new Promise((resolve) => setImmediate(resolve))
  }
}
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
