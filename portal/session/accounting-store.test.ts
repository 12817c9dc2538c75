import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { issuePortalToken } from '#radius/access/portal-token.ts'
import type { AccountingReport } from '#radius/nas.ts'
import { sessionNames } from '#radius/session-name.ts'
import { manualClock } from '#shared/clock.ts'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import { KEYRING, START_MS } from '#test/support/radius-town.ts'
import { GATEWAY_MIGRATIONS } from '../migrations.ts'
import { createAccountingStore, type PortalAccounting } from './accounting-store.ts'

const clock = manualClock(START_MS)
const nameOf = sessionNames(secretKey(Buffer.alloc(32, 5)))
const token = issuePortalToken(KEYRING, { profile: 0, csid: '02aabbccddee', nas: 'ap' }, START_MS, (length) => Buffer.alloc(length, 9))
let dir = ''
let durable: DurableWriter
let reader: Db
let store: PortalAccounting
const open = () => createAccountingStore({ durable, reader, now: () => clock.now(), aliveHere: () => false, nameOf })

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  durable = inlineWriter(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  reader = openDb(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  store = open()
})
afterEach(async () => {
  await durable.close()
  reader.close()
  rmSync(dir, { recursive: true })
})

const report = (status: AccountingReport['status'], more: Partial<AccountingReport> = {}): AccountingReport => ({
  status, nasIdentifier: 'ap-7', acctSessionId: 's1', userName: token.user, callingStationId: '02-AA-BB-CC-DD-EE', eventSeconds: START_MS / 1000, class: Buffer.from('tenant'), ...more,
})
const rows = () => reader.prepare('select client, session, token_user, seconds, up_bytes, down_bytes, stopped is not null as stopped, cause from accounting').all()

test('totals only grow, and a Stop is final whatever arrives after it', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { sessionSeconds: 300, inputOctets: 10, outputOctets: 99 }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim', { sessionSeconds: 200, inputOctets: 9, outputOctets: 50 }))
  expect(store.alive(token.nonce)).toBe(true)
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { sessionSeconds: 310, inputOctets: 11, outputOctets: 99, terminateCause: 'userRequest' }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { sessionSeconds: 310, terminateCause: 'idleTimeout' }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  expect(rows()).toEqual([{ client: 'ap', session: nameOf('ap', 's1'), token_user: token.user, seconds: 310, up_bytes: 11, down_bytes: 99, stopped: 1, cause: 'userRequest' }])
  expect(store.alive(token.nonce)).toBe(false)
  expect(open().alive(token.nonce)).toBe(false)
})

test('two access servers that number their sessions alike do not meet', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  await store.record({ client: 'other', address: '192.0.2.1' }, report('stop', { terminateCause: 'userRequest' }))
  expect(rows()).toMatchObject([{ client: 'ap', stopped: 0 }, { client: 'other', stopped: 1 }])
})

test('access servers of one client that number their sessions alike do not meet, and one that starts anew ends only its own', async () => {
  const other = issuePortalToken(KEYRING, { profile: 0, csid: '02aabbccddef', nas: 'ap' }, START_MS, (length) => Buffer.alloc(length, 8))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { nasIdentifier: 'ap-8', userName: other.user }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { terminateCause: 'userRequest' }))
  expect([store.alive(token.nonce), store.alive(other.nonce)]).toEqual([false, true])
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('on', { acctSessionId: '', userName: '' }))
  expect(store.alive(other.nonce)).toBe(true)
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('on', { nasIdentifier: 'ap-8', acctSessionId: '', userName: '' }))
  expect(store.alive(other.nonce)).toBe(false)
})

test('a token stays alive over a restart, until its access server starts anew', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  const next = open()
  expect(next.alive(token.nonce)).toBe(true)
  await next.record({ client: 'ap', address: '192.0.2.1' }, report('on', { acctSessionId: '', userName: '' }))
  expect(next.alive(token.nonce)).toBe(false)
  expect(rows()).toMatchObject([{ stopped: 1, cause: 'nasReboot' }])
})

test('neither a device nor an account name nor a Class reaches the disk', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start', { userName: 'awa.diop@example.org', acctSessionId: '5f/02:aa:bb:cc:dd:ee/1' }))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { userName: 'awa.diop@example.org', terminateCause: 'userRequest' }))
  const bytes = ['gateway.db', 'gateway.db-wal'].map((name) => readFileSync(join(dir, name)).toString('latin1')).join('')
  expect(bytes).toContain(nameOf('ap', '5f/02:aa:bb:cc:dd:ee/1'))
  expect(bytes).not.toMatch(/awa|diop|02[:-]?aa[:-]?bb|tenant/i)
})

test('a row dies a day after its Stop; one whose Stop was lost dies a day after its last word', async () => {
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('start'))
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('stop', { acctSessionId: 's2' }))
  clock.advance(20 * 3_600_000)
  await store.record({ client: 'ap', address: '192.0.2.1' }, report('interim'))
  clock.advance(5 * 3_600_000)
  await store.purge()
  expect(rows()).toMatchObject([{ session: nameOf('ap', 's1') }])
  expect(store.alive(token.nonce)).toBe(true)
  clock.advance(20 * 3_600_000)
  await store.purge()
  expect([rows(), store.alive(token.nonce)]).toEqual([[], false])
})
