// One thread for all files: an isolate costs 12 MB, and a gateway has one disk.
import { Worker } from 'node:worker_threads'
import { UnavailableError } from '../errors.ts'
import type { Write } from './group-commit.ts'
import type { OpenOptions } from './open.ts'
import type { FromWorker, ToWorker } from './durable-worker.ts'

const HEAP_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 } as const

/** One file's side of the thread. */
export type FileLine = {
  write(writes: [id: number, write: Write][]): void
  /** Resolves when the file is closed. */
  close(): Promise<void>
  /** While something is outstanding the process must live. */
  hold(busy: boolean): void
}
export type Heard = {
  done(outcomes: [id: number, failure: string | undefined][]): void
  /** The thread is gone: nothing outstanding will be answered. */
  lost(error: Error): void
}
type Listener = Heard & { opened(failure: string | undefined): void; closed(): void }

type Thread = { readonly worker: Worker; readonly listeners: Map<number, Listener>; readonly busy: Set<number> }
let running: Thread | undefined
let nextFile = 0

function startThread(): Thread {
  const worker = new Worker(new URL('./durable-worker.ts', import.meta.url), { resourceLimits: HEAP_LIMITS })
  const thread: Thread = { worker, listeners: new Map(), busy: new Set() }
  worker.on('message', (message: FromWorker) => {
    const listener = thread.listeners.get(message.file)
    if (message.kind === 'opened') listener?.opened(message.failure)
    else if (message.kind === 'done') listener?.done(message.outcomes)
    else listener?.closed()
  })
  function lose(error: Error): void {
    if (running === thread) running = undefined
    for (const listener of thread.listeners.values()) listener.lost(error)
    thread.listeners.clear()
  }
  worker.on('error', lose)
  worker.on('exit', () => lose(new UnavailableError('writer_gone', 'the writer has ended')))
  worker.unref()
  return thread
}

function hold({ worker, busy }: Thread, file: number, isBusy: boolean): void {
  if (isBusy) busy.add(file)
  else busy.delete(file)
  if (busy.size > 0) worker.ref()
  else worker.unref()
}

/** @throws UnavailableError `writer_failed` when the file cannot be opened. */
export async function openFile(path: string, options: OpenOptions, heard: Heard): Promise<FileLine> {
  const thread = (running ??= startThread())
  const file = nextFile++
  const tell = (message: ToWorker): void => thread.worker.postMessage(message)
  const opened = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  thread.listeners.set(file, {
    done: heard.done,
    lost(error) {
      opened.reject(error)
      closed.resolve()
      heard.lost(error)
    },
    opened: (failure) => (failure === undefined ? opened.resolve() : opened.reject(new UnavailableError('writer_failed', failure))),
    closed: closed.resolve,
  })
  async function release(): Promise<void> {
    hold(thread, file, false)
    thread.listeners.delete(file)
    if (thread.listeners.size > 0) return
    if (running === thread) running = undefined
    await thread.worker.terminate()
  }
  hold(thread, file, true)
  tell({ kind: 'open', file, path, options })
  try {
    await opened.promise
  } catch (error) {
    await release()
    throw error
  }
  hold(thread, file, false)
  return {
    write: (writes) => tell({ kind: 'write', file, writes }),
    hold: (busy) => hold(thread, file, busy),
    async close() {
      hold(thread, file, true)
      tell({ kind: 'close', file })
      await closed.promise
      await release()
    },
  }
}
