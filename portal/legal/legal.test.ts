import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { openDb } from '#shared/db/open.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { generateDeviceKey, openJws } from '#shared/sign.ts'
import { daysFrom, destroyDays, makeHolderA, makeHolderB, readHolderA, readHolderB, readSecretA, readSecretB } from './holder-keys.ts'
import { dryRunNeighbours } from '../gateway/dry-run.ts'
import { SESSION_MIGRATIONS } from '../migrations.ts'
import { createLegal } from './main.ts'
import { createPortPool } from './port-pool.ts'
import { PROFILES, reviewOverdue } from './profile.ts'
import { ANSWER_TYP, askHolderA, find, openAsHolderB, sessionsIn } from './search.ts'
import { openInner, openOuter, seal } from './sealed.ts'
import { legalTown, PUBLIC, sessionNumber, START_MS, type LegalTown } from './test/legal-town.ts'

const DAY_MS = 86_400_000
let town: LegalTown
afterEach(() => town?.close())

test('the end of a session that was still to be written when the process was killed is written by the next', async () => {
  town = await legalTown()
  const [gone, next] = [sessionNumber(1, START_MS), sessionNumber(2, START_MS + 700_000)]
  await town.desk.started(gone)
  const port = town.kernel.get(gone.mark) ?? 0
  const keys = { a: readHolderA(town.a.public), b: readHolderB(town.b.public) }
  town.setKeys({ ...keys, a: { ...keys.a, days: new Map() } })
  town.clock.advance(600_000)
  await town.desk.ended(gone, town.clock.now())
  await town.desk.ended(gone, town.clock.now())
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(town.alarms.now()).toContain('key_missing')
  town.setKeys(keys)
  await town.kill()
  town.clock.advance(100_000)
  await town.desk.started(next)
  expect(town.kernel.get(next.mark)).toBe(port)
  town.clock.advance(60_000)
  expect((await town.answer({ port })).found.map(({ id }) => id)).toEqual([next.id])
  expect((await town.answer({ port, at: START_MS + 1_000 })).found.map(({ id }) => id)).toEqual([gone.id])
})

test('with a thousand sessions behind one address, address, port and second lead to exactly one', async () => {
  town = await legalTown()
  const starts = Array.from({ length: 1_000 }, (_, n) => sessionNumber(n, START_MS + n * 500))
  for (let n = 0; n < starts.length; n += 50) {
    const some = starts.slice(n, n + 50)
    town.clock.setNow(some.at(-1)?.startedMs ?? 0)
    await Promise.all(some.map((session) => town.desk.started(session)))
  }
  const blockOf = new Map(starts.map(({ id, mark }) => [id, town.kernel.get(mark) ?? 0]))
  expect(new Set(blockOf.values()).size).toBe(1_000)
  // Every tenth leaves, and somebody else comes into its place five seconds later.
  const at = START_MS + 600_000
  town.clock.advance(at - town.clock.now())
  await Promise.all(starts.filter((_, n) => n % 10 === 0).map(({ id }) => town.desk.ended({ id }, at)))
  town.clock.advance(5_000)
  const late = Array.from({ length: 100 }, (_, n) => sessionNumber(2_000 + n, town.clock.now()))
  await Promise.all(late.map((session) => town.desk.started(session)))
  expect(town.alarms.now()).toEqual([])
  await town.desk.close()

  const half = await askHolderA(readSecretA(town.a.secret), { address: PUBLIC, port: 5_000, at, toleranceMs: 1_000, reference: 'r' }, town.lines())
  const records = (await Promise.all(half.envelopes.map((one) => openInner(one, readSecretB(town.b.secret).key)))).flat()
  const sessions = sessionsIn(records)
  const asked = (port: number, when: number) => find(sessions, { address: PUBLIC, port, at: when, toleranceMs: 1_000, reference: 'r' })
  for (const [n, { id }] of starts.entries()) {
    const from = blockOf.get(id) ?? 0
    for (const port of [from, from + 59]) expect(asked(port, at - 10_000).map((one) => one.id), `session ${n}`).toEqual([id])
    // A second before and after its end too, with whoever has its ports by then.
    for (const when of [at - 1_000, at + 1_000]) expect(asked(from, when).map((one) => one.id)).toEqual([id])
  }
  for (const { id, mark } of late) expect(asked(town.kernel.get(mark) ?? 0, START_MS + 605_000).map((one) => one.id)).toEqual([id])
  expect(asked(4_999, at)).toEqual([])
  expect(find(sessions, { address: '203.0.113.8', port: 5_000, at, toleranceMs: 1_000, reference: 'r' })).toEqual([])
})

