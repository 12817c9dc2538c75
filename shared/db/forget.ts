import type { Db } from './open.ts'

/**
 * Takes out of the write-ahead log what was deleted: with `secure_delete` it is then nowhere in the file either. A log that little is
 * written to would keep it for weeks. Syncs, and waits for nobody: false when somebody is reading an older state or the disk refuses,
 * and then it is to be tried again.
 */
export function emptyLog(db: Db): boolean {
  const patience = db.pragma('busy_timeout', { simple: true })
  db.pragma('busy_timeout = 0')
  try {
    return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0
  } catch {
    // What is in the log stays there, and is as true as before.
    return false
  } finally {
    db.pragma(`busy_timeout = ${String(patience)}`)
  }
}
