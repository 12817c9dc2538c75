import { openDb, type Db } from '#shared/db/open.ts'
import { isTableName, TABLE_NAMES, TABLES, type Row, type TableName } from './hsds.ts'
import type { Profile } from './profile.ts'
import type { Rows } from './rows.ts'
import type { Tables } from './tables.ts'

/** The directory as HSDS tables in SQLite. All of it can be imported again, so it is `relaxed`. */
export type DirectoryStore = Tables & {
  readonly db: Db
  /** Ids of a table with one field of each row, in the order in which they came: a tenth of what whole rows cost. */
  column(table: TableName, field: string): readonly { readonly id: string; readonly value: string | number | null }[]
  /** Puts these rows in the place of all there are; part of a transaction of the caller. */
  replace(rows: Rows): void
  note(key: string): string | undefined
  setNote(key: string, value: string): void
  close(): void
}

const quote = (name: string) => `"${name}"`

function createTable(name: TableName): string {
  const columns = Object.keys(TABLES[name].fields).map((field) => (field === 'id' ? '"id" not null unique' : quote(field)))
  const indices = Object.entries(TABLES[name].fields)
    .filter(([, field]) => field.kind === 'ref')
    .map(([field]) => `create index "${name}_by_${field}" on ${quote(name)} (${quote(field)});`)
  return `create table ${quote(name)} (${columns.join(', ')});\n${indices.join('\n')}`
}

/**
 * `entry` is the directory as the screen asks for it: one row per published service, `n` in order of quality, so that the
 * lowest row numbers of the full-text index are the best filled entries. `search` keeps no text of its own.
 */
const ENTRIES = `
create table note (key text primary key, value text not null) without rowid;
create table entry (n integer primary key, id text not null unique, code text not null unique, card text not null);
create table entry_need (need text not null, n integer not null, primary key (need, n)) without rowid;
create virtual table search using fts5 (name, words, body, stem, need, content='', tokenize="unicode61 remove_diacritics 0");
create virtual table vocabulary using fts5vocab (search, col);
`
const MIGRATIONS = [TABLE_NAMES.map(createTable).join('\n') + ENTRIES]

function clean(row: Record<string, string | number | null>): Row {
  return Object.fromEntries(Object.entries(row).filter((pair): pair is [string, string | number] => pair[1] !== null))
}

type RawRow = Record<string, string | number | null>

/** @throws UnavailableError `damaged_database` as `openDb` does. */
export function openDirectory(path: string): DirectoryStore {
  const db = openDb(path, { durability: 'relaxed', migrations: MIGRATIONS })
  const prepared = new Map<string, ReturnType<typeof statement>>()

  function statement(sql: string) {
    return db.prepare<unknown[], RawRow>(sql)
  }
  function ask(sql: string) {
    let one = prepared.get(sql)
    if (!one) prepared.set(sql, (one = statement(sql)))
    return one
  }
  function columnOf(table: TableName, field: string): string {
    if (!isTableName(table) || !Object.hasOwn(TABLES[table].fields, field)) throw new TypeError(`${table} has no field ${field}`)
    return quote(field)
  }

  return {
    db,
    rows: (table, field, value) => ask(`select * from ${quote(table)} where ${columnOf(table, field)} = ? order by rowid`).all(value).map(clean),
    row(table, id) {
      const found = ask(`select * from ${quote(table)} where "id" = ?`).get(id)
      return found && clean(found)
    },
    all: (table) => ask(`select * from ${quote(table)} order by rowid`).all().map(clean),
    column: (table, field) => ask(`select "id", ${columnOf(table, field)} as value from ${quote(table)} order by rowid`).all() as { id: string; value: string | number | null }[], // "id" is not null
    replace(rows) {
      for (const name of TABLE_NAMES) {
        const fields = Object.keys(TABLES[name].fields)
        db.exec(`delete from ${quote(name)}`)
        const insert = ask(`insert into ${quote(name)} (${fields.map(quote).join(', ')}) values (${fields.map(() => '?').join(', ')})`)
        for (const row of rows[name].values()) insert.run(...fields.map((field) => row[field] ?? null))
      }
    },
    note(key) {
      const value = ask('select value from note where key = ?').get(key)?.['value']
      return typeof value === 'string' ? value : undefined
    },
    setNote: (key, value) => void ask('insert into note values (?, ?) on conflict (key) do update set value = excluded.value').run(key, value),
    close: () => void db.close(),
  }
}

/** The profile that the import kept, if any. */
export function storedProfile(store: DirectoryStore): Profile | undefined {
  const text = store.note('profile')
  return text === undefined ? undefined : (JSON.parse(text) as Profile) // written by importDirectory from a checked Profile
}
