import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { UnavailableError } from '../errors.ts'
import { migrate } from './migrate.ts'

/** A connection. Folders outside shared/db and portal/hub/store know this type, never the driver. */
export type Db = Database.Database
export type SqlValue = string | number | bigint | null | Uint8Array

/**
 * - `full`: every commit is on the medium before it returns (receipts, journal, outbox, ledger).
 * - `relaxed`: a power cut may lose the last commits, never the file (what can be made again).
 * - `volatile`: in the runtime directory, which no power cut survives anyway.
 */
export type Durability = 'full' | 'relaxed' | 'volatile'
const SYNCHRONOUS: Readonly<Record<Durability, string>> = { full: 'FULL', relaxed: 'NORMAL', volatile: 'OFF' }

const BUSY_TIMEOUT_MS = 5_000
const CACHE_KIB = 4_000
/** SQLite's own: the write-ahead log goes into the file when it has 4 MiB. */
const CHECKPOINT_PAGES = 1_000
const JOURNAL_LIMIT_BYTES = 4 * 2 ** 20

export type OpenOptions = {
  durability: Durability
  /** SQL scripts, oldest first; each runs once, ever. Never edit one that has landed. */
  migrations: readonly string[]
  /** Overwrites deleted content, where personal data is erased. */
  secureDelete?: boolean
  /** No other connection ever opens the file: then it needs no locks, each of which is a call to the kernel. */
  alone?: boolean
  /** After how many pages of the write-ahead log the file is written. Where much is written, more of them cost fewer, rarer stalls. */
  checkpointPages?: number
}

function stoppedUncleanly(path: string): boolean {
  const journal = `${path}-wal`
  return existsSync(journal) && statSync(journal).size > 0
}

/**
 * Opens (and makes, and migrates) a database. `:memory:` is allowed for tests.
 * @throws UnavailableError `damaged_database` when the file fails SQLite's own check after an unclean stop.
 */
export function openDb(path: string, options: OpenOptions): Db {
  const suspicious = path !== ':memory:' && stoppedUncleanly(path)
  const db = new Database(path)
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  // Before the log is opened: its index then stays in our own memory.
  if (options.alone) db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('auto_vacuum = INCREMENTAL')
  db.pragma('journal_mode = WAL')
  // A reopened WAL file falls back to NORMAL, which loses acknowledged commits on a power cut: set on every open.
  db.pragma(`synchronous = ${SYNCHRONOUS[options.durability]}`)
  db.pragma('foreign_keys = ON')
  db.pragma(`cache_size = -${CACHE_KIB}`)
  const pages = options.checkpointPages ?? CHECKPOINT_PAGES
  db.pragma(`wal_autocheckpoint = ${pages}`)
  db.pragma(`journal_size_limit = ${JOURNAL_LIMIT_BYTES * Math.ceil(pages / CHECKPOINT_PAGES)}`)
  db.pragma('trusted_schema = OFF')
  // What SQLite sorts or keeps aside must not land in a temporary file on the disk.
  db.pragma('temp_store = MEMORY')
  if (options.secureDelete) db.pragma('secure_delete = ON')
  if (suspicious && db.pragma('quick_check', { simple: true }) !== 'ok') {
    db.close()
    throw new UnavailableError('damaged_database', `${path} is damaged; restore it from a backup`, { data: { path } })
  }
  migrate(db, options.migrations)
  return db
}
