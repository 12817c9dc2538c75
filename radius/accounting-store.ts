/**
 * Where accounting is kept, beside the portal and without it: journal → sessions. On disk stand a session's name, token user,
 * minutes, counters and cause; never a station, an address or an account's name: this is where they are dropped.
 */
import { every, type Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { reason, type Log } from '#shared/log.ts'
import { readTokenUser, userOfRecord } from './access/portal-token.ts'
import { createAgeing } from './accounting/ageing.ts'
import { createFold } from './accounting/fold.ts'
import { createJournal } from './accounting/journal.ts'
import type { AccountingRecord } from './accounting/record.ts'
import type { LiveSession, LiveSessions } from './live-sessions.ts'
import { ACCOUNTING_STATUS, TERMINATE_CAUSES, type AccountingReport, type AccountingStore, type Origin } from './nas.ts'
import type { SessionNames } from './session-name.ts'

export { ACCOUNTING_MIGRATIONS } from './accounting/schema.ts'

/** How far back an event is believed: an access server may have kept its reports while it could not reach us. */
const MOST_LATE_MINUTES = 24 * 60
const LISTEN_FOR_SILENCE_EVERY_MS = 60_000

export type AccountingStoreParts = {
  /** Opened with `ACCOUNTING_TABLES` among its migrations, durability `full`. */
  readonly writer: DurableWriter
  /** A connection that reads the same file. */
  readonly reader: Db
  readonly clock: Clock
  readonly log: Log
  readonly nameOf: SessionNames
  /** The sessions that the server follows. */
  readonly live: LiveSessions
}
export type OwnAccounting = Required<AccountingStore> & {
  /** Resolves when what was recorded until now is in the table of sessions, or when the disk refuses. */
  settled(): Promise<void>
  /** Closes and forgets rows; does so each ten minutes by itself. */
  tidy(): Promise<void>
  /** Finishes what it is at; the writer belongs to the caller. */
  close(): Promise<void>
}

/** An access server without a clock must not make its sessions look ancient, nor keep their rows for ever. */
function eventMinute({ eventSeconds }: AccountingReport, nowMinute: number): number {
  const minute = Math.floor(eventSeconds / 60)
  return minute > nowMinute || minute < nowMinute - MOST_LATE_MINUTES ? nowMinute : minute
}

const isOfTheNas = ({ status }: AccountingReport): boolean => status === 'on' || status === 'off'

/** Of an On or Off, how long it waited is believed instead of a clock: that of an access server which starts is often wrong. */
function delayOf({ delaySeconds = 0 }: AccountingReport): number {
  return Math.min(delaySeconds, MOST_LATE_MINUTES * 60)
}

function causeOf({ status, terminateCause }: AccountingReport): number {
  if (status === 'on' || status === 'off') return TERMINATE_CAUSES.nasReboot
  return status === 'stop' ? TERMINATE_CAUSES[terminateCause ?? 'nasError'] : 0
}

export function createAccountingStore({ writer, reader, clock, log, nameOf, live }: AccountingStoreParts): OwnAccounting {
  const fold = createFold({ writer, reader, clock, log })
  const journal = createJournal(writer, clock, fold.wake)
  const ageing = createAgeing({ writer, reader, clock, log })
  const minuteBefore = (seconds: number): number => Math.max(0, Math.floor((clock.now() / 1000 - seconds) / 60))
  fold.wake()

  function storedAs({ client }: Origin, { acctSessionId, userName, callingStationId }: AccountingReport, session: LiveSession | undefined): NonNullable<LiveSession['stored']> {
    const known = session?.stored
    if (known) return known
    // A report, our own of a lost Stop among them, need not name the station and the user by which the session was known from the beginning.
    const station = callingStationId ?? session?.callingStationId
    const name = userName || session?.userName
    const token = name === undefined ? undefined : readTokenUser(name)
    const user = token ? userOfRecord(token) : ''
    // A token's user names nobody.
    const stored = { session: nameOf(client, acctSessionId, { callingStationId: station, userName: user === '' ? name : undefined }), user }
    if (session) session.stored = stored
    return stored
  }

  function recordOf(origin: Origin, report: AccountingReport, session: LiveSession | undefined): AccountingRecord {
    const stored = storedAs(origin, report, session)
    const heardMinute = minuteBefore(0)
    const delaySeconds = isOfTheNas(report) ? delayOf(report) : undefined
    return {
      status: ACCOUNTING_STATUS[report.status],
      cause: causeOf(report),
      minute: delaySeconds === undefined ? eventMinute(report, heardMinute) : minuteBefore(delaySeconds),
      heardMinute,
      seconds: delaySeconds ?? report.sessionSeconds ?? 0,
      inputOctets: report.inputOctets ?? 0,
      outputOctets: report.outputOctets ?? 0,
      inputPackets: report.inputPackets ?? 0,
      outputPackets: report.outputPackets ?? 0,
      client: origin.client,
      nas: report.nasIdentifier,
      session: stored.session,
      user: stored.user,
    }
  }

  function record(origin: Origin, report: AccountingReport, session?: LiveSession): Promise<void> {
    return journal.append(recordOf(origin, report, session))
  }

  /** Its Stop was lost with its access server, or on the way: its last word is the last that is known of it. */
  function lost(session: LiveSession): Promise<void> {
    const { origin, nasIdentifier, acctSessionId, userName, lastMs, seconds } = session
    return record(origin, { status: 'stop', nasIdentifier, acctSessionId, userName, eventSeconds: lastMs / 1000, sessionSeconds: seconds, terminateCause: 'lostCarrier' }, session)
  }
  function closeSilent(): void {
    for (const session of live.expire()) {
      lost(session).catch((error: unknown) => log.scoped('radius').warn('a silent session is not closed yet', { reason: reason(error) }))
    }
  }
  const cancel = every(clock, LISTEN_FOR_SILENCE_EVERY_MS, closeSilent, () => undefined)

  return {
    record,
    alive: (nonce) => live.of(`token:${nonce}`).length > 0,
    usedBytes: (nonce) => live.octetsOf(`token:${nonce}`),
    async settled() {
      await journal.idle()
      await fold.settled()
    },
    tidy: ageing.walk,
    async close() {
      cancel()
      await journal.idle()
      await Promise.all([ageing.close(), fold.close()])
    },
  }
}