test('one key opens nothing, and the gateway’s disk knows of nobody', async () => {
  town = await legalTown()
  town.addresses.set(sessionNumber(7, 0).mac, ['192.168.7.7', '2001:db8::7'])
  await town.desk.started(sessionNumber(7, START_MS))
  await town.desk.close()
  const [line = ''] = town.lines().slice(-1)
  const [a, b] = [readSecretA(town.a.secret), readSecretB(town.b.secret)]
  const day = a.days.get('2026-11-23')!
  await expect(openOuter(line, b.key)).rejects.toMatchObject({ code: 'sealed' })
  await expect(openInner(line, b.key)).rejects.toMatchObject({ code: 'sealed' })
  await expect(openInner(await openOuter(line, day), day)).rejects.toMatchObject({ code: 'sealed' })
  await expect(openOuter(line, a.days.get('2026-11-24')!)).rejects.toMatchObject({ code: 'sealed' })
  expect(await openInner(await openOuter(line, day), b.key)).toMatchObject([{ kind: 'open', terminal_mac: '02:00:00:00:00:07', lan_v4: '192.168.7.7', lan_v6: ['2001:db8::7'], public_addr: PUBLIC, port_from: 5_000, port_to: 5_059, site: 'default' }])
  const disk = town.disk()
  for (const clear of ['02:00:00', '020000000007', '192.168.7', '2001:db8', PUBLIC, 'session-7', 'default']) expect(disk).not.toContain(clear)
})

test('lines have the same length for one session and for five, and grow in powers of two', async () => {
  town = await legalTown()
  const { a, b } = { a: readHolderA(town.a.public), b: readHolderB(town.b.public) }
  const to = { day: '2026-11-23', outer: a.days.get('2026-11-23')!, inner: b.key }
  const record = { kind: 'open', id: 'x'.repeat(16), boot: 'b', start: START_MS, terminal_mac: '02:00:00:00:00:07', lan_v4: '192.168.7.7', public_addr: PUBLIC, port_from: 5_000, port_to: 5_059, site: 'default' } as const
  const lengths = await Promise.all([1, 5, 20, 100].map(async (count) => (await seal(Array.from({ length: count }, () => record), to)).length))
  expect(lengths[0]).toBe(lengths[1])
  expect(new Set(lengths).size).toBe(3)
})

test('the answer carries both signatures, and B answers no question that A has not signed', async () => {
  town = await legalTown()
  await town.desk.started(sessionNumber(7, START_MS))
  const { found, signed } = await town.answer({ port: 5_010 })
  expect(found.map((one) => one.terminal_mac)).toEqual(['02:00:00:00:00:07'])
  const b = readHolderB(town.b.public)
  const half = await askHolderA(readSecretA(town.a.secret), { address: PUBLIC, port: 5_010, at: START_MS, toleranceMs: 1_000, reference: 'r' }, town.lines())
  expect(JSON.parse(openJws(signed, ANSWER_TYP, b.sign).toString())).toMatchObject({ found: [{ id: 'session-7' }] })
  await expect(openAsHolderB(readSecretB(town.b.secret), { sign: generateDeviceKey() }, half)).rejects.toMatchObject({ code: 'jws' })
})

test('an IPv6 address that a device took later leads to its session too', async () => {
  town = await legalTown()
  const session = sessionNumber(3, START_MS)
  await town.desk.started(session)
  town.addresses.set(session.mac, ['192.168.7.3', '2001:db8::a', 'fe80::1'])
  town.clock.advance(60_000)
  await town.desk.tick()
  town.addresses.set(session.mac, ['2001:db8::b'])
  town.clock.advance(60_000)
  await town.desk.tick()
  await town.desk.ended(session, town.clock.now())
  await town.desk.close()
  for (const address of ['2001:db8::a', '2001:db8::b']) expect((await town.answer({ address })).found).toMatchObject([{ id: 'session-3' }])
  expect((await town.answer({ address: 'fe80::1' })).found).toEqual([])
})

