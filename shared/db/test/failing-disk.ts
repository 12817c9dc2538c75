// A child whose fdatasync fails now and then (strace injects it): writes one row after another and prints what became of each.
import { pooledWriter } from '../durable-writer.ts'

const ROWS = 12
const writer = await pooledWriter(process.argv[2] ?? '', { durability: 'full', migrations: ['create table if not exists row (id integer primary key)'] })
for (let id = 1; id <= ROWS; id++) {
  const said = await writer.write({ sql: 'insert or ignore into row values (?)', values: [id] }).then(() => 'stored', (error: { code?: string }) => error.code ?? 'other')
  process.stdout.write(`${id} ${said} ${writer.healthy()}\n`)
}
await writer.close()
