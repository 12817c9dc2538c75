// The thread behind `threadedWriter`: collects what arrives in one turn of its loop and commits it with one fsync.
import { parentPort, workerData } from 'node:worker_threads'
import { groupCommit, type Outcome, type Write } from './group-commit.ts'
import { openDb, type OpenOptions } from './open.ts'

export type ToWorker = { kind: 'write'; writes: [id: number, write: Write][] } | { kind: 'close' }
export type FromWorker = { kind: 'open' } | { kind: 'done'; outcomes: [id: number, failure: string | undefined][] }

const MOST_PER_COMMIT = 1_024

const port = parentPort
if (!port) throw new TypeError('durable-worker.ts runs as a thread of durable-writer.ts')
const { path, options } = workerData as { path: string; options: OpenOptions }

let db = openDb(path, options)
let commit = groupCommit(db)
let queue: [number, Write][] = []
let closing = false

function isInputOutputError(failure: Error | undefined): boolean {
  return failure !== undefined && 'code' in failure && String(failure.code).startsWith('SQLITE_IOERR')
}

/** After a failed fsync the pages in memory no longer tell what the medium holds: only a new connection reads the truth. */
function reopen(): void {
  db.close()
  db = openDb(path, options)
  commit = groupCommit(db)
}

function flush(): void {
  while (queue.length > 0) {
    const batch = queue.splice(0, MOST_PER_COMMIT)
    const outcome: Outcome = commit(batch.map(([, write]) => write))
    const outcomes = batch.map(([id], index): [number, string | undefined] => [id, outcome[index]?.message])
    port?.postMessage({ kind: 'done', outcomes } satisfies FromWorker)
    if (outcome.some(isInputOutputError)) reopen()
  }
  if (closing) {
    db.close()
    port?.close()
  }
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'close') closing = true
  else queue = queue.concat(message.writes)
  setImmediate(flush)
})
port.postMessage({ kind: 'open' } satisfies FromWorker)
