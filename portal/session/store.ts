import type { Authorisation, TerminateCause } from '#radius/nas.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Usage } from '../gateway/enforcer.ts'
import { INSERT_SESSION, limitValues, sessionOf, UPDATE_LIMITS, valuesOf, type SessionRow } from './rows.ts'
import { clientKey, type OpeningSession, type OpenSession, type Session, type SessionId } from './session.ts'

/** Acknowledgements that wait for the disk; beyond this they are lost rather than the memory. */
const MOST_WAITING = 20_000

/** What is left of a session until its Stop is acknowledged. */
export type Farewell = { readonly session: SessionId; readonly mac: MacAddress; readonly user: string | undefined; readonly class: Uint8Array | undefined; readonly startedMs: number; readonly startTold: boolean }

/**
 * The truth about who may be online. It lives in the runtime directory: a restart keeps it, a reboot does not, and a stolen
 * disk does not have it (protocols.md §3). Writes are synchronous and cost microseconds.
 */
export type SessionStore = {
  /** Made with the store: tells a restart (same) from a reboot (another). */
  readonly boot: string
  /** Since when this boot is, while no server is known to have heard its Accounting-On; undefined after `setAnnounced`. */
  unannouncedMs(): number | undefined
  setAnnounced(): void
  add(session: OpeningSession): void
  setOpen(id: SessionId): void
  setClosing(id: SessionId, cause: TerminateCause): void
  /** The clock stands still; the pause itself lasts until `untilMs` at most. */
  setPaused(id: SessionId, pausedMs: number, leftMs: number, untilMs: number): void
  /** As if the pause had not been: the beginning moves by its length. The state stays what it is. */
  skipPause(id: SessionId, nowMs: number): void
  setResumed(id: SessionId, deadlineMs: number, nowMs: number): void
  /** The gate is shut: whatever is still to be written, the session ended at `atMs`, or at its deadline before. */
  setShut(id: SessionId, usage: Usage, atMs: number): void
  setUsage(id: SessionId, usage: Usage, activeMs: number): void
  /** Other limits and another deadline for a running session. */
  setLimits(id: SessionId, deadlineMs: number, limits: Authorisation): void
  setStartTold(id: SessionId): void
  setInterim(id: SessionId, ms: number): void
  setChecked(id: SessionId, ms: number): void
  /** The row goes, the farewell stays. */
  retire(id: SessionId, endedMs: number): void
  forget(id: SessionId): void
  byId(id: SessionId): Session | undefined
  byTokenHash(hash: string): Session | undefined
  /** The one that holds, or may hold, the gate open for this device. */
  ofClient(mac: MacAddress, controller?: string): Session | undefined
  byNonce(nonce: string): Session | undefined
  byMark(mark: number): Session | undefined
  has(id: SessionId): boolean
  all(): Session[]
  /** Half open, half closed, or beyond their deadline. */
  unsettled(nowMs: number): Session[]
  /** Those that a foreign controller holds. */
  behind(): Session[]
  /** In the order of their ids, those behind `after`. */
  page(after: SessionId, most: number): Session[]
  /** Those on their way in or out. */
  ofKind<Kind extends 'opening' | 'closing'>(kind: Kind): Extract<Session, { kind: Kind }>[]
  /** Open ones of which no server has heard. */
  untold(most: number): OpenSession[]
  /** How many hold the gate open, or may. */
  openCount(): number
  due(nowMs: number): SessionId[]
  nextDeadline(): number | undefined
  markTaken(mark: number): boolean
  /** The wall clock jumped: all times move with it, so that what is left stays what it was. */
  shift(ms: number): void
  farewell(id: SessionId): Farewell | undefined
  farewellTold(id: SessionId): void
  dropFarewell(id: SessionId): void
  /** Forgets the devices of sessions that ended before; their Stops go out without them. */
  dropFarewells(beforeMs: number): void
  /** Statements for the disk that it would not take. False when there are too many. */
  keep(statements: readonly Statement[]): boolean
  kept(most: number): { id: number; statements: Statement[] }[]
  unkeep(id: number): void
}

function bootOf(db: Db, fresh: () => string, nowMs: number): string {
  const known = db.prepare<[], { id: string }>('select id from boot').get()
  if (known) return known.id
  const id = fresh()
  db.prepare('insert into boot (id, since_ms, announced) values (?, ?, 0)').run(id, nowMs)
  return id
}

function isOf<Kind extends Session['kind']>(session: Session, kind: Kind): session is Extract<Session, { kind: Kind }> {
  return session.kind === kind
}

type ClientRow = { mac: MacAddress; controller: string }
const keyOf = ({ mac, controller }: ClientRow): string => clientKey(mac, controller)

