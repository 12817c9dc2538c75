import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDb } from '#shared/db/open.ts'
import { SESSION_MIGRATIONS } from '../migrations.ts'
import { GUEST_TAPS, REDIRECT } from './guest-table.ts'

test('guests of before the update stay, and are found by their ids without a search', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parvis-guests-'))
  try {
    const path = join(folder, 'sessions.db')
    const old = openDb(path, { durability: 'volatile', migrations: SESSION_MIGRATIONS.slice(0, SESSION_MIGRATIONS.indexOf(GUEST_TAPS)) })
    const facts = JSON.stringify({ id: 'a1' })
    old.prepare('insert into guest (name, token_hash, mac, controller, deadline_ms, heard, facts) values (?, ?, ?, ?, ?, ?, ?)').run('n', 'h', '5c1dd920a0c1', 'chilli', 7, 1, facts)
    old.close()
    const db = openDb(path, { durability: 'volatile', migrations: SESSION_MIGRATIONS })
    expect(db.prepare('select id, name, deadline_ms, heard, facts from guest').all()).toEqual([{ id: 'a1', name: 'n', deadline_ms: 7, heard: 1, facts }])
    for (const where of ['id = ? and heard = 1', 'token_hash = ?', 'mac = ?', 'name = ?']) expect(JSON.stringify(db.prepare(`explain query plan select facts from guest where ${where}`).all('x')), where).toMatch(/SEARCH guest USING/)
    expect(JSON.stringify(db.prepare(`explain query plan select facts from guest where mac = '' and controller = '' and ${REDIRECT} = ?`).all('x'))).toContain('guest_redirect')
    db.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
