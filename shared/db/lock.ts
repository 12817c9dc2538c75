import Database from 'better-sqlite3'
import { UsageError } from '../errors.ts'

/** Held until `release` or the end of the process, however it ends: the kernel lets go, so no stale lock can remain. */
export type Lock = { release(): void }

/** @throws UsageError `locked` when another process holds it. */
export function acquireLock(path: string): Lock {
  const db = new Database(path, { timeout: 0 })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('begin exclusive')
  } catch (error) {
    db.close()
    throw new UsageError('locked', `another Parvis server is using this data directory (${path}): stop it first, or set PARVIS_DATA`, { cause: error })
  }
  return { release: () => void db.close() }
}