/** `fresh` makes 16 hexadecimal digits at random; `nowMs` is when a boot begins that is not known yet. */
export function createSessionStore(db: Db, fresh: () => string, nowMs: number): SessionStore {
  const one = <Key extends string | number>(where: string) => {
    const statement = db.prepare<[Key], SessionRow>(`select * from session where ${where}`)
    return (value: Key): Session | undefined => {
      const row = statement.get(value)
      return row && sessionOf(row)
    }
  }
  const ofClient = db.prepare<[string, string], SessionRow>('select * from session where mac = ? and controller = ? and shut = 0')
  const run = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: (string | number)[]): void => void statement.run(...values)
  }
  const insert = db.prepare(INSERT_SESSION)
  const limit = db.prepare(UPDATE_LIMITS)
  const all = db.prepare<[], SessionRow>('select * from session')
  const openCount = db.prepare<[], number>('select count(*) from session where shut = 0').pluck()
  const has = db.prepare<[string], number>('select 1 from session where id = ?').pluck()
  const unsettled = db.prepare<[number], SessionRow>("select * from session where kind in ('opening', 'closing') or deadline_ms <= ?")
  const behind = db.prepare<[], SessionRow>("select * from session where controller <> ''")
  const page = db.prepare<[string, number], SessionRow>('select * from session where id > ? order by id limit ?')
  const due = db.prepare<[number], { id: string }>("select id from session where deadline_ms <= ? and kind <> 'closing'")
  // Asked after every log-in: in the order of the index the first row is the answer, min() would read them all.
  const next = db.prepare<[], { at: number }>("select deadline_ms as at from session where kind <> 'closing' order by deadline_ms limit 1")
  const unannounced = db.prepare<[], number>('select since_ms from boot where announced = 0').pluck()
  const shiftBoot = db.prepare('update boot set since_ms = since_ms + @ms')
  const shiftCodes = db.prepare('update reentry set until_ms = until_ms + @ms, deadline_ms = deadline_ms + @ms')
  const shift = db.prepare('update session set started_ms = started_ms + @ms, deadline_ms = deadline_ms + @ms, active_ms = active_ms + @ms, interim_ms = interim_ms + @ms, checked_ms = checked_ms + @ms, paused_ms = paused_ms + @ms')
  const usage = run('update session set up_bytes = ?, down_bytes = ?, up_packets = ?, down_packets = ?, active_ms = ? where id = ?')
  const shut = db.prepare<[number, number, number, number, number, string], ClientRow>('update session set shut = 1, deadline_ms = min(deadline_ms, ?), up_bytes = ?, down_bytes = ?, up_packets = ?, down_packets = ? where id = ? returning mac, controller')
  const leave = run('insert or replace into farewell (session, mac, user, class, started_ms, start_told, ended_ms) select id, mac, token_user, class, started_ms, start_told, ? from session where id = ?')
  const drop = db.prepare<[string], ClientRow & { mark: number }>('delete from session where id = ? returning mac, controller, mark')
  const open = run("update session set kind = 'open' where id = ?")
  const close = run("update session set kind = 'closing', cause = ? where id = ?")
  const startTold = db.prepare<[string]>('update session set start_told = 1 where id = ?')
  const farewellTold = run('update farewell set start_told = 1 where session = ?')
  const farewell = db.prepare<[string], { session: string; mac: string; user: string | null; class: Uint8Array | null; started_ms: number; start_told: number }>('select * from farewell where session = ?')
  const waiting = db.prepare<[], { n: number }>('select count(*) as n from waiting')
  const keep = run('insert into waiting (statements) values (?)')
  const kept = db.prepare<[number], { id: number; statements: string }>('select id, statements from waiting order by id limit ?')

  // Most who ask are not online, and each asks a few times before the tap: whoever is not in here is in no row.
  const clients = new Set(db.prepare<[], ClientRow>('select mac, controller from session where shut = 0').all().map(keyOf))

  function left(row: ClientRow | undefined): void {
    if (row && !ofClient.get(row.mac, row.controller)) clients.delete(keyOf(row))
  }
  // Few at any time, so that no round reads every row to find them. They change after the row: a statement that throws has changed nothing.
  const idsOf = (where: string): Set<SessionId> => new Set(db.prepare<[], string>(`select id from session where ${where}`).pluck().all())
  const underWay: Record<'opening' | 'closing', Set<SessionId>> = { opening: idsOf("kind = 'opening'"), closing: idsOf("kind = 'closing'") }
  const untold = idsOf('start_told = 0')
  const marks = new Set(db.prepare<[], number>('select mark from session').pluck().all())

  type Dropped = ClientRow & { mark: number }
  function gone(id: SessionId, row: Dropped | undefined): void {
    left(row)
    if (row) marks.delete(row.mark)
    for (const ids of [underWay.opening, underWay.closing, untold]) ids.delete(id)
  }
  const retire = db.transaction((id: SessionId, endedMs: number): Dropped | undefined => {
    leave(endedMs, id)
    return drop.get(id)
  })

  const byId = one<SessionId>('id = ?')
  function rowsOf<Kind extends Session['kind']>(ids: Iterable<SessionId>, kind: Kind, most: number): Extract<Session, { kind: Kind }>[] {
    const rows: Extract<Session, { kind: Kind }>[] = []
    for (const id of ids) {
      if (rows.length >= most) break
      const session = byId(id)
      if (session && isOf(session, kind)) rows.push(session)
    }
    return rows
  }

  const boot = bootOf(db, fresh, nowMs)
  // Asked before every report.
  let unannouncedMs = unannounced.get()
  const setAnnounced = run('update boot set announced = 1')

  return {
    boot,
    unannouncedMs: () => unannouncedMs,
    setAnnounced() {
      setAnnounced()
      unannouncedMs = undefined
    },
    add(session) {
      insert.run(valuesOf(session))
      underWay.opening.add(session.id)
      untold.add(session.id)
      marks.add(session.mark)
      clients.add(keyOf({ mac: session.mac, controller: session.behind?.controller ?? '' }))
    },
    setOpen(id) {
      open(id)
      underWay.opening.delete(id)
    },
    setClosing(id, cause) {
      close(cause, id)
      underWay.opening.delete(id)
      underWay.closing.add(id)
    },
    setPaused: ((pause) => (id: SessionId, pausedMs: number, leftMs: number, untilMs: number) => pause(pausedMs, leftMs, untilMs, id))(run("update session set kind = 'paused', paused_ms = ?, left_ms = ?, deadline_ms = ? where id = ?")),
    skipPause: ((skip) => (id: SessionId, nowMs: number) => skip(nowMs, id))(run('update session set started_ms = started_ms + ? - paused_ms, paused_ms = null where id = ? and paused_ms is not null')),
    setResumed: ((resume) => (id: SessionId, deadlineMs: number, nowMs: number) => resume(deadlineMs, nowMs, id))(run("update session set kind = 'open', deadline_ms = ?, active_ms = ?, left_ms = null where id = ?")),
    setShut(id, u, atMs) {
      left(shut.get(atMs, u.upBytes, u.downBytes, u.upPackets, u.downPackets, id))
    },
    setUsage: (id, u, activeMs) => usage(u.upBytes, u.downBytes, u.upPackets, u.downPackets, activeMs, id),
    setLimits: (id, deadlineMs, limits) => void limit.run({ id, deadlineMs, ...limitValues(limits) }),
    setStartTold(id) {
      if (startTold.run(id).changes === 0) farewellTold(id)
      untold.delete(id)
    },
    setInterim: ((set) => (id: SessionId, ms: number) => set(ms, id))(run('update session set interim_ms = ? where id = ?')),
    setChecked: ((set) => (id: SessionId, ms: number) => set(ms, id))(run('update session set checked_ms = ? where id = ?')),
    retire: (id, endedMs) => gone(id, retire(id, endedMs)),
    forget: (id) => gone(id, drop.get(id)),
    byId,
    byTokenHash: one('token_hash = ?'),
    ofClient(mac, controller = '') {
      const row = clients.has(keyOf({ mac, controller })) ? ofClient.get(mac, controller) : undefined
      return row && sessionOf(row)
    },
    byMark: one<number>('mark = ?'),
    byNonce: one("token_nonce = ? and kind <> 'closing'"),
    has: (id) => has.get(id) !== undefined,
    all: () => all.all().map(sessionOf),
    unsettled: (nowMs) => unsettled.all(nowMs).map(sessionOf),
    behind: () => behind.all().map(sessionOf),
    page: (after, most) => page.all(after, most).map(sessionOf),
    ofKind: (kind) => rowsOf(underWay[kind], kind, Infinity),
    untold: (most) => rowsOf(untold, 'open', most),
    openCount: () => openCount.get() ?? 0,
    due: (nowMs) => due.all(nowMs).map((row) => row.id),
    nextDeadline: () => next.get()?.at,
    markTaken: (mark) => marks.has(mark),
    shift(ms) {
      shift.run({ ms })
      shiftBoot.run({ ms })
      unannouncedMs = unannounced.get()
      shiftCodes.run({ ms })
    },
    farewell(id) {
      const row = farewell.get(id)
      return row && { session: row.session, mac: row.mac as MacAddress, user: row.user ?? undefined, class: row.class ?? undefined, startedMs: row.started_ms, startTold: row.start_told === 1 }
    },
    farewellTold,
    dropFarewell: run('delete from farewell where session = ?'),
    dropFarewells: run('delete from farewell where ended_ms < ?'),
    keep(statements) {
      if ((waiting.get()?.n ?? 0) >= MOST_WAITING) return false
      keep(JSON.stringify(statements))
      return true
    },
    kept: (most) => kept.all(most).map((row) => ({ id: row.id, statements: JSON.parse(row.statements) as Statement[] })),
    unkeep: run('delete from waiting where id = ?'),
  }
}
