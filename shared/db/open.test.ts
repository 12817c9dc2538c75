import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { openDb, type OpenOptions } from './open.ts'

const options: OpenOptions = { durability: 'volatile', migrations: ['create table row (text text not null) strict'] }

/** A database that another process has to itself, with one row in it. */
async function heldAlone(): Promise<{ path: string; kill(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  const path = join(dir, 'sessions.db')
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test', 'alone.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(async () => {
    await kill()
    rmSync(dir, { recursive: true })
  })
  await Promise.race([once(child.stdout, 'data'), ended.then(([code]) => Promise.reject(new Error(`the child ended with ${code}`)))])
  return { path, kill }
}

test('of a database that one process has to itself nobody else reads or writes anything, by whatever connection', async () => {
  const { path } = await heldAlone()
  const stranger = new Database(path, { timeout: 0 })
  for (const sql of ['select text from row', "insert into row values ('second')", 'pragma wal_checkpoint']) {
    expect(() => stranger.prepare(sql).all(), sql).toThrow(/database is locked/)
  }
  stranger.close()
  // Ours waits its five seconds for whoever may be about to finish.
  expect(() => openDb(path, { ...options, alone: true })).toThrow(/database is locked/)
}, 15_000)

test('killed in the middle, that process leaves a file that opens again, alone and with others, and has what was stored', async () => {
  const { path, kill } = await heldAlone()
  // Its index of the log is in its own memory; the next one makes it anew from the log.
  expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([true, false])
  await kill()
  for (const alone of [true, false]) {
    const db = openDb(path, { ...options, alone })
    expect(db.prepare('select text from row').pluck().all()).toEqual(['kept'])
    db.close()
  }
})
