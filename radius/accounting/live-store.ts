/** Keeps the live sessions over a restart, in the runtime store: what changed is written within a second, a few hundred at a time. */
import type { Cancel, Clock } from '#shared/clock.ts'
import { emptyLog } from '#shared/db/forget.ts'
import type { Db } from '#shared/db/open.ts'
import { reason, type Log } from '#shared/log.ts'
import type { LiveKeeper, LiveSession } from '../live-sessions.ts'

export const LIVE_MIGRATIONS: readonly string[] = [
  `create table live_session (
    client text not null, nas text not null, session text not null, address text not null,
    holder text, user_name text not null, station text,
    since_ms integer not null, last_ms integer not null, seconds integer not null, octets integer not null, earlier_octets integer not null,
    heard_ms integer not null, gap_ms integer not null, interval_ms integer not null,
    primary key (client, nas, session)
  ) strict, without rowid`,
]

const SAVE_AFTER_MS = 1_000
/** Whoever has gone is after this nowhere in the file nor in its log. */
const FORGET_AFTER_MS = 60_000
/** About a millisecond's work; in a flood the rest waits for the next round. */
const MOST_PER_ROUND = 512

const SAVE = 'insert or replace into live_session values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const REMOVE = 'delete from live_session where client = ? and nas = ? and session = ?'

type Row = {
  client: string; nas: string; session: string; address: string; holder: string | null; user_name: string; station: string | null
  since_ms: number; last_ms: number; seconds: number; octets: number; earlier_octets: number; heard_ms: number; gap_ms: number; interval_ms: number
}

function sessionOf(row: Row, nowMs: number): LiveSession {
  return {
    origin: { client: row.client, address: row.address },
    nasIdentifier: row.nas,
    acctSessionId: row.session,
    holder: row.holder ?? undefined,
    userName: row.user_name,
    callingStationId: row.station ?? undefined,
    sinceMs: row.since_ms,
    lastMs: row.last_ms,
    seconds: row.seconds,
    octets: row.octets,
    earlierOctets: row.earlier_octets,
    // The clock counts from the boot, as the runtime directory does; a simulated one starts again with its process.
    heardMs: Math.min(row.heard_ms, nowMs),
    place: 0,
    gapMs: row.gap_ms,
    intervalMs: row.interval_ms,
  }
}

export type LiveStore = LiveKeeper & {
  /** Writes all that has changed. */
  save(): void
  /** Writes what is left and stops; the database belongs to the caller. */
  close(): void
}

/** @param db volatile, opened with `LIVE_MIGRATIONS` and `secureDelete`. */
export function createLiveStore(db: Db, clock: Clock, log: Log): LiveStore {
  const insert = db.prepare(SAVE)
  const remove = db.prepare<[string, string, string]>(REMOVE)
  const rows = db.prepare<[], Row>('select * from live_session')
  const saved = new Set<LiveSession>()
  const changed = new Set<LiveSession>()
  const gone = new Set<LiveSession>()

  function saveOne(one: LiveSession): void {
    const { origin, nasIdentifier, acctSessionId, holder, userName, callingStationId, sinceMs, lastMs, seconds, octets, earlierOctets, heardMs, gapMs, intervalMs } = one
    const whole = [sinceMs, lastMs, seconds, octets, earlierOctets, heardMs, gapMs, intervalMs].map(Math.floor)
    insert.run(origin.client, nasIdentifier, acctSessionId, origin.address, holder ?? null, userName, callingStationId ?? null, ...whole)
    saved.add(one)
    changed.delete(one)
  }
  function removeOne(one: LiveSession): void {
    remove.run(one.origin.client, one.nasIdentifier, one.acctSessionId)
    gone.delete(one)
    saved.delete(one)
    forgetSoon()
  }
  /** What is gone first: the same id may have begun again. */
  const round = db.transaction((most: number) => {
    let left = most
    for (const one of gone) if (left-- > 0) removeOne(one)
    for (const one of changed) if (left-- > 0) saveOne(one)
  })

  let cancel: Cancel | undefined
  let cancelForgetting: Cancel | undefined

  function saveSome(): void {
    cancel = undefined
    try {
      round(MOST_PER_ROUND)
    } catch (error) {
      log.scoped('radius').warn('live sessions are not kept', { reason: reason(error) })
    }
    if (gone.size + changed.size > 0) saveSoon()
  }
  function forget(): void {
    cancelForgetting = undefined
    if (!emptyLog(db)) forgetSoon()
  }
  function forgetSoon(): void {
    cancelForgetting ??= clock.after(FORGET_AFTER_MS, forget)
  }
  function saveSoon(): void {
    cancel ??= clock.after(SAVE_AFTER_MS, saveSome)
  }

  return {
    *load() {
      const nowMs = clock.monotonic()
      for (const row of rows.iterate()) {
        const one = sessionOf(row, nowMs)
        saved.add(one)
        yield one
      }
    },
    changed(one) {
      changed.add(one)
      saveSoon()
    },
    gone(one) {
      changed.delete(one)
      if (!saved.has(one)) return
      gone.add(one)
      saveSoon()
    },
    save: () => round(Infinity),
    close() {
      cancel?.()
      round(Infinity)
      cancelForgetting?.()
    },
  }
}
