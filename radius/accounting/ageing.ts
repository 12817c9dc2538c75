/** Rows of sessions that nobody will close, and rows that have been kept long enough: a walk through the table, a page at a time. */
import { every, type Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { reason, type Log } from '#shared/log.ts'
import { nextTurn } from '#shared/next-turn.ts'
import { SILENT_MS } from '../live-sessions.ts'
import { TERMINATE_CAUSES } from '../nas.ts'

const WALK_EVERY_MS = 600_000
const KEEP_STOPPED_MINUTES = 24 * 60
const MINUTE_MS = 60_000
const ROWS_PER_PAGE = 256
/** Taking what was deleted out of the log costs an fsync on this thread. */
const EMPTY_LOG_EVERY_MS = 3_600_000

const PAGE = `select client, nas, session, last_minute, stop_minute from accounting_session
  where (client, nas, session) > (?, ?, ?) order by client, nas, session limit ${ROWS_PER_PAGE}`
const DELETE = 'delete from accounting_session where client = ? and nas = ? and session = ?'
// Its last word is the last that is known of it.
const CLOSE = `update accounting_session set stop_minute = last_minute, cause = ${TERMINATE_CAUSES.lostCarrier}
  where client = ? and nas = ? and session = ? and stop_minute is null`

type Row = { readonly client: string; readonly nas: string; readonly session: string; readonly last_minute: number; readonly stop_minute: number | null }
export type AgeingParts = { readonly writer: Pick<DurableWriter, 'write' | 'forget'>; readonly reader: Db; readonly clock: Clock; readonly log: Log }

/**
 * A row dies a day after its Stop. Without one it is closed when nothing was heard for six hours, in which we were there to hear it:
 * after a reboot nobody else would.
 */
export function createAgeing({ writer, reader, clock, log }: AgeingParts): { walk(): Promise<void>; close(): Promise<void> } {
  const page = reader.prepare<[string, string, string], Row>(PAGE)
  let walking: Promise<void> | undefined
  let closed = false
  let forgotten = true
  let emptiedMs = -Infinity
  const listeningSinceMs = clock.monotonic()
  const goesOn = (): boolean => !closed

  function statementFor({ client, nas, session, last_minute, stop_minute }: Row, minute: number): Statement | undefined {
    if (stop_minute !== null) return stop_minute < minute - KEEP_STOPPED_MINUTES ? { sql: DELETE, values: [client, nas, session] } : undefined
    const isSilent = last_minute < minute - SILENT_MS / MINUTE_MS && clock.monotonic() - listeningSinceMs > SILENT_MS
    return isSilent ? { sql: CLOSE, values: [client, nas, session] } : undefined
  }

  async function walkAll(): Promise<void> {
    const minute = Math.floor(clock.now() / MINUTE_MS)
    let last: Pick<Row, 'client' | 'nas' | 'session'> | undefined = { client: '', nas: '', session: '' }
    while (last && goesOn()) {
      const rows: Row[] = page.all(last.client, last.nas, last.session)
      const statements = rows.flatMap((row) => statementFor(row, minute) ?? [])
      if (statements.length > 0) await writer.write(...statements)
      else await nextTurn()
      if (statements.some(({ sql }) => sql === DELETE)) forgotten = false
      last = rows.at(-1)
    }
    if (forgotten || clock.monotonic() - emptiedMs < EMPTY_LOG_EVERY_MS) return
    emptiedMs = clock.monotonic()
    forgotten = writer.forget()
  }

  function begin(): Promise<void> {
    return (walking ??= walkAll()
      .catch((error: unknown) => log.scoped('radius').warn('old accounting rows not deleted', { reason: reason(error) }))
      .finally(() => (walking = undefined)))
  }
  const cancel = every(clock, WALK_EVERY_MS, () => void begin(), () => undefined)
  return {
    async walk() {
      await walking
      await begin()
    },
    async close() {
      closed = true
      cancel()
      await walking
    },
  }
}
