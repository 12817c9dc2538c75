// What a stolen machine would give away: files as they lie, database values one by one, and every key.
import { createPrivateKey, hash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
// Not through shared/db: a copy is read as a stranger would, with nothing migrated and nothing set.
import { DatabaseSync } from 'node:sqlite'

export type Piece = { readonly where: string; readonly bytes: Buffer }

/** A day's key, a device's entry: everything of these lengths in a volatile store may be a key. */
const KEY_LENGTHS = { least: 16, most: 64 } as const
/** A column with more different values than this holds entries, not keys. */
const MOST_KEYS_PER_COLUMN = 8
const PAGE_BYTES = 4_096
// sqlite.org/fileformat2.html §4.1
const WAL_HEADER_BYTES = 32
const WAL_FRAME_BYTES = 24

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter(isFile)
}

/** SQLite's own pages: what a value leaves on one never runs on into the next. */
function pagesOf(path: string, bytes: Buffer): Buffer[] {
  const journal = path.endsWith('-wal')
  if (!journal && !path.endsWith('.db')) return [bytes]
  const [head, step] = journal ? [WAL_HEADER_BYTES + WAL_FRAME_BYTES, WAL_FRAME_BYTES + PAGE_BYTES] : [0, PAGE_BYTES]
  return Array.from({ length: Math.ceil(Math.max(0, bytes.length - head) / step) }, (_, page) => bytes.subarray(head + page * step, head + page * step + PAGE_BYTES))
}

/** The bytes of every file below `folder`, deleted rows and journals included; databases page by page. */
export function rawFiles(folder: string): Piece[] {
  return filesUnder(folder).flatMap((path) => pagesOf(path, readFileSync(path)).map((bytes) => ({ where: path.slice(folder.length + 1), bytes })))
}

/** Each different content once: of three looks at a disk, most is the same. */
export function withoutRepeats(pieces: readonly Piece[]): Piece[] {
  return [...new Map(pieces.map((piece) => [hash('sha1', piece.bytes), piece])).values()]
}

/** Databases with their journals, as they are at this instant: opening a copy leaves the running server alone. */
export function copyDatabases(from: string, to: string): string[] {
  mkdirSync(to, { recursive: true })
  for (const path of filesUnder(from)) if (/\.db(?:-wal)?$/.test(path)) copyFileSync(path, join(to, basename(path)))
  return readdirSync(to).filter((name) => name.endsWith('.db')).map((name) => join(to, name))
}

export type Cell = string | number | bigint | Uint8Array | null
export type Column = { readonly table: string; readonly column: string; readonly values: readonly Cell[] }

/** Every column of every table with all its values. */
export function columnsOf(path: string): Column[] {
  const db = new DatabaseSync(path)
  try {
    const tables = db.prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'").all().map((row) => String(row['name']))
    return tables.flatMap((table) => {
      const statement = db.prepare(`select * from "${table}"`)
      statement.setReadBigInts(true)
      const rows = statement.all() as Record<string, Cell>[]
      const names = db.prepare(`select name from pragma_table_info('${table}')`).all().map((row) => String(row['name']))
      return names.map((column) => ({ table, column, values: rows.map((row) => row[column] ?? null) }))
    })
  } finally {
    db.close()
  }
}

/** Texts and blobs as they were stored: a value that fills several pages is in one piece here, and so can be unpacked. */
export function databaseValues(path: string): Piece[] {
  return columnsOf(path).map(({ table, column, values }) => {
    const parts = values.filter((value) => typeof value === 'string' || value instanceof Uint8Array)
    // A line between two values, so that no two make a third.
    const bytes = Buffer.concat(parts.flatMap((value) => [Buffer.from(value as string), Buffer.from('\n')]))
    return { where: `${basename(path)} ${table}.${column}`, bytes }
  })
}

function keysInFile(path: string): Buffer[] {
  const bytes = readFileSync(path)
  const text = bytes.toString('latin1').trim()
  if (text.startsWith('-----BEGIN')) {
    const seed = createPrivateKey(text).export({ format: 'jwk' })['d']
    return [bytes, Buffer.from(text), Buffer.from(String(seed), 'base64url')]
  }
  return /^[\x20-\x7e]+$/.test(text) ? [Buffer.from(text)] : [bytes]
}

function keysInDatabase(path: string): Buffer[] {
  return columnsOf(path).flatMap(({ column, values }) => {
    const blobs = values.filter((value) => value instanceof Uint8Array && value.length >= KEY_LENGTHS.least && value.length <= KEY_LENGTHS.most).map((value) => Buffer.from(value as Uint8Array))
    return column.includes('key') || blobs.length <= MOST_KEYS_PER_COLUMN ? blobs : []
  })
}

/** Every key that the process holds: its key and secret files, and what may be a key in its volatile databases. */
export function keysOf(folders: readonly string[], databases: readonly string[]): Buffer[] {
  const files = folders.flatMap(filesUnder).filter((path) => /\.(?:key|secret|pem)$/.test(path))
  const keys = [...files.flatMap(keysInFile), ...databases.flatMap(keysInDatabase)]
  return [...new Map(keys.map((key) => [key.toString('hex'), key])).values()]
}
