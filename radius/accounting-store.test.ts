import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { KEYRING, START_MS } from '#test/support/radius-town.ts'
import { issuePortalToken, readTokenUser } from './access/portal-token.ts'
import { ACCOUNTING_MIGRATIONS, createAccountingStore, type OwnAccounting } from './accounting-store.ts'
import { createLiveStore, LIVE_MIGRATIONS, type LiveStore } from './accounting/live-store.ts'
import { createLiveSessions, type LiveSessions } from './live-sessions.ts'
import type { AccountingReport } from './nas.ts'
import { sessionNames } from './session-name.ts'

const MAC = '02-00-5E-10-20-30'
const HERE = { client: 'ap', address: '192.0.2.1' }
const options = { durability: 'full', migrations: ACCOUNTING_MIGRATIONS, secureDelete: true } as const
const nameOf = sessionNames(Buffer.alloc(32, 7), Buffer.alloc(32, 8))
let dir: string
let clock: ManualClock
let writer: DurableWriter
let reader: Db
let runtime: Db
let kept: LiveStore
let live: LiveSessions
let store: OwnAccounting

function start(): void {
  writer = inlineWriter(join(dir, 'accounting.db'), options)
  reader = openDb(join(dir, 'accounting.db'), options)
  kept = createLiveStore(runtime, clock, silentLog())
  live = createLiveSessions(clock, kept)
  store = createAccountingStore({ writer, reader, clock, log: silentLog(), nameOf, live })
}
async function stop(): Promise<void> {
  await store.close()
  kept.close()
  reader.close()
  await writer.close()
}
async function restart(): Promise<void> {
  await stop()
  start()
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-accounting-'))
  clock = manualClock(START_MS)
  runtime = openDb(':memory:', { durability: 'volatile', migrations: LIVE_MIGRATIONS })
  start()
})
afterEach(async () => {
  await stop()
  runtime.close()
  rmSync(dir, { recursive: true })
})

const token = () => issuePortalToken(KEYRING, { profile: 0, csid: '02005e102030', nas: 'ap' }, clock.now(), randomBytes)
/** Knows tokens as the server does. */
function holderOf(userName: string): string | undefined {
  const nonce = tokens.get(userName)
  return nonce === undefined ? undefined : `token:${nonce}`
}
const tokens = new Map<string, string>()
function newToken(): ReturnType<typeof token> {
  const made = token()
  tokens.set(made.user, made.nonce)
  return made
}

/** As the server does it: the live sessions hear of it, then it is stored. */
async function say(status: AccountingReport['status'], some: Partial<AccountingReport> = {}, origin = HERE): Promise<void> {
  const report: AccountingReport = { status, nasIdentifier: 'ap-1', acctSessionId: 's1', userName: 'amina@example.org', callingStationId: MAC, eventSeconds: clock.now() / 1000, ...some }
  await store.record(origin, report, live.heard(origin, report, holderOf))
}
async function rows(): Promise<Record<string, unknown>[]> {
  await store.settled()
  return reader.prepare<[], Record<string, unknown>>('select * from accounting_session order by client, nas, last_minute').all()
}
const journalRows = (): unknown => reader.prepare('select count(*) from accounting_journal').pluck().get()

test('counters keep their maximum, a Stop is final, and what arrives late or twice changes nothing', async () => {
  await say('start')
  await say('interim', { sessionSeconds: 60, inputOctets: 900, outputOctets: 2 ** 33 })
  await say('interim', { sessionSeconds: 30, inputOctets: 400, outputOctets: 5, inputPackets: 4_294_967_295 })
  await say('stop', { sessionSeconds: 90, inputOctets: 1_000, terminateCause: 'idleTimeout' })
  const stopped = { client: 'ap', session: nameOf('ap', 's1'), seconds: 90, input_octets: 1_000, output_octets: 2 ** 33, input_packets: 4_294_967_295, stop_minute: START_MS / 60_000, cause: 4 }
  expect(await rows()).toMatchObject([stopped])
  clock.advance(600_000)
  await say('stop', { sessionSeconds: 90, terminateCause: 'userRequest' })
  await say('start')
  expect(await rows()).toMatchObject([stopped])
})

test('the same session id of another client, or of another access server of the same client, is another session', async () => {
  await say('start')
  await say('stop', {}, { client: 'other', address: '192.0.2.1' })
  await say('stop', { nasIdentifier: 'ap-2' })
  expect(await rows()).toMatchObject([{ client: 'ap', nas: 'ap-1', cause: null }, { client: 'ap', nas: 'ap-2', cause: 9 }, { client: 'other', nas: 'ap-1', cause: 9 }])
})

test('reports wait in the journal until they are folded a moment later, and are in one place or the other', async () => {
  await say('start')
  expect(journalRows()).toBe(1)
  expect(reader.prepare('select count(*) from accounting_session').pluck().get()).toBe(0)
  clock.advance(600)
  await store.settled()
  expect([journalRows(), (await rows()).length]).toEqual([0, 1])
})

