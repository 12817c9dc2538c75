import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { KEYRING, START_MS } from '#test/support/radius-town.ts'
import { randomBytes } from 'node:crypto'
import { issuePortalToken } from './access/portal-token.ts'
import { ACCOUNTING_MIGRATIONS, createAccountingStore } from './accounting-store.ts'
import type { AccountingReport } from './nas.ts'

const MAC = '02-00-5E-10-20-30'
const options = { durability: 'full', migrations: ACCOUNTING_MIGRATIONS } as const
let dir: string
let clock: ManualClock
let writer: DurableWriter
let reader: Db
let store: ReturnType<typeof createAccountingStore>

async function stop(): Promise<void> {
  store.close()
  reader.close()
  await writer.close()
}
function start(): void {
  writer = inlineWriter(join(dir, 'accounting.db'), options)
  reader = openDb(join(dir, 'accounting.db'), options)
  store = createAccountingStore({ writer, reader, clock, log: silentLog(), nameOf })
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-accounting-'))
  clock = manualClock(START_MS)
  start()
})
afterEach(async () => {
  await stop()
  rmSync(dir, { recursive: true })
})

const token = () => issuePortalToken(KEYRING, { profile: 0, csid: '02005e102030', nas: 'ap' }, clock.now(), randomBytes)
function report(status: AccountingReport['status'], some: Partial<AccountingReport> = {}): AccountingReport {
  return { status, nasIdentifier: 'ap-1', acctSessionId: 's1', userName: 'amina@example.org', callingStationId: MAC, eventSeconds: clock.now() / 1000, ...some }
}
/** In place of `sessionNames`, which has a test of its own: keeps the order and leaves out what follows a stroke. */
function nameOf(_client: string, acctSessionId: string): string {
  return `name of ${acctSessionId.split('/')[0]}`
}
const rows = (): unknown[] => reader.prepare('select * from accounting_session order by session').all()

test('counters keep their maximum, a Stop is final, and what arrives late or twice changes nothing', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { sessionSeconds: 60, inputOctets: 900, outputOctets: 2 ** 33 }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { sessionSeconds: 30, inputOctets: 400, outputOctets: 5 }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { sessionSeconds: 90, inputOctets: 1_000, terminateCause: 'idleTimeout' }))
  clock.advance(600_000)
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { sessionSeconds: 90, terminateCause: 'userRequest' }))
  expect(rows()).toMatchObject([{ client: 'ap', seconds: 90, input_octets: 1_000, output_octets: 2 ** 33, stop_minute: START_MS / 60_000, cause: 4 }])
})

test('the same session id of another client, or of another access server of the same client, is another session', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  await store.record({ client: 'other', address: '192.0.2.1' }, report('stop'))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { nasIdentifier: 'ap-2' }))
  expect(rows()).toMatchObject([{ client: 'ap', nas: 'ap-1', cause: null }, { client: 'ap', nas: 'ap-2', cause: 9 }, { client: 'other', nas: 'ap-1', cause: 9 }])
})

test('a token\'s session is alive from Start to Stop, over a restart, and a late Interim does not wake it', async () => {
  const { user, nonce } = token()
  expect(store.alive(nonce)).toBe(false)
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: user }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { userName: user, inputOctets: 10, outputOctets: 5 }))
  expect([store.alive(nonce), store.usedBytes?.(nonce)]).toEqual([true, 15])
  await stop()
  start()
  expect([store.alive(nonce), store.usedBytes?.(nonce)]).toEqual([true, 15])
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { userName: user }))
  expect(store.alive(nonce)).toBe(false)
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { userName: user }))
  expect(store.alive(nonce)).toBe(false)
})

test('a token\'s bytes are those of all its sessions, and the Stop of an earlier one does not end the later', async () => {
  const { user, nonce } = token()
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { userName: user, inputOctets: 10 }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: user, acctSessionId: 's2' }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { userName: user, inputOctets: 10 }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { userName: user, acctSessionId: 's2', outputOctets: 7 }))
  expect([store.alive(nonce), store.usedBytes?.(nonce)]).toEqual([true, 17])
})

test('an access server that has started again has no sessions left; those of its neighbour go on', async () => {
  const [here, there] = [token(), token()]
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: here.user }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: there.user, acctSessionId: 's2', nasIdentifier: 'ap-2' }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('on', { acctSessionId: '', userName: '' }))
  expect([store.alive(here.nonce), store.alive(there.nonce)]).toEqual([false, true])
  expect(rows()).toMatchObject([{ cause: 11 }, { cause: null }])
})

test('a session that falls silent ends by itself, and a day after its Stop no row is left', async () => {
  const { user, nonce } = token()
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: user }))
  clock.advance(6 * 3_600_000 + 1)
  expect(store.alive(nonce)).toBe(false)
  clock.advance(1_200_000)
  expect(rows()).toMatchObject([{ cause: 2 }])
  clock.advance(25 * 3_600_000)
  expect(rows()).toEqual([])
})

test('an access server whose clock is wrong neither keeps rows for ever nor loses them at once', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { eventSeconds: 0 }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { eventSeconds: 4_000_000_000, acctSessionId: 's2' }))
  const now = START_MS / 60_000
  expect(rows()).toMatchObject([{ stop_minute: now - 1_440 }, { stop_minute: now }])
})

test('no station, address or account name is on the disk, only sessions’ names and token users', async () => {
  const { user } = token()
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { acctSessionId: '7/02:00:5e:10:20:30/1', calledStationId: '02-00-5E-AA-BB-CC', class: Buffer.from('a class of amina') }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: `${user}@realm`, acctSessionId: 's2' }))
  const disk = Buffer.concat(readdirSync(dir).map((file) => readFileSync(join(dir, file)))).toString('latin1').toLowerCase()
  expect(disk).toContain(user)
  for (const forbidden of ['amina', 'example.org', '@realm', '5e-10-20', '5e:10:20', '5e102030', '\x02\x00\x5e\x10\x20\x30', 'aa-bb-cc']) expect(disk).not.toContain(forbidden)
})
