import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inlineWriter, threadedWriter } from './durable-writer.ts'
import { openDb, type OpenOptions } from './open.ts'

const options: OpenOptions = { durability: 'full', migrations: ['create table receipt (id integer primary key, text text not null)'] }
const insert = (id: number, text: string | null) => ({ sql: 'insert into receipt values (?, ?)', values: [id, text] })
let dir = ''

beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'parvis-'))))
afterEach(() => rmSync(dir, { recursive: true }))

for (const [name, make] of [['threaded', threadedWriter], ['inline', inlineWriter]] as const) {
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
  const writer = await threadedWriter(path, options)
  const writes = Array.from({ length: 3000 }, (_, id) => writer.write(insert(id, 'x')))
  await writer.close()
  await Promise.all(writes)
  const db = openDb(path, options)
  expect(db.prepare('select count(*) from receipt').pluck().get()).toBe(3000)
  db.close()
})

test('a database of a newer version is left alone', () => {
  const path = join(dir, 'c.db')
  openDb(path, { durability: 'full', migrations: ['create table a (x)', 'create table b (x)'] }).close()
  expect(() => openDb(path, { durability: 'full', migrations: ['create table a (x)'] })).toThrow(/newer version/)
})

test('two files share the thread and stay apart; one closes without the other', async () => {
  const [a, b] = [await threadedWriter(join(dir, 'd.db'), options), await threadedWriter(join(dir, 'e.db'), options)]
  await Promise.all([a.write(insert(1, 'a')), b.write(insert(1, 'b'))])
  await a.close()
  await b.write(insert(2, 'b'))
  await b.close()
  const db = openDb(join(dir, 'e.db'), options)
  expect(db.prepare('select text from receipt').pluck().all()).toEqual(['b', 'b'])
  db.close()
})

test('a file that cannot be opened is refused, and another still opens', async () => {
  await expect(threadedWriter(join(dir, 'no', 'such.db'), options)).rejects.toThrow()
  const writer = await threadedWriter(join(dir, 'f.db'), options)
  await writer.write(insert(1, 'x'))
  await writer.close()
})
