/**
 * From the journal to the sessions, in slices of a millisecond between which packets are served. A pass takes what is there, merges it
 * in memory, so that a session is written once for all its reports, and deletes the journal's rows with its last write. Totals are the
 * same however often they are written: a pass that a power cut broke off is simply done again.
 */
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { reason, type Log } from '#shared/log.ts'
import { nextTurn } from '#shared/next-turn.ts'
import { aboutTheNas, readRecords, type StoredRecord } from './record.ts'
import { addRecord, upsertStatement, type SessionTotals } from './totals.ts'

/** After the first report that is not folded; more of a session's reports meet in one pass the longer this is. */
const FOLD_AFTER_MS = 600
const SLICE_MS = 1
const MOST_RECORDS_PER_PASS = 32_768
const SESSIONS_PER_WRITE = 64
const ROWS_PER_DELETE = 64

const NEXT_ROW = 'select id, records from accounting_journal where id > ? order by id limit 1'
const DELETE_ROWS = 'delete from accounting_journal where id <= ?'
/** The session behind the next few hundred of an access server: one statement must not hold up the loop. */
const STRETCH = 'select session from accounting_session where client = ? and nas = ? and session > ? order by session limit 1 offset 255'
const STOP_STRETCH = `update accounting_session set stop_minute = ?, cause = ?
  where client = ? and nas = ? and session > ? and session <= ? and last_minute < ? and stop_minute is null`
/** Names of sessions are ASCII. */
const BEHIND_ALL_NAMES = '\x7f'

export type FoldParts = {
  readonly writer: Pick<DurableWriter, 'write'>
  readonly reader: Db
  readonly clock: Clock
  readonly log: Log
}
export type Fold = {
  /** There is more in the journal. */
  wake(): void
  /** Resolves when what is in the journal now is in the sessions, or when the disk refuses. */
  settled(): Promise<void>
  /** Finishes the pass that runs. What is left is folded at the next start. */
  close(): Promise<void>
}

type Row = { readonly id: number; readonly records: Buffer }
/** What one pass takes: reports of sessions, or the one report of an access server about all of its own. */
type Window = {
  /** Rows behind `first` up to and with `last`. */
  readonly first: number
  readonly last: number
  /** Whether it stopped before the journal's end. */
  readonly more: boolean
  readonly sessions: Map<string, SessionTotals>
  readonly nas?: StoredRecord
}


export function createFold({ writer, reader, clock, log }: FoldParts): Fold {
  const nextRow = reader.prepare<[number], Row>(NEXT_ROW)
  const stretch = reader.prepare<[string, string, string], string>(STRETCH).pluck()
  const oldest = reader.prepare<[], number | null>('select min(id) from accounting_journal').pluck()
  const newest = reader.prepare<[], number | null>('select max(id) from accounting_journal').pluck()
  let running: Promise<boolean> | undefined
  let cancel: (() => void) | undefined
  let woken = false
  let closed = false
  const goesOn = (): boolean => !closed

  function recordsOf({ records }: Row): readonly StoredRecord[] {
    try {
      return readRecords(records)
    } catch (error) {
      log.scoped('radius').error('a row of the accounting journal cannot be read and is dropped', { reason: reason(error) })
      return []
    }
  }

  async function gather(): Promise<Window> {
    const sessions = new Map<string, SessionTotals>()
    const first = (oldest.get() ?? 1) - 1
    let last = first
    let sliceMs = clock.monotonic()
    for (let taken = 0; taken < MOST_RECORDS_PER_PASS; ) {
      const row = nextRow.get(last)
      if (!row) return { first, last, more: false, sessions }
      const records = recordsOf(row)
      const about = records[0]
      if (about && aboutTheNas(about)) return last > first ? { first, last, more: true, sessions } : { first, last: row.id, more: true, sessions, nas: about }
      for (const record of records) addRecord(sessions, record)
      taken += records.length
      last = row.id
      if (clock.monotonic() - sliceMs < SLICE_MS) continue
      await nextTurn()
      sliceMs = clock.monotonic()
    }
    return { first, last, more: true, sessions }
  }

  /** In the order of the table: neighbours share its pages. */
  async function writeSessions(all: ReadonlyMap<string, SessionTotals>): Promise<void> {
    const keys = [...all.keys()].sort()
    for (let at = 0; at < keys.length; at += SESSIONS_PER_WRITE) {
      const some = keys.slice(at, at + SESSIONS_PER_WRITE)
      await writer.write(...some.flatMap((key) => all.get(key) ?? []).map(upsertStatement))
    }
  }

  /**
   * RFC 2866 §5.1: the access server starts or stops as a whole, so whatever came before is over. A report that waited comes behind
   * others of what has begun since: those sessions go on.
   */
  async function stopAll({ client, nas, minute, seconds, cause }: StoredRecord): Promise<void> {
    const before = seconds > 0 ? minute : Number.MAX_SAFE_INTEGER
    for (let from = '', to: string | undefined = ''; to !== undefined; from = to ?? '') {
      to = stretch.get(client, nas, from)
      await writer.write({ sql: STOP_STRETCH, values: [minute, cause, client, nas, from, to ?? BEHIND_ALL_NAMES, before] })
    }
  }

  async function deleteRows(first: number, last: number): Promise<void> {
    for (let to = first; to < last; ) {
      to = Math.min(last, to + ROWS_PER_DELETE)
      await writer.write({ sql: DELETE_ROWS, values: [to] })
    }
  }

  /** True when there was more than one pass can take. */
  async function pass(): Promise<boolean> {
    woken = false
    const { first, last, more, sessions, nas } = await gather()
    await writeSessions(sessions)
    if (nas) await stopAll(nas)
    await deleteRows(first, last)
    return more
  }

  /** False when the disk refused. */
  async function run(): Promise<boolean> {
    try {
      while (goesOn() && (await pass()));
      return true
    } catch (error) {
      woken = true
      log.scoped('radius').warn('accounting is not folded yet; it waits in the journal', { reason: reason(error) })
      return false
    } finally {
      running = undefined
      if (woken) wake()
    }
  }

  function start(): Promise<boolean> {
    cancel?.()
    cancel = undefined
    return (running ??= run())
  }

  function wake(): void {
    woken = true
    if (!cancel && !running && !closed) cancel = clock.after(FOLD_AFTER_MS, () => void start())
  }

  return {
    wake,
    async settled() {
      const last = newest.get() ?? 0
      await running
      while (goesOn() && (oldest.get() ?? Infinity) <= last && (await start()));
    },
    async close() {
      closed = true
      cancel?.()
      await running
    },
  }
}
