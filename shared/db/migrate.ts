import type { Database } from 'better-sqlite3'
import { UnavailableError } from '../errors.ts'

/** Brings a database to the newest of `scripts`, each in its own transaction; `user_version` counts those that ran. */
export function migrate(db: Database, scripts: readonly string[]): void {
  const done = db.pragma('user_version', { simple: true }) as number
  if (done > scripts.length) {
    throw new UnavailableError('newer_database', `${db.name} was written by a newer version of Parvis; update this one`)
  }
  for (const [index, script] of scripts.entries()) {
    if (index < done) continue
    db.transaction(() => {
      db.exec(script)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  }
}
