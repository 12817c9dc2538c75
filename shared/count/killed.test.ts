import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BatchDraft } from '../batch.ts'
import { openDb } from '../db/open.ts'
import { DURABLE } from './test/rig.ts'

const START = '2026-06-10T02:00:00Z'
const KILLS = 12
const LONGEST_LIFE_MS = 60
const QUARTERS = 96

/** Runs the town from a quarter on, kills it some time after its first sign of life, and tells the last quarter it finished. */
function live(dir: string, from: number, lifeMs: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'test/killed-town.ts'), dir, `${from}`, START], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '' && lifeMs !== undefined) setTimeout(() => child.kill('SIGKILL'), lifeMs)
      said += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', () => resolve(Number(said.split('\n').findLast((line) => line !== '') ?? from)))
  })
}

test('a process killed again and again through a day still lets every number out once, and each is the true one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-killed-'))
  const seed = Math.floor(Math.random() * 2 ** 31)
  process.stdout.write(`seed ${seed}\n`)
  try {
    let at = 0
    let random = seed
    for (let kill = 0; kill < KILLS && at < QUARTERS; kill++) {
      random = (random * 48_271 + 1) % 2_147_483_647
      at = await live(dir, at, random % LONGEST_LIFE_MS)
    }
    at = await live(dir, Math.min(at, QUARTERS - 1), undefined)
    expect(at).toBe(QUARTERS)

    const db = openDb(join(dir, 'counts.db'), DURABLE)
    const drafts = db.prepare<[], { draft: string }>('select draft from outbox order by seq').all().map(({ draft }): BatchDraft => JSON.parse(draft))
    const seqs = db.prepare('select count(*) as n, max(seq) as last from outbox').get()
    expect(seqs).toEqual({ n: 2 * QUARTERS, last: 2 * QUARTERS })
    db.close()
    const keys = drafts.flatMap(({ data }) => data.cells.map((cell) => `${data.site.id} ${cell.release} ${cell.from} ${cell.to} ${cell.bin}`))
    expect(new Set(keys).size).toBe(keys.length)
    expect(new Set(drafts.map(({ data }) => data.boot)).size).toBe(1)
    const values = (where: string, release: string, from?: string): number[] =>
      drafts.filter(({ data }) => data.site.id === where).flatMap(({ data }) => data.cells.filter((cell) => cell.release === release && (!from || cell.from === from)).map(({ value }) => value))
    // 1 + 2 + 3 + 4 devices and four sessions an hour.
    expect(values('busy', 'sessions')).toEqual(Array.from({ length: 24 }, () => 4))
    expect(values('busy', 'arrivals')).toEqual([...Array.from({ length: 24 }, () => 10), 240])
    expect(values('square', 'arrivals')).toEqual([240])
    expect(values('square', 'sessions')).toEqual([96])
  } finally {
    rmSync(dir, { recursive: true })
  }
}, 60_000)
