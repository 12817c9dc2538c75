import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { issuePortalToken } from '#radius/access/portal-token.ts'
import { createAccountingStore } from '#radius/accounting-store.ts'
import { createLiveSessions } from '#radius/live-sessions.ts'
import { sessionNames } from '#radius/session-name.ts'
import { manualClock } from '#shared/clock.ts'
import { inlineWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { KEYRING, START_MS } from '#test/support/radius-town.ts'
import { GATEWAY_MIGRATIONS } from '../migrations.ts'
import { portalAccounting } from './accounting-store.ts'

const token = issuePortalToken(KEYRING, { profile: 0, csid: '02aabbccddee', nas: 'ap' }, START_MS, (length) => Buffer.alloc(length, 9))
const HERE = { client: 'local', address: '127.0.0.1' }
let dir = ''
let path = ''

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  path = join(dir, 'gateway.db')
})
afterEach(() => rmSync(dir, { recursive: true }))

async function withStore(use: (store: ReturnType<typeof portalAccounting>, live: ReturnType<typeof createLiveSessions>, reader: Db) => Promise<void>, aliveHere: (nonce: string) => boolean): Promise<void> {
  const clock = manualClock(START_MS)
  const options = { durability: 'full', migrations: GATEWAY_MIGRATIONS } as const
  const [writer, reader, live] = [inlineWriter(path, options), openDb(path, options), createLiveSessions(clock)]
  const store = portalAccounting(createAccountingStore({ writer, reader, clock, log: silentLog(), nameOf: sessionNames(Buffer.alloc(32, 5)), live }), aliveHere)
  await use(store, live, reader)
  await store.close()
  await writer.close()
  reader.close()
}

test('a token is alive while a foreign access server tells of its session, and while the portal’s own store has it', async () => {
  const here = new Set<string>()
  await withStore(async (store, live) => {
    expect(store.alive(token.nonce)).toBe(false)
    here.add(token.nonce)
    expect(store.alive(token.nonce)).toBe(true)
    here.clear()
    const report = { nasIdentifier: 'ap-7', acctSessionId: 's1', userName: token.user, eventSeconds: START_MS / 1000 }
    await store.record(HERE, { ...report, status: 'start' }, live.heard(HERE, { ...report, status: 'start' }, () => `token:${token.nonce}`))
    expect(store.alive(token.nonce)).toBe(true)
    await store.record(HERE, { ...report, status: 'stop' }, live.heard(HERE, { ...report, status: 'stop' }, () => `token:${token.nonce}`))
    expect(store.alive(token.nonce)).toBe(false)
  }, (nonce) => here.has(nonce))
})

test('a phone that a foreign access server let in is heard of while the disk refuses everything', async () => {
  await withStore(async (store) => {
    const heard: string[] = []
    const full = portalAccounting({ ...store, record: () => Promise.reject(new Error('no room')) }, () => false, ({ userName }, { client }) => void heard.push(`${userName} ${client}`))
    await expect(full.record(HERE, { nasIdentifier: 'ap-7', acctSessionId: 's1', userName: token.user, eventSeconds: START_MS / 1000, status: 'start' })).rejects.toThrow('no room')
    expect(heard).toEqual([`${token.user} local`])
  }, () => false)
})

test('what an earlier version has written into gateway.db stays, its causes as numbers', async () => {
  const before = openDb(path, { durability: 'full', migrations: GATEWAY_MIGRATIONS.slice(0, 2) })
  const insert = before.prepare('insert into accounting values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  insert.run('local', 'ap-7', 'ended', token.user, 29_000_000, 60, 10, 20, 29_000_000, 'idleTimeout')
  insert.run('local', 'ap-7', 'open', null, 29_000_001, 30, 1, 2, null, null)
  before.close()
  await withStore(async (_store, _live, reader) => {
    expect(reader.prepare('select * from accounting_session order by session').all()).toMatchObject([
      { session: 'ended', user: token.user, last_minute: 29_000_000, seconds: 60, input_octets: 10, output_octets: 20, stop_minute: 29_000_000, cause: 4 },
      { session: 'open', user: '', last_minute: 29_000_001, stop_minute: null, cause: null },
    ])
  }, () => false)
})