test('of a session behind somebody else’s gateway the record has no address and no port, though a device of our own network has its MAC', async () => {
  town = await legalTown()
  const [own, foreign] = [sessionNumber(3, START_MS), { ...sessionNumber(3, START_MS), id: 'foreign', mark: 9, behind: { controller: 'unifi', facts: {} } }]
  town.addresses.set(own.mac, ['192.168.7.3', '2001:db8::a'])
  await town.desk.started(own)
  await town.desk.started(foreign)
  town.clock.advance(60_000)
  town.addresses.set(own.mac, ['192.168.7.3', '2001:db8::b'])
  await town.desk.tick()
  await town.desk.ended(foreign, town.clock.now())
  await town.desk.close()
  for (const address of ['2001:db8::a', '2001:db8::b']) expect((await town.answer({ address, at: START_MS })).found.map(({ id }) => id)).toEqual([own.id])
  const records = (await Promise.all(town.lines().map(async (line) => openInner(await openOuter(line, readSecretA(town.a.secret).days.get('2026-11-23')!), readSecretB(town.b.secret).key)))).flat()
  const told = sessionsIn(records).find(({ id }) => id === 'foreign')
  expect(told).toEqual({ id: 'foreign', boot: 'boot-1', start: START_MS, end: START_MS + 60_000, terminal_mac: '02:00:00:00:00:03', lan_v6: [], site: 'default' })
})

test('without a key for today nothing is written in clear, an alarm sounds, and the keys that come are used', async () => {
  town = await legalTown({ keyDays: 1 })
  await town.desk.tick()
  expect(town.alarms.now()).toEqual(['keys_run_out'])
  town.clock.advance(DAY_MS)
  const started = town.desk.started(sessionNumber(1, town.clock.now()))
  await expect.poll(() => town.alarms.now()).toEqual(['keys_run_out', 'key_missing'])
  // The citizen waits two seconds for the disk at most.
  town.clock.advance(2_000)
  await started
  expect(existsSync(join(town.dir, 'legal', '2026-11-24.jwe'))).toBe(false)
  expect(town.disk()).not.toContain('02:00')
  const more = makeHolderA(daysFrom('2026-11-24', 99), town.a.secret)
  town.setKeys({ a: readHolderA(more.public), b: readHolderB(town.b.public) })
  await town.desk.tick()
  expect(town.alarms.now()).toEqual([])
  expect(town.lines('2026-11-24')).toHaveLength(1)
})

test('on day 366 a day is deleted and its digest kept; the day before, it opens; and no copy opens once A has destroyed its key', async () => {
  town = await legalTown({ keyDays: 400 })
  await town.desk.started(sessionNumber(1, START_MS))
  await town.desk.ended(sessionNumber(1, START_MS), START_MS + 60_000)
  const path = join(town.dir, 'legal', '2026-11-23.jwe')
  await town.desk.tick()
  const copy = town.lines()
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  // 365 days later to the hour, and past the hours in which a wrong clock is not believed.
  for (let n = 0; n < 2; n++) {
    town.clock.advance(n === 0 ? 365 * DAY_MS : 7 * 3_600_000)
    await town.desk.tick()
    expect(existsSync(path)).toBe(true)
  }
  expect((await town.answer({ port: 5_000, at: START_MS })).found).toHaveLength(1)
  for (let n = 0; n < 2; n++) {
    town.clock.advance(7 * 3_600_000)
    await town.desk.tick()
  }
  expect(new Date(town.clock.now()).toISOString().slice(0, 10)).toBe('2027-11-24')
  expect(existsSync(path)).toBe(false)
  expect(readFileSync(join(town.dir, 'legal', 'audit.jsonl'), 'utf8')).toBe(`${JSON.stringify({ day: '2026-11-23', sha256 })}\n`)
  const { secret, destroyed } = destroyDays(town.a.secret, '2026-11-24')
  expect(destroyed).toBe(1)
  expect(await askHolderA(readSecretA(secret), { address: PUBLIC, port: 5_000, at: START_MS, toleranceMs: 0, reference: 'r' }, copy)).toMatchObject({ envelopes: [], closed: copy.length })
})