test('what was not folded when the process ended is folded by the next', async () => {
  await say('start', { inputOctets: 5 })
  await restart()
  expect(journalRows()).toBe(1)
  expect(await rows()).toMatchObject([{ input_octets: 5 }])
  expect(journalRows()).toBe(0)
})

test('a token\'s session is alive from Start to Stop, over a restart, and a late Interim does not wake it', async () => {
  const { user, nonce } = newToken()
  expect(store.alive(nonce)).toBe(false)
  await say('start', { userName: user })
  await say('interim', { userName: user, inputOctets: 10, outputOctets: 5 })
  expect([store.alive(nonce), store.usedBytes(nonce)]).toEqual([true, 15])
  await restart()
  expect([store.alive(nonce), store.usedBytes(nonce)]).toEqual([true, 15])
  await say('stop', { userName: user })
  expect(store.alive(nonce)).toBe(false)
  await say('interim', { userName: user })
  expect(store.alive(nonce)).toBe(false)
  expect(await rows()).toMatchObject([{ user, cause: 9 }])
})

test('a token\'s bytes are those of all its sessions, and the Stop of an earlier one does not end the later', async () => {
  const { user, nonce } = newToken()
  await say('interim', { userName: user, inputOctets: 10 })
  await say('start', { userName: user, acctSessionId: 's2' })
  await say('stop', { userName: user, inputOctets: 12 })
  await say('interim', { userName: user, acctSessionId: 's2', outputOctets: 7 })
  expect([store.alive(nonce), store.usedBytes(nonce)]).toEqual([true, 19])
  await restart()
  expect([store.alive(nonce), store.usedBytes(nonce)]).toEqual([true, 19])
})

test('an access server that has started again has no sessions left; those of its neighbour, and those it begins now, go on', async () => {
  const [here, there, again] = [newToken(), newToken(), newToken()]
  await say('start', { userName: here.user })
  await say('start', { userName: there.user, nasIdentifier: 'ap-2' })
  await say('on', { acctSessionId: '', userName: '' })
  await say('start', { userName: again.user, acctSessionId: 's2' })
  expect([here, there, again].map(({ nonce }) => store.alive(nonce))).toEqual([false, true, true])
  const folded = await rows()
  expect(folded.map(({ user, cause }) => [user, cause])).toEqual(expect.arrayContaining([[here.user, 11], [there.user, null], [again.user, null]]))
})

test('an access server with a thousand sessions that starts again ends all of them', async () => {
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => say('start', { acctSessionId: `s${index}` })))
  await say('off', { acctSessionId: '', userName: '' })
  expect((await rows()).filter(({ cause }) => cause === 11)).toHaveLength(1_000)
})

test('a session that falls silent ends by itself at its last word, and a day after its Stop no row is left', async () => {
  const { user, nonce } = newToken()
  await say('start', { userName: user })
  clock.advance(6 * 3_600_000 + 60_000)
  expect(store.alive(nonce)).toBe(false)
  expect(await rows()).toMatchObject([{ cause: 2, stop_minute: START_MS / 60_000 }])
  clock.advance(25 * 3_600_000)
  await store.tidy()
  expect(await rows()).toEqual([])
})

test('a session that a reboot has orphaned is closed at its last word after six hours', async () => {
  await say('start')
  clock.advance(300_000)
  await say('interim')
  await store.settled()
  runtime.exec('delete from live_session')
  await restart()
  clock.advance(6 * 3_600_000)
  await store.tidy()
  expect(await rows()).toMatchObject([{ cause: null }])
  clock.advance(60_000)
  await store.tidy()
  expect(await rows()).toMatchObject([{ cause: 2, stop_minute: START_MS / 60_000 + 5 }])
})

test('a session that went on while we were away for a night is not closed', async () => {
  await say('start')
  await store.settled()
  await stop()
  clock.advance(9 * 3_600_000)
  start()
  await store.tidy()
  await say('interim', { sessionSeconds: 9 * 3_600 })
  expect(await rows()).toMatchObject([{ seconds: 9 * 3_600, stop_minute: null }])
})

test('an access server whose clock is wrong neither keeps rows for ever nor loses them at once', async () => {
  await say('stop', { eventSeconds: 0 })
  await say('stop', { eventSeconds: 4_000_000_000, acctSessionId: 's2' })
  await say('stop', { eventSeconds: clock.now() / 1000 - 7_200, acctSessionId: 's3' })
  const now = START_MS / 60_000
  expect((await rows()).map((row) => row['stop_minute']).sort()).toEqual([now - 120, now, now])
})

