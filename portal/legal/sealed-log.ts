// The log on disk: a file a day, a line a group commit, each line sealed before it is written. Deleted with its day's retention.
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { nextTurn } from '#shared/next-turn.ts'
import { createOverdue } from '../consent/overdue.ts'
import type { Alarms } from './alarms.ts'
import type { HolderA, HolderB } from './holder-keys.ts'
import type { LegalRecord } from './record.ts'
import { seal } from './sealed.ts'

const DAY_MS = 86_400_000
const MOST_PER_LINE = 1_024
/** Beyond this many that cannot be sealed or written the newest are lost, and said to be. */
const MOST_WAITING = 50_000
const KEYS_AHEAD_DAYS = 14
const FILE = /^(\d{4}-\d\d-\d\d)\.jwe$/
const AUDIT = 'audit.jsonl'

export type HolderKeys = { readonly a: HolderA; readonly b: HolderB }

export type SealedLog = {
  /** Resolves once the record is sealed and on the medium; may stay open for as long as there is no key or no room. */
  append(record: LegalRecord): Promise<void>
  /** Tries again what waits, deletes what is past its time, looks after the alarms. Every minute or so. */
  tick(): Promise<void>
  close(): Promise<void>
}

export type SealedLogParts = {
  readonly directory: string
  /** Read anew now and then: a new quarter's file needs no restart. */
  readonly keys: () => HolderKeys
  readonly retentionDays: number
  readonly effects: Effects
  readonly alarms: Alarms
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

type Waiting = { readonly record: LegalRecord; readonly done: () => void }

export function createSealedLog(parts: SealedLogParts): SealedLog {
  const { directory, effects, alarms, retentionDays } = parts
  const { clock } = effects
  const overdue = createOverdue(clock)
  let queue: Waiting[] = []
  let running: Promise<void> | undefined
  let file: { day: string; handle: FileHandle } | undefined
  let closed = false
  let ticking: Promise<void> | undefined

  async function syncDirectory(): Promise<void> {
    const folder = await open(directory)
    await folder.sync().finally(() => folder.close())
  }

  async function fileOf(day: string): Promise<FileHandle> {
    if (file?.day === day) return file.handle
    await file?.handle.close()
    file = undefined
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const handle = await open(join(directory, `${day}.jwe`), 'a+', 0o600)
    const { size } = await handle.stat()
    const { buffer } = size > 0 ? await handle.read(Buffer.alloc(1), 0, 1, size - 1) : { buffer: Buffer.from('\n') }
    // A power cut may have torn the last line: it stays as it is, and the next one begins on its own.
    if (buffer[0] !== 0x0a) await handle.write('\n')
    await syncDirectory()
    file = { day, handle }
    return handle
  }

  async function writeNext(): Promise<boolean> {
    const day = dayOf(clock.now())
    const { a, b } = parts.keys()
    const outer = a.days.get(day)
    alarms.set('key_missing', outer === undefined)
    // Never in clear, never to another day's key: it would outlive its day.
    if (!outer) return false
    const batch = queue.slice(0, MOST_PER_LINE)
    const line = await seal(batch.map(({ record }) => record), { day, outer, inner: b.key })
    const handle = await fileOf(day)
    await handle.write(`${line}\n`)
    await handle.datasync()
    queue = queue.slice(batch.length)
    alarms.set('disk', false)
    for (const { done } of batch) done()
    return true
  }

  async function run(): Promise<void> {
    // What comes within one turn of the loop goes together.
    await nextTurn()
    try {
      while (queue.length > 0 && (await writeNext()));
    } catch (error) {
      await file?.handle.close().catch(() => undefined)
      file = undefined
      alarms.set('disk', true)
      effects.log.error('the sealed log was not written', { reason: reason(error) })
    } finally {
      running = undefined
    }
  }

  async function letGo(): Promise<void> {
    const names = await readdir(directory).catch(() => [])
    const today = Date.parse(`${dayOf(clock.now())}T00:00:00Z`)
    const over = names.flatMap((name) => FILE.exec(name)?.[1] ?? []).filter((day) => (today - Date.parse(`${day}T00:00:00Z`)) / DAY_MS > retentionDays)
    if (!overdue(over.length > 0)) return
    for (const day of over) {
      const path = join(directory, `${day}.jwe`)
      const sha256 = createHash('sha256').update(await readFile(path)).digest('hex')
      const audit = await open(join(directory, AUDIT), 'a', 0o600)
      // No length: it would tell how many came. Before the deletion: what is gone must have been told.
      await audit.write(`${JSON.stringify({ day, sha256 })}\n`)
      await audit.sync().finally(() => audit.close())
      if (file?.day === day) {
        await file.handle.close()
        file = undefined
      }
      await unlink(path)
      await syncDirectory()
      effects.log.info('a day of the sealed log was deleted', { day })
    }
  }

  async function tick(): Promise<void> {
    const now = clock.now()
    const { a } = parts.keys()
    const lastKey = [...a.days.keys()].sort().at(-1) ?? ''
    alarms.set('key_missing', !a.days.has(dayOf(now)))
    alarms.set('keys_run_out', lastKey < dayOf(now + KEYS_AHEAD_DAYS * DAY_MS))
    if (queue.length > 0) await (running ??= run())
    await letGo()
  }

  return {
    append(record) {
      if (closed) return Promise.resolve()
      if (queue.length >= MOST_WAITING) {
        alarms.set('lost', true)
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        queue.push({ record, done: resolve })
        running ??= run()
      })
    },
    // One at a time: two would delete the same day.
    tick: () => (ticking ??= tick().finally(() => (ticking = undefined))),
    async close() {
      await running
      if (queue.length > 0) await run()
      closed = true
      if (queue.length > 0) effects.log.error('records of the sealed log were lost at the stop', {})
      await file?.handle.close()
    },
  }
}