test('a clock that shows 2040 for an hour costs no day of the log', async () => {
  town = await legalTown()
  await town.desk.started(sessionNumber(1, START_MS))
  town.clock.setNow(Date.UTC(2040, 0, 1))
  await town.desk.tick()
  town.clock.advance(3_600_000)
  await town.desk.tick()
  town.clock.setNow(START_MS + 3_600_000)
  await town.desk.tick()
  expect(town.lines().length).toBeGreaterThan(0)
})

test('each day’s file answers for its day: a session that runs over midnight is in both', async () => {
  town = await legalTown()
  await town.desk.started(sessionNumber(1, START_MS))
  town.clock.advance(14 * 3_600_000 + 30_000)
  await town.desk.tick()
  await expect.poll(() => existsSync(join(town.dir, 'legal', '2026-11-24.jwe')) && town.lines('2026-11-24').length).toBe(1)
  expect((await town.answer({ port: 5_000 }, '2026-11-24')).found).toMatchObject([{ start: START_MS, id: 'session-1' }])
  await town.desk.ended(sessionNumber(1, START_MS), town.clock.now())
  await town.desk.close()
  const midnight = Date.UTC(2026, 10, 24)
  expect((await town.answer({ port: 5_000, at: midnight + 10_000 }, '2026-11-24')).found).toMatchObject([{ start: START_MS, end: midnight + 30_000 }])
  expect((await town.answer({ port: 5_000, at: midnight - 1 }, '2026-11-23')).found).toHaveLength(1)
  expect((await town.answer({ port: 5_000, at: midnight + 40_000 }, '2026-11-23', '2026-11-24')).found).toEqual([])
})

test('a block that the kernel does not take is told, and given as soon as the table is there again; so is that of everybody else', async () => {
  town = await legalTown()
  const [first, second] = [sessionNumber(1, START_MS), sessionNumber(2, START_MS)]
  await town.desk.started(first)
  const before = town.kernel.get(first.mark)
  // Another program flushes the rules of the machine.
  Object.assign(town.table, { there: false })
  town.kernel.clear()
  await town.desk.started(second)
  expect(town.alarms.now()).toEqual(['blocks'])
  await town.desk.tick()
  expect(town.alarms.now()).toEqual(['blocks'])
  Object.assign(town.table, { there: true })
  await town.desk.tick()
  expect(town.alarms.now()).toEqual([])
  expect(town.kernel.get(first.mark)).toBe(before)
  expect(new Set(town.kernel.values()).size).toBe(2)
  town.kernel.clear()
  await town.desk.giveAll()
  expect(town.kernel.size).toBe(2)
})

test('a restart gives no block away twice; after a power cut what was open has ended', async () => {
  town = await legalTown()
  await town.desk.started(sessionNumber(1, START_MS))
  const held = town.kernel.get(2)
  town.clock.advance(60_000)
  await town.restart()
  expect(town.kernel.get(2)).toBe(held)
  await town.desk.started(sessionNumber(2, town.clock.now()))
  expect(town.kernel.get(3)).not.toBe(held)
  town.clock.advance(60_000)
  await town.restart('boot-2')
  const reboot = town.clock.now()
  town.clock.advance(10_000)
  await town.desk.started(sessionNumber(3, town.clock.now()))
  await town.desk.close()
  expect((await town.answer({ port: held!, at: reboot - 5_000 })).found).toMatchObject([{ id: 'session-1' }])
  expect((await town.answer({ port: held!, at: reboot + 12_000 })).found.map((one) => one.id)).not.toContain('session-1')
})

test('a torn line costs itself alone', async () => {
  town = await legalTown()
  await town.desk.started(sessionNumber(1, START_MS))
  await town.restart()
  const path = join(town.dir, 'legal', '2026-11-23.jwe')
  truncateSync(path, readFileSync(path).length - 100)
  await town.restart()
  await town.desk.started(sessionNumber(2, START_MS))
  await town.desk.close()
  expect((await town.answer({ port: 5_070 })).found).toMatchObject([{ id: 'session-2' }])
})

