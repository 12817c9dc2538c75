import { open } from 'node:fs/promises'
import { UnavailableError } from '../errors.ts'
import { nextTurn } from '../next-turn.ts'
import { emptyLog } from './forget.ts'
import { groupCommit, type Outcome, type Statement, type Write } from './group-commit.ts'
import { openDb, type OpenOptions } from './open.ts'

/**
 * Writes that a person or a peer will be told are done. `write` resolves after the fsync that covers it; many writes share one.
 * Only this writer writes to its file; others may read it through `openDb`.
 */
export type DurableWriter = {
  /**
   * @throws (rejects) `write_refused` with the database's reason: nothing of this write was stored. `disk_failed` when the medium
   * did not confirm it: it may be stored, so saying it again must do no harm.
   */
  write(...statements: Statement[]): Promise<void>
  /** What was deleted until now leaves the log too (`forget.ts`); false when it is to be tried again. Holds the loop for an fsync. */
  forget(): boolean
  /** False after an I/O error, until a later write has succeeded. */
  healthy(): boolean
  /** Waits for what was accepted, then closes the file. */
  close(): Promise<void>
}

/**
 * For writes that people wait for rather than machines: under load a commit takes in what came in this long, and each commit costs a
 * small device more than a write does. Nobody waits for it where little is written.
 */
export const GATHER_MS = 20

/** More than this waiting means the medium has stalled: refuse rather than fill the memory. */
const MOST_WAITING = 50_000
const MOST_PER_COMMIT = 1_024
const REWRITTEN_AT_ONCE_BYTES = 256 * 1024

type Waiting = { readonly write: Write; readonly resolve: () => void; readonly reject: (error: Error) => void }

function refusal(cause: Error): UnavailableError {
  return new UnavailableError('write_refused', cause.message, { cause })
}

/**
 * Commits on this thread and syncs off it: an fsync on an SD card takes 5–50 ms and must stall neither UDP nor HTTP, while the rows
 * themselves take microseconds. SQLite appends the commit to its write-ahead log without waiting (synchronous = NORMAL: it syncs
 * only around a checkpoint, which keeps the file whole); then the log is synced in libuv's pool, and only then do writers hear of it.
 * What gathers meanwhile shares the next sync. A thread with a connection of its own did the same for 12 MB more memory.
 * @param gatherMs From the beginning of one commit to that of the next, at least.
 */
export async function pooledWriter(path: string, options: OpenOptions, gatherMs = 0): Promise<DurableWriter> {
  const db = openDb(path, { ...options, durability: options.durability === 'full' ? 'relaxed' : options.durability })
  const commit = groupCommit(db)
  // SQLite's locks lie on other files: opening and closing this one here takes none of them away.
  const log = await open(`${path}-wal`, 'r+')
  let queue: Waiting[] = []
  let running: Promise<void> | undefined
  let healthy = true
  let begunMs = -Infinity
  let torn = false
  let closed = false

  /**
   * After a failed sync the kernel takes the pages that it could not write for written, so no later sync brings them, and after
   * a power cut nothing that was appended behind them could be read. Written once more they are new. SQLite does the same with
   * synchronous = FULL: it appends a transaction anew whose sync failed.
   */
  async function rewriteLog(): Promise<void> {
    const piece = Buffer.alloc(REWRITTEN_AT_ONCE_BYTES)
    for (let at = 0, bytes = -1; bytes !== 0; at += bytes) {
      const { bytesRead } = await log.read(piece, 0, piece.length, at)
      bytes = bytesRead === 0 ? 0 : (await log.write(piece, 0, bytesRead, at)).bytesWritten
    }
    await log.datasync()
    torn = false
  }

  function settle(batch: readonly Waiting[], outcome: Outcome): void {
    for (const [index, one] of batch.entries()) {
      const failure = outcome[index]
      healthy = failure === undefined
      if (failure) one.reject(refusal(failure))
      else one.resolve()
    }
  }

  async function commitBatch(batch: readonly Waiting[]): Promise<void> {
    if (torn) await rewriteLog()
    const outcome = commit(batch.map(({ write }) => write))
    if (options.durability === 'full') await log.datasync()
    settle(batch, outcome)
  }

  async function gathered(): Promise<void> {
    const leftMs = begunMs + gatherMs - performance.now()
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
    begunMs = performance.now()
  }

  async function run(): Promise<void> {
    // One turn of the loop: what arrives in it goes together.
    await nextTurn()
    while (queue.length > 0) {
      await gathered()
      const batch = queue.slice(0, MOST_PER_COMMIT)
      queue = queue.slice(MOST_PER_COMMIT)
      try {
        await commitBatch(batch)
      } catch (cause) {
        healthy = false
        torn = true
        for (const { reject } of batch) reject(new UnavailableError('disk_failed', 'the disk did not confirm a write', { cause }))
      }
    }
    running = undefined
  }

  return {
    write(...statements) {
      if (closed) return Promise.reject(new UnavailableError('writer_closed', 'the writer is closed'))
      if (queue.length >= MOST_WAITING) return Promise.reject(new UnavailableError('writer_full', 'the disk does not keep up'))
      return new Promise((resolve, reject) => {
        queue.push({ write: statements, resolve, reject })
        running ??= run()
      })
    },
    // After a failed sync the log is all there is.
    forget: () => !torn && !closed && emptyLog(db),
    healthy: () => healthy,
    async close() {
      closed = true
      await running
      if (torn) await rewriteLog().catch(() => undefined)
      await log.close()
      db.close()
    },
  }
}

/** On this thread: for tests, commands and virtual clocks, where a stalled loop hurts nobody. */
export function inlineWriter(path: string, options: OpenOptions): DurableWriter {
  const db = openDb(path, options)
  const commit = groupCommit(db)
  let healthy = true
  return {
    write(...statements) {
      const failure = commit([statements])[0]
      healthy = failure === undefined
      return failure ? Promise.reject(new UnavailableError('write_refused', failure.message, { cause: failure })) : Promise.resolve()
    },
    forget: () => emptyLog(db),
    healthy: () => healthy,
    async close() {
      db.close()
    },
  }
}
