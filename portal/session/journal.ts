// The accounting journal on disk: what must survive a power cut so that each Start has its Stop. No device, no account, no Class.
import type { TerminateCause } from '#radius/nas.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import type { Usage } from '../gateway/enforcer.ts'
import { isCause } from './rows.ts'
import { minuteOf, secondsUsed, type Session, type SessionId } from './session.ts'

export type JournalRow = {
  readonly session: SessionId
  readonly boot: string
  readonly user: string
  readonly site: string
  readonly openedMinute: number
  readonly seconds: number
  readonly usage: Usage
  readonly checkedMinute: number
}
export type OpenRow = Pick<JournalRow, 'session' | 'boot' | 'openedMinute'>
export type JournalStop = JournalRow & { readonly stoppedMinute: number; readonly cause: TerminateCause }

const COLUMNS = 'session, boot, token_user, site, opened, checked, seconds, up_bytes, down_bytes, up_packets, down_packets'

/** A voucher's code or an account's name stays in the volatile store; a Stop after a power cut goes without (RFC 2866 §5.13). */
function nameOnDisk({ user, nonce }: Session): string {
  return nonce === '' ? '' : user
}

function common(session: Session, boot: string, nowMs: number): Statement['values'] {
  const { upBytes, downBytes, upPackets, downPackets } = session.usage
  const opened = minuteOf(session.startedMs)
  return [session.id, boot, nameOnDisk(session), session.site, opened, minuteOf(nowMs), secondsUsed(session, nowMs), upBytes, downBytes, upPackets, downPackets]
}

const OPENED = `insert or ignore into journal (${COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?)`

/** Written with the receipt, before the gate opens. Ignored where the session is there already: it may come late, after a full disk. */
export function journalOpened(session: Session, boot: string): Statement {
  return { sql: OPENED, values: common(session, boot, session.startedMs) }
}

/** The session whose opening this statement writes; undefined for any other statement. */
export function openedBy({ sql, values }: Statement): SessionId | undefined {
  return sql === OPENED ? String(values[0]) : undefined
}

export function journalChecked(session: Session, boot: string, nowMs: number): Statement {
  return {
    sql: `insert into journal (${COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?) on conflict (session) do update set
      checked = excluded.checked, seconds = excluded.seconds, up_bytes = excluded.up_bytes, down_bytes = excluded.down_bytes,
      up_packets = excluded.up_packets, down_packets = excluded.down_packets where stopped is null`,
    values: common(session, boot, nowMs),
  }
}

/** Complete in itself, because the opening row may still wait for the disk. A Stop that is there already stands. */
export function journalStopped(session: Session, boot: string, cause: TerminateCause, nowMs: number): Statement {
  return {
    sql: `insert into journal (${COLUMNS}, stopped, cause) values (?,?,?,?,?,?,?,?,?,?,?,?,?) on conflict (session) do update set
      checked = excluded.checked, seconds = excluded.seconds, up_bytes = excluded.up_bytes, down_bytes = excluded.down_bytes,
      up_packets = excluded.up_packets, down_packets = excluded.down_packets, stopped = excluded.stopped, cause = excluded.cause
      where stopped is null`,
    values: [...common(session, boot, nowMs), minuteOf(nowMs), cause],
  }
}

/** For a session that ended with the power: its last checkpoint is all that is known. */
export function journalLost(session: SessionId, cause: TerminateCause): Statement {
  return { sql: 'update journal set stopped = checked, cause = ? where session = ? and stopped is null', values: [cause, session] }
}

export function journalDone(session: SessionId): Statement {
  return { sql: 'delete from journal where session = ?', values: [session] }
}

type Row = {
  session: string; boot: string; token_user: string; site: string; opened: number; checked: number; seconds: number
  up_bytes: number; down_bytes: number; up_packets: number; down_packets: number; stopped: number | null; cause: string | null
}

function rowOf(row: Row): JournalRow {
  const usage = { upBytes: row.up_bytes, downBytes: row.down_bytes, upPackets: row.up_packets, downPackets: row.down_packets }
  return { session: row.session, boot: row.boot, user: row.token_user, site: row.site, openedMinute: row.opened, checkedMinute: row.checked, seconds: row.seconds, usage }
}

function stopOf(row: Row): JournalStop {
  return { ...rowOf(row), stoppedMinute: row.stopped ?? row.checked, cause: row.cause !== null && isCause(row.cause) ? row.cause : 'nasError' }
}

/** Reads the journal through a connection of its own; only the durable writer writes it. */
export type JournalReader = {
  /** Sessions that have no Stop, in the order of their ids, those behind `after`. */
  open(after: SessionId, most: number): OpenRow[]
  /** Stops that no server has acknowledged, oldest first. */
  stops(most: number): JournalStop[]
  stop(session: SessionId): JournalStop | undefined
}

export function createJournalReader(db: Db): JournalReader {
  const open = db.prepare<[string, number], OpenRow>('select session, boot, opened as openedMinute from journal where session > ? and stopped is null order by session limit ?')
  const stops = db.prepare<[number], Row>('select * from journal where stopped is not null order by stopped limit ?')
  const stop = db.prepare<[string], Row>('select * from journal where session = ? and stopped is not null')
  return {
    open: (after, most) => open.all(after, most),
    stops: (most) => stops.all(most).map(stopOf),
    stop(session) {
      const row = stop.get(session)
      return row && stopOf(row)
    },
  }
}
