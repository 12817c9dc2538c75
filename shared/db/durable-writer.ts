import { UnavailableError } from '../errors.ts'
import { groupCommit, type Statement, type Write } from './group-commit.ts'
import { openDb, type OpenOptions } from './open.ts'
import { openFile } from './durable-thread.ts'

/**
 * Writes that a person or a peer will be told are done. `write` resolves after the fsync that covers it; many writes share one.
 * Only this writer writes to its file; others may read it through `openDb`.
 */
export type DurableWriter = {
  /** @throws (rejects) the database's reason; nothing of this write was stored then. */
  write(...statements: Statement[]): Promise<void>
  /** False after an I/O error, until a later write has succeeded. */
  healthy(): boolean
  /** Waits for what was accepted, then closes the file. */
  close(): Promise<void>
}

/** More than this waiting means the medium has stalled: refuse rather than fill the memory. */
const MOST_WAITING = 50_000

type Waiting = { resolve: () => void; reject: (error: Error) => void }

function refused(): UnavailableError {
  return new UnavailableError('writer_full', 'the disk does not keep up')
}

/** On a thread of its own, because an fsync on an SD card takes 5–50 ms and must stall neither UDP nor HTTP. */
export async function threadedWriter(path: string, options: OpenOptions): Promise<DurableWriter> {
  const waiting = new Map<number, Waiting>()
  let next = 0
  let healthy = true
  let outgoing: [number, Write][] = []
  let idle: (() => void) | undefined

  function settle(outcomes: [number, string | undefined][]): void {
    for (const [id, failure] of outcomes) {
      const one = waiting.get(id)
      waiting.delete(id)
      healthy = failure === undefined
      if (failure === undefined) one?.resolve()
      else one?.reject(new UnavailableError('write_refused', failure))
    }
    if (waiting.size > 0) return
    line.hold(false)
    idle?.()
  }
  let gone: Error | undefined
  function lost(error: Error): void {
    healthy = false
    gone = error
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
    idle?.()
  }
  function post(): void {
    line.write(outgoing)
    outgoing = []
  }
  const line = await openFile(path, options, { done: settle, lost })

  return {
    write(...statements) {
      if (gone) return Promise.reject(gone)
      if (waiting.size >= MOST_WAITING) return Promise.reject(refused())
      // One message a turn of the loop: crossing to the thread costs more than the row.
      if (outgoing.length === 0) setImmediate(post)
      const id = next++
      outgoing.push([id, statements])
      line.hold(true)
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    healthy: () => healthy,
    async close() {
      if (waiting.size > 0) await new Promise<void>((resolve) => (idle = resolve))
      await line.close()
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
    healthy: () => healthy,
    async close() {
      db.close()
    },
  }
}
