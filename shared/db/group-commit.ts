import type { Statement as Prepared } from 'better-sqlite3'
import type { Db, SqlValue } from './open.ts'

/** One SQL statement with its values, as data, so that a writer can keep and repeat it. */
export type Statement = { readonly sql: string; readonly values: readonly SqlValue[] }

/** Statements that commit together or not at all. */
export type Write = readonly Statement[]

/** Undefined for each write that is now on the medium, the reason for each that was refused. */
export type Outcome = (Error | undefined)[]

/**
 * Commits many writes with one fsync: `commit(writes)` is a single transaction. When one of them is refused (a constraint),
 * all are tried again one by one, so that a bad write never takes its neighbours with it.
 */
export function groupCommit(db: Db): (writes: readonly Write[]) => Outcome {
  const prepared = new Map<string, Prepared>()

  function run(write: Write): void {
    for (const { sql, values } of write) {
      let statement = prepared.get(sql)
      if (!statement) prepared.set(sql, (statement = db.prepare(sql)))
      statement.run(...values)
    }
  }
  const together = db.transaction((writes: readonly Write[]) => writes.forEach(run))
  const alone = db.transaction(run)

  function attempt(write: Write): Error | undefined {
    try {
      alone.immediate(write)
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  return function commit(writes) {
    try {
      together.immediate(writes)
      return writes.map(() => undefined)
    } catch {
      return writes.map(attempt)
    }
  }
}
