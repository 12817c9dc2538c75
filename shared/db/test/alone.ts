// A child that has a database to itself: stores one row, says so, and keeps the file open until it is killed.
import { openDb } from '../open.ts'

const db = openDb(process.argv[2] ?? '', { durability: 'volatile', alone: true, migrations: ['create table row (text text not null) strict'] })
db.prepare('insert into row values (?)').run('kept')
process.stdout.write('stored\n')
setInterval(() => db.open, 2 ** 30)