test('a journal row that cannot be read costs its own reports and no others', async () => {
  await writer.write({ sql: 'insert into accounting_journal (records) values (?)', values: [Buffer.from([200, 0, 1])] })
  await say('start')
  expect(await rows()).toHaveLength(1)
})

test('no station, address or account name is on the disk after a thousand sessions, only sessions’ names and token users', async () => {
  const station = (index: number): string => `02-00-5E-10-${(index >> 8).toString(16).padStart(2, '0')}-${(index & 255).toString(16).padStart(2, '0')}`.toUpperCase()
  const users = Array.from({ length: 1_000 }, (_, index) => (index % 2 === 0 ? `amina${index}@example.org` : `${newToken().user}@realm`))
  await Promise.all(users.map((userName, index) => say('start', {
    userName, callingStationId: station(index), acctSessionId: `${index}/${station(index).toLowerCase().replaceAll('-', ':')}/1`,
    calledStationId: '02-00-5E-AA-BB-CC', class: Buffer.from('a class of amina'),
  }, { client: 'ap', address: `203.0.113.${index & 255}` })))
  await store.settled()
  await Promise.all(users.map((userName, index) => say('stop', { userName, callingStationId: station(index), acctSessionId: `${index}/${station(index).toLowerCase().replaceAll('-', ':')}/1` })))
  const disk = Buffer.concat(readdirSync(dir).map((file) => readFileSync(join(dir, file)))).toString('latin1').toLowerCase()
  expect(disk).toContain(users[1]?.replace('@realm', ''))
  expect(disk).toContain(nameOf('ap', `0/02:00:5e:10:00:00/1`))
  for (const forbidden of ['amina', 'example.org', '@realm', '5e-10-', '5e:10:', '5e10', '\x02\x00\x5e\x10', 'aa-bb-cc', '203.0.113', 'a class of']) expect(disk).not.toContain(forbidden)
})

test('an Accounting-On that waited for us closes what came before the start, whatever its clock, and nothing that has begun since', async () => {
  await say('start', { acctSessionId: 'before' })
  clock.advance(300_000)
  await say('start', { acctSessionId: 'since' })
  clock.advance(100_000)
  await say('on', { acctSessionId: '', userName: '', callingStationId: undefined, eventSeconds: 60, delaySeconds: 120 })
  const stops = async () => new Map((await rows()).map(({ session, stop_minute }) => [session, stop_minute]))
  const [before, since] = [nameOf('ap', 'before'), nameOf('ap', 'since')]
  expect([(await stops()).get(before), (await stops()).get(since)]).toEqual([Math.floor((clock.now() / 1000 - 120) / 60), null])
  await say('on', { acctSessionId: '', userName: '', callingStationId: undefined })
  expect((await stops()).get(since)).toBe(Math.floor(clock.now() / 60_000))
})

test('a session whose id is made of its phone\'s address keeps its name over a restart, though what ends it names no station', async () => {
  const acctSessionId = `5f3a${MAC.replaceAll('-', '')}`
  await say('start', { acctSessionId })
  await restart()
  await say('stop', { acctSessionId, callingStationId: undefined })
  const other = { acctSessionId: `${acctSessionId}2` }
  await say('start', other)
  await restart()
  clock.advance(7 * 3_600_000)
  expect((await rows()).map(({ stop_minute }) => stop_minute !== null)).toEqual([true, true])
})

test('a session whose id is made of its token keeps its name over a restart, though what ends it names no user', async () => {
  const { user } = newToken()
  await say('start', { userName: user, acctSessionId: `${user}/1` })
  await restart()
  await say('stop', { userName: '', acctSessionId: `${user}/1` })
  expect(await rows()).toMatchObject([{ user, cause: 9 }])
})

test('of a token the disk holds the minute in which it was issued, not the second, and the same for all its reports', async () => {
  clock.advance(17_000)
  const { user, nonce } = newToken()
  await say('start', { userName: user })
  await restart()
  await say('stop', { userName: `${user}@realm` })
  const [row, ...others] = await rows()
  expect(others).toEqual([])
  expect(readTokenUser(String(row?.['user']))).toMatchObject({ nonce, issuedSeconds: START_MS / 1000, kid: 1, profile: 0 })
  expect(readdirSync(dir).some((file) => readFileSync(join(dir, file)).includes(user))).toBe(false)
})

test('a day after its Stop a session is in no file, neither in the log nor on free pages, however quiet the place', async () => {
  const lies = (text: string): boolean => readdirSync(dir).some((file) => readFileSync(join(dir, file)).includes(text))
  const { user } = newToken()
  await say('start', { userName: user })
  await say('stop', { userName: user })
  await store.settled()
  expect([lies(user), lies(nameOf('ap', 's1'))]).toEqual([true, true])
  clock.advance(24 * 3_600_000 + 61_000)
  await store.tidy()
  expect([lies(user), lies(nameOf('ap', 's1'))]).toEqual([false, false])
})
