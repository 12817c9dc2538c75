// A child whose fdatasync fails now and then (strace injects it): writes one row after another and prints what became of each.
import { copyFileSync } from 'node:fs'
import { pooledWriter } from '../durable-writer.ts'
import { openDb, type OpenOptions } from '../open.ts'

const ROWS = 12
const path = process.argv[2] ?? ''
const options: OpenOptions = { durability: 'full', migrations: ['create table if not exists row (id integer primary key)'] }
const writer = await pooledWriter(path, options)
// As everywhere: a second connection keeps the log in being.
const reader = openDb(path, options)
for (let id = 1; id <= ROWS; id++) {
  const said = await writer.write({ sql: 'insert or ignore into row values (?)', values: [id] }).then(() => 'stored', (error: { code?: string }) => error.code ?? 'other')
  process.stdout.write(`${id} ${said} ${writer.healthy()}\n`)
}
// The instant of a power cut: closing would put the log into the database.
for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${path}${end}.cut`)
await writer.close()
reader.close()
