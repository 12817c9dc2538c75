import type { Db } from '#shared/db/open.ts'
import { UnavailableError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'

/** More than this waiting means the medium has stalled: refuse rather than fill the memory. */
const MOST_WAITING = 1_024

/**
 * Acts of one turn of the loop share a transaction and its fsync; each resolves after the commit. When the transaction fails
 * they are tried again one by one, so that a bad one never takes its neighbours with it.
 * The acts run on this thread: at 11 POSTs a second an fsync on a server's disk is short, and embedded there is one a quarter.
 */
export function createGroup(db: Db): { run<T>(act: () => T): Promise<T>; idle(): Promise<void> } {
  type Waiting = { act: () => unknown; resolve: (value: never) => void; reject: (error: Error) => void }
  let waiting: Waiting[] = []
  const transaction = db.transaction((acts: readonly (() => unknown)[]) => acts.map((act) => act()))

  function attempt(acts: readonly (() => unknown)[]): unknown[] | Error {
    try {
      return transaction.immediate(acts)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
  function settle(group: readonly Waiting[], results: unknown[] | Error): void {
    if (results instanceof Error) for (const { reject } of group) reject(new UnavailableError('store_refused', reason(results), { cause: results }))
    else for (const [index, { resolve }] of group.entries()) resolve(results[index] as never)
  }
  function flush(): void {
    const group = waiting
    waiting = []
    const results = attempt(group.map(({ act }) => act))
    if (results instanceof Error && group.length > 1) for (const one of group) settle([one], attempt([one.act]))
    else settle(group, results)
  }
  function run<T>(act: () => T): Promise<T> {
    if (waiting.length >= MOST_WAITING) return Promise.reject(new UnavailableError('store_full', 'the disk does not keep up'))
    if (waiting.length === 0) setImmediate(flush)
    return new Promise<T>((resolve, reject) => waiting.push({ act, resolve: resolve as (value: never) => void, reject }))
  }
  return { run, idle: () => run(() => undefined) }
}
