// The thread behind `threadedWriter`: collects what arrives in one turn of its loop and commits it with one fsync for each file.
import { parentPort } from 'node:worker_threads'
import { groupCommit, type Outcome, type Write } from './group-commit.ts'
import { openDb, type Db, type OpenOptions } from './open.ts'

export type ToWorker =
  | { kind: 'open'; file: number; path: string; options: OpenOptions }
  | { kind: 'write'; file: number; writes: [id: number, write: Write][] }
  | { kind: 'close'; file: number }
export type FromWorker =
  | { kind: 'opened'; file: number; failure: string | undefined }
  | { kind: 'done'; file: number; outcomes: [id: number, failure: string | undefined][] }
  | { kind: 'closed'; file: number }

const MOST_PER_COMMIT = 1_024

type File = { db: Db; commit: ReturnType<typeof groupCommit>; queue: [number, Write][]; closing: boolean; readonly reopen: () => Db }

const port = parentPort
if (!port) throw new TypeError('durable-worker.ts runs as a thread of durable-writer.ts')
const files = new Map<number, File>()
let flushing = false

function tell(message: FromWorker): void {
  port?.postMessage(message)
}

function isInputOutputError(failure: Error | undefined): boolean {
  return failure !== undefined && 'code' in failure && String(failure.code).startsWith('SQLITE_IOERR')
}

function open(file: number, path: string, options: OpenOptions): void {
  try {
    const reopen = (): Db => openDb(path, options)
    const db = reopen()
    files.set(file, { db, commit: groupCommit(db), queue: [], closing: false, reopen })
    tell({ kind: 'opened', file, failure: undefined })
  } catch (error) {
    tell({ kind: 'opened', file, failure: error instanceof Error ? error.message : String(error) })
  }
}

/** After a failed fsync the pages in memory no longer tell what the medium holds: only a new connection reads the truth. */
function startAnew(file: File): void {
  file.db.close()
  file.db = file.reopen()
  file.commit = groupCommit(file.db)
}

function flush(number: number, file: File): void {
  while (file.queue.length > 0) {
    const batch = file.queue.splice(0, MOST_PER_COMMIT)
    const outcome: Outcome = file.commit(batch.map(([, write]) => write))
    tell({ kind: 'done', file: number, outcomes: batch.map(([id], index): [number, string | undefined] => [id, outcome[index]?.message]) })
    if (outcome.some(isInputOutputError)) startAnew(file)
  }
  if (!file.closing) return
  file.db.close()
  files.delete(number)
  tell({ kind: 'closed', file: number })
}

function flushAll(): void {
  flushing = false
  for (const [number, file] of files) flush(number, file)
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'open') return open(message.file, message.path, message.options)
  const file = files.get(message.file)
  if (!file) return
  if (message.kind === 'close') file.closing = true
  else file.queue = file.queue.concat(message.writes)
  if (!flushing) setImmediate(flushAll)
  flushing = true
})