test('a block rests for five seconds before somebody else has it', () => {
  let steady = 0
  const pool = createPortPool(30_000, () => steady)
  const [a, b] = [pool.take(), pool.take()]
  expect([a.from, b.from, pool.size]).toEqual([5_000, 35_000, 2])
  pool.free(a.from)
  steady = 4_999
  expect(pool.take()).toEqual({ ...b, shared: true })
  steady = 5_000
  expect(pool.take()).toEqual(a)
})

test('when blocks run out, sessions share and the operator hears of it', async () => {
  town = await legalTown({ ports: 8_192 })
  for (let n = 0; n < 8; n++) await town.desk.started(sessionNumber(n, START_MS))
  expect(town.alarms.now()).toEqual(['ports'])
  expect(new Set(town.kernel.values()).size).toBe(7)
})

test('while blocks are shared, the log does not tell by the alarm’s coming and going when somebody came or left', async () => {
  town = await legalTown({ ports: 8_192 })
  for (let n = 0; n < 8; n++) await town.desk.started(sessionNumber(n, START_MS))
  await town.desk.started({ ...sessionNumber(8, START_MS), behind: { controller: 'nds', facts: {} } })
  expect(town.alarms.now()).toEqual(['ports'])
  for (let n = 0; n < 2; n++) await town.desk.ended(sessionNumber(n, START_MS), START_MS)
  town.clock.advance(10_000)
  await town.desk.started(sessionNumber(9, START_MS))
  expect(town.alarms.now()).toEqual(['ports'])
  await town.desk.tick()
  expect(town.alarms.now()).toEqual([])
})

test('a profile whose review is overdue says so from the day after, and none of them asks for a name', () => {
  const { reviewBy } = PROFILES.fr
  expect(reviewOverdue(PROFILES.fr, Date.parse(`${reviewBy}T23:59:59Z`))).toBe(false)
  expect(reviewOverdue(PROFILES.fr, Date.parse(`${reviewBy}T23:59:59Z`) + 1_000)).toBe(true)
  for (const profile of Object.values(PROFILES)) {
    expect(profile.identityRequired).toBe(false)
    expect(profile.logFields.join()).not.toMatch(/url|dest|name|content/)
    expect(profile.effectiveFrom < profile.reviewBy).toBe(true)
    expect(profile.sources.length).toBeGreaterThan(0)
  }
})

test('the alarm of an overdue review is in the log, on the page of metrics and with the operator, where no log is kept too', async () => {
  const lines: string[] = []
  const clock = manualClock(Date.parse(`${PROFILES.default.reviewBy}T12:00:00Z`))
  const metrics = createMetrics()
  const effects = { clock, random: randomBytes, log: jsonLog((line) => void lines.push(line), () => clock.now()), metrics }
  const legal = createLegal(PROFILES.default, undefined, { volatile: openDb(':memory:', { durability: 'volatile', migrations: SESSION_MIGRATIONS }), boot: 'b', neighbours: dryRunNeighbours({ clock }), effects })
  await legal.start(() => false)
  expect([legal.hook, legal.alarms(), lines.length]).toEqual([undefined, [], 0])
  for (let n = 0; n < 3; n++) {
    clock.advance(DAY_MS)
    await legal.tick()
  }
  expect(legal.alarms()).toEqual(['review_overdue'])
  expect(lines.filter((line) => line.includes('legal_review_overdue'))).toHaveLength(1)
  expect(metrics.text()).toContain('parvis_legal_alarm{alarm="review_overdue"} 1')
  await legal.close()
})

test('keys that are not keys are refused, and never quoted', () => {
  const { secret } = makeHolderB()
  expect(() => readHolderA(secret)).toThrow(/public file of holder A/)
  expect(() => readHolderB('{')).toThrow(/JSON/)
  try {
    readSecretA(secret)
    expect.unreachable()
  } catch (error) {
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(JSON.parse(secret).key.d)
  }
})
