import { expect, test } from 'vitest'
import { openDb, type Db } from '#shared/db/open.ts'
import { parseMacAddress } from '#shared/personal.ts'
import { NO_USAGE } from '../gateway/enforcer.ts'
import { SESSION_MIGRATIONS } from '../migrations.ts'
import { createBars } from './bars.ts'
import { clientKey, type OpeningSession, type WithdrawalCode } from './session.ts'
import { createSessionStore, type SessionStore } from './store.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')
const MAC = parseMacAddress('02-00-7F-00-00-02')
if (!MAC) throw new Error('no address')

function opening(id: string, mark: number): OpeningSession {
  const mac = parseMacAddress(`02-00-7F-00-00-${mark.toString(16).padStart(2, '0')}`)
  if (!mac) throw new Error('no address')
  return {
    kind: 'opening', id, mac, mark, site: 'default', language: 'fr', method: 'click', user: `user${id}`, nonce: id, tokenHash: `hash${id}`, receipt: '', withdrawal: '' as WithdrawalCode, counted: id,
    startedMs: NOW, deadlineMs: NOW + 1, limits: {}, usage: NO_USAGE, activeMs: NOW, interimMs: NOW, checkedMs: NOW, startTold: false,
  }
}

const memory = (): Db => openDb(':memory:', { durability: 'volatile', migrations: SESSION_MIGRATIONS })
const storeOf = (db: Db): SessionStore => createSessionStore(db, () => 'b'.repeat(16), NOW)

/** What a round asks a store for. */
function asked(store: SessionStore): Record<string, unknown> {
  const ids = (sessions: readonly { id: string }[]): string[] => sessions.map(({ id }) => id).toSorted()
  return { opening: ids(store.ofKind('opening')), closing: ids(store.ofKind('closing')), untold: ids(store.untold(9)), marks: [1, 2, 3, 4].filter(store.markTaken) }
}

function filled(db: Db): SessionStore {
  const store = storeOf(db)
  for (const mark of [1, 2, 3, 4]) store.add(opening(String(mark), mark))
  for (const id of ['2', '3', '4']) store.setOpen(id)
  store.setStartTold('3')
  store.setClosing('4', 'sessionTimeout')
  return store
}

test('what is on its way, untold or taken is the same after a restart', () => {
  const db = memory()
  const expected = { opening: ['1'], closing: ['4'], untold: ['2'], marks: [1, 2, 3, 4] }
  expect(asked(filled(db))).toEqual(expected)
  expect(asked(storeOf(db))).toEqual(expected)
})

test('what has gone is in none of them', () => {
  const store = filled(memory())
  store.retire('4', NOW)
  for (const id of ['1', '2', '3']) store.forget(id)
  expect(asked(store)).toEqual({ opening: [], closing: [], untold: [], marks: [] })
})

test('what a full disk did not let go is tried again', () => {
  const db = memory()
  const store = filled(db)
  db.exec("create temp trigger full before delete on session begin select raise(abort, 'full'); end")
  expect(() => store.retire('4', NOW)).toThrow('full')
  expect(asked(store)).toMatchObject({ closing: ['4'], marks: [1, 2, 3, 4] })
  db.exec('drop trigger full')
  store.retire('4', NOW)
  expect(asked(store)).toMatchObject({ closing: [], marks: [1, 2, 3] })
})

test('a device that was barred by an older version is barred', () => {
  const db = openDb(':memory:', { durability: 'volatile', migrations: SESSION_MIGRATIONS.slice(0, -1) })
  db.prepare('insert into barred (client, until_ms) values (?, ?)').run(`${MAC} `, NOW + 1_000)
  for (const sql of SESSION_MIGRATIONS.slice(-1)) db.exec(sql)
  const bars = createBars(db)
  expect(bars.until(clientKey(MAC), NOW)).toBe(NOW + 1_000)
  bars.lift(clientKey(MAC))
  expect(db.prepare('select count(*) as n from barred').get()).toEqual({ n: 0 })
})
