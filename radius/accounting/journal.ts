/**
 * Where a report goes before it is acknowledged. What arrives together is written together: one row and one fsync for a group, closed
 * when a turn of the loop brought no new report, when 1,024 wait, or after 5 ms. While the disk is busy the next group gathers, and one
 * that follows within a millisecond waits for as long: ten reports that trickle in must not cost ten commits.
 */
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import { UnavailableError } from '#shared/errors.ts'
import { aboutTheNas, recordRoom, writeRecord, type AccountingRecord } from './record.ts'

const MOST_PER_ROW = 1_024
const MOST_GATHERING_MS = 5
const LEAST_BETWEEN_COMMITS_MS = 1
/** More than this means that the disk has stalled: what comes then is not acknowledged, and its access server keeps it. */
const MOST_WAITING = 50_000
const MOST_ROWS_AT_ONCE = 16
const ROW_BYTES = 128 * 1024
const MOST_SPARE = 4
const INSERT = 'insert into accounting_journal (records) values (?)'

export type Journal = {
  /** The same promise for a whole group. Rejects when it may not be stored: nothing is acknowledged then. */
  append(record: AccountingRecord): Promise<void>
  /** Resolves when what was appended is stored or refused. */
  idle(): Promise<void>
}

type Group = {
  bytes: Buffer
  used: number
  records: number
  readonly sinceMs: number
  readonly stored: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** @param onStored called after each commit. */
export function createJournal(writer: Pick<DurableWriter, 'write'>, clock: Pick<Clock, 'monotonic'>, onStored: () => void): Journal {
  const spare: Buffer[] = []
  let gathering: Group | undefined
  let closed: Group[] = []
  let waiting = 0
  let seen = 0
  let turning = false
  let committedMs = -Infinity
  let writing: Promise<void> | undefined
  let last = Promise.resolve()

  function begin(): Group {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // A caller that gave up waiting leaves nobody to hear of a failure.
    promise.catch(() => undefined)
    return { bytes: spare.pop() ?? Buffer.allocUnsafeSlow(ROW_BYTES), used: 0, records: 0, sinceMs: clock.monotonic(), stored: promise, resolve, reject }
  }

  function grow(group: Group, room: number): void {
    if (group.used + room <= group.bytes.length) return
    const wider = Buffer.allocUnsafeSlow(2 * group.bytes.length + room)
    group.bytes.copy(wider, 0, 0, group.used)
    group.bytes = wider
  }

  function close(): void {
    if (gathering) closed.push(gathering)
    gathering = undefined
  }

  function settle(groups: readonly Group[], tell: (group: Group) => void): void {
    for (const group of groups) {
      waiting -= group.records
      if (group.bytes.length === ROW_BYTES && spare.length < MOST_SPARE) spare.push(group.bytes)
      tell(group)
    }
  }

  function statementOf({ bytes, used }: Group): Statement {
    return { sql: INSERT, values: [bytes.subarray(0, used)] }
  }

  async function writeClosed(): Promise<void> {
    while (closed.length > 0) {
      const groups = closed.splice(0, MOST_ROWS_AT_ONCE)
      try {
        await writer.write(...groups.map(statementOf))
        settle(groups, (group) => group.resolve())
        onStored()
      } catch (error) {
        settle(groups, (group) => group.reject(error))
      }
    }
    writing = undefined
    committedMs = clock.monotonic()
    // What gathered meanwhile is joined by those who were told just now: half as many commits under load.
    if (gathering) nextTurn()
  }

  function turn(): void {
    turning = false
    if (writing || (closed.length === 0 && !gathering)) return
    const full = !gathering || closed.length > 0 || gathering.records === seen || clock.monotonic() - gathering.sinceMs >= MOST_GATHERING_MS
    if (!full) {
      seen = gathering?.records ?? 0
      return nextTurn()
    }
    close()
    writing = writeClosed()
  }

  function nextTurn(): void {
    if (turning || writing) return
    turning = true
    // The machine's own timer, because a disk is not faster on a fast clock.
    if (seen === 0 && clock.monotonic() - committedMs < LEAST_BETWEEN_COMMITS_MS) setTimeout(turn, LEAST_BETWEEN_COMMITS_MS)
    else setImmediate(turn)
  }

  function append(record: AccountingRecord): Promise<void> {
    if (waiting >= MOST_WAITING) return Promise.reject(new UnavailableError('journal_full', 'the disk does not keep up with accounting'))
    // What an access server says of all its sessions has a row of its own: folding takes it in its place among them.
    const alone = aboutTheNas(record)
    if (alone) close()
    if (!gathering) {
      gathering = begin()
      seen = 0
    }
    const group = gathering
    grow(group, recordRoom(record))
    group.used = writeRecord(record, group.bytes, group.used)
    group.records++
    waiting++
    if (alone || group.records >= MOST_PER_ROW) close()
    nextTurn()
    last = group.stored
    return group.stored
  }

  return { append, idle: () => last.catch(() => undefined) }
}
