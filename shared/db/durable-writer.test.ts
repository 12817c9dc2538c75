import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { absent, peer } from '#test/support/peer.ts'
import { inlineWriter, pooledWriter } from './durable-writer.ts'
import { openDb, type OpenOptions } from './open.ts'

const options: OpenOptions = { durability: 'full', migrations: ['create table receipt (id integer primary key, text text not null)'] }
const insert = (id: number, text: string | null) => ({ sql: 'insert into receipt values (?, ?)', values: [id, text] })
let dir = ''

beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'parvis-'))))
afterEach(() => rmSync(dir, { recursive: true }))

for (const [name, make] of [['pooled', pooledWriter], ['inline', inlineWriter]] as const) {
  test(`the ${name} writer stores every write it resolved and none it rejected`, async () => {
    const path = join(dir, 'a.db')
    const writer = await make(path, options)
    const results = await Promise.allSettled([writer.write(insert(1, 'one')), writer.write(insert(1, 'again')), writer.write(insert(2, null)), writer.write(insert(3, 'three'), insert(4, 'four'))])
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    await writer.close()
    const db = openDb(path, options)
    expect(db.prepare('select id from receipt order by id').pluck().all()).toEqual([1, 3, 4])
    db.close()
  })
}

test('closing waits for what was accepted', async () => {
  const path = join(dir, 'b.db')
  const writer = await pooledWriter(path, options)
  const writes = Array.from({ length: 3000 }, (_, id) => writer.write(insert(id, 'x')))
  await writer.close()
  await Promise.all(writes)
  const db = openDb(path, options)
  expect(db.prepare('select count(*) from receipt').pluck().get()).toBe(3000)
  db.close()
})

test('a writer that gathers commits no sooner than so long after the last commit began, and keeps nobody waiting who comes alone', async () => {
  // Longer than a busy disk takes for one commit.
  const gatherMs = 1_500
  const writer = await pooledWriter(join(dir, 'g.db'), options, gatherMs)
  const began = performance.now()
  await writer.write(insert(1, 'alone'))
  expect(performance.now() - began).toBeLessThan(gatherMs)
  await Promise.all([2, 3].map((id) => writer.write(insert(id, 'in the crowd'))))
  // A timer may come a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(gatherMs - 2)
  const last = writer.write(insert(4, 'at the end'))
  await writer.close()
  await last
})

test('a database of a newer version is left alone', () => {
  const path = join(dir, 'c.db')
  openDb(path, { durability: 'full', migrations: ['create table a (x)', 'create table b (x)'] }).close()
  expect(() => openDb(path, { durability: 'full', migrations: ['create table a (x)'] })).toThrow(/newer version/)
})

test('two files stay apart; one closes without the other', async () => {
  const [a, b] = [await pooledWriter(join(dir, 'd.db'), options), await pooledWriter(join(dir, 'e.db'), options)]
  await Promise.all([a.write(insert(1, 'a')), b.write(insert(1, 'b'))])
  await a.close()
  await b.write(insert(2, 'b'))
  await b.close()
  const db = openDb(join(dir, 'e.db'), options)
  expect(db.prepare('select text from receipt').pluck().all()).toEqual(['b', 'b'])
  db.close()
})

test('a file that cannot be opened is refused, and another still opens', async () => {
  await expect(pooledWriter(join(dir, 'no', 'such.db'), options)).rejects.toThrow()
  const writer = await pooledWriter(join(dir, 'f.db'), options)
  await writer.write(insert(1, 'x'))
  await writer.close()
})

const FAILING = ['-e', 'inject=fdatasync:error=EIO:when=6..8']

/** Runs the child whose sixth to eighth sync fail; what it said of each row. */
function writeOnFailingDisk(path: string, ...more: readonly string[]): string[][] {
  // strace counts by thread: with one thread in the pool it is known which syncs fail.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  const { stdout } = spawnSync(peer('strace'), ['-f', '-qq', ...more, ...FAILING, process.execPath, join(import.meta.dirname, 'test', 'failing-disk.ts'), path], { encoding: 'utf8', env })
  return stdout.trim().split('\n').map((line) => line.split(' '))
}
function rowsIn(path: string): Set<unknown> {
  const db = openDb(path, { durability: 'full', migrations: ['create table if not exists row (id integer primary key)'] })
  const rows = new Set(db.prepare('select id from row').pluck().all())
  db.close()
  return rows
}

test.skipIf(absent('strace'))('a write that the disk did not confirm is never called stored, and the writer recovers', () => {
  const path = join(dir, 'g.db')
  const rows = writeOnFailingDisk(path, '-o', '/dev/null', '-e', 'trace=fdatasync')
  const failed = rows.filter(([, said]) => said !== 'stored')
  expect(rows).toHaveLength(12)
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.length).toBeLessThan(6)
  for (const row of failed) expect(row.slice(1)).toEqual(['disk_failed', 'false'])
  expect(rows.at(-1)?.slice(1)).toEqual(['stored', 'true'])
  const stored = rowsIn(path)
  for (const [id, said] of rows) if (said === 'stored') expect(stored.has(Number(id))).toBe(true)
})

type Range = { readonly from: number; readonly to: number }

/** What of the log a power cut takes: after a failed sync the kernel holds its pages for written, and no later sync brings them. */
function lostOf(trace: string): Range[] {
  const entered = new Map<string, string>()
  let dirty: Range[] = []
  let lost: Range[] = []
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) entered.set(thread, rest.slice(0, -' <unfinished ...>'.length))
    const call = rest.startsWith('<... ') ? `${entered.get(thread) ?? ''}${rest.slice(rest.indexOf('>') + 1)}` : rest
    const written = /^pwrite64\(\d+<[^>]*-wal>,.*, (\d+), (\d+)\) += \d+$/.exec(call)
    if (written) {
      const fresh = { from: Number(written[2]), to: Number(written[2]) + Number(written[1]) }
      dirty.push(fresh)
      lost = lost.filter(({ from, to }) => from < fresh.from || to > fresh.to)
    } else if (/^f(?:data)?sync\(\d+<[^>]*-wal>\) += /.test(call)) {
      if (call.includes('= -1')) lost.push(...dirty)
      dirty = []
    }
  }
  return [...lost, ...dirty]
}

test.skipIf(absent('strace'))('what was called stored after a failed sync outlives a power cut, though the kernel has dropped the pages of that sync', () => {
  const [path, trace, after] = [join(dir, 'h.db'), join(dir, 'trace'), join(dir, 'after.db')]
  const rows = writeOnFailingDisk(path, '-y', '-o', trace, '-e', 'trace=pwrite64,fdatasync,fsync')
  const lines = readFileSync(trace, 'utf8')
  expect(lines).toMatch(/pwrite64\(\d+<[^>]*-wal>/)
  copyFileSync(`${path}.cut`, after)
  const log = readFileSync(`${path}-wal.cut`)
  for (const { from, to } of lostOf(lines)) log.fill(0, from, to)
  writeFileSync(`${after}-wal`, log)
  const left = rowsIn(after)
  const stored = rows.filter(([, said]) => said === 'stored').map(([id]) => Number(id))
  expect(stored.length).toBeGreaterThan(6)
  expect(stored.filter((id) => !left.has(id))).toEqual([])
})
