// Sessions whose access server speaks RADIUS itself: it asks our server, it counts, it ends them. Here is only what the citizen's
// link needs, in the runtime directory, from the tap until accounting says that it is over.
import { hash } from 'node:crypto'
import type { AccountingReport } from '#radius/nas.ts'
import { tokenNonce } from '#radius/access/portal-token.ts'
import { encodeBase32 } from '#shared/base32.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { reason } from '#shared/log.ts'
import { parseMacAddress, type MacAddress, type SessionToken } from '#shared/personal.ts'
import { NO_USAGE, type Behind } from '../gateway/enforcer.ts'
import { writeInTime, type Desk } from '../session/desk.ts'
import type { OpenSession, WithdrawalCode } from '../session/session.ts'
import { hashToken, newToken } from '../session/token.ts'

const ID_BYTES = 10
/** As long as the RADIUS server takes the token for the first time. */
const FIRST_USE_MS = 120_000
const MOST_GUESTS = 65_536

/** Append only. */
export const GUEST_TABLE = `create table guest (
     name text primary key,
     token_hash text not null unique,
     mac text not null,
     controller text not null,
     deadline_ms integer not null,
     heard integer not null default 0,
     facts text not null
   ) strict, without rowid;
   create index guest_client on guest (mac, controller);
   create index guest_due on guest (deadline_ms);`

export type Handing = {
  readonly mac: MacAddress
  readonly behind: Behind
  readonly site: string
  readonly language: string
  readonly method: string
  readonly user: string
  /** Of a portal token; empty where the name is somebody's own. */
  readonly nonce: string
  /** What the RADIUS server is expected to grant. */
  readonly seconds: number
  readonly receipt: { readonly jti: string; readonly code: WithdrawalCode; readonly statement: Statement }
}

export type Guest = OpenSession & { readonly behind: Behind }

export type Guests = {
  /** Stores the receipt and the row, in this order: the token leaves afterwards. */
  hand(handing: Handing): Promise<SessionToken>
  /** From accounting: the access server has begun, goes on with, or has ended the session of a token. */
  heard(report: Pick<AccountingReport, 'status' | 'userName' | 'callingStationId' | 'sessionSeconds'>): void
  /** From the controller's own signed word. */
  online(user: string, mac: MacAddress, secondsLeft: number | undefined): void
  held(token: SessionToken): Guest | undefined
  /** Who is online; one that was only handed over is not. */
  live(mac: MacAddress, controller: string): Guest | undefined
  byId(id: string): Guest | undefined
  gone(guest: Guest): void
  /** Drops what was never begun and what is over. */
  round(): void
}

type Row = { readonly facts: string; readonly deadline_ms: number; readonly heard: number }

/** A token is one session; of somebody's own name there may be one for each device. */
function nameOf(user: string, mac: MacAddress | undefined): string | undefined {
  return tokenNonce(user) ?? (mac && hash('sha256', `${user}\0${mac}`))
}

/**
 * @param db with `GUEST_TABLE`.
 * @param onBegun its redirect is used up.
 * @param hears whether the RADIUS server tells us what it hears: else a guest is taken to be online for as long as was promised.
 */
export function createGuests(db: Db, desk: Pick<Desk, 'durable' | 'effects' | 'observations' | 'now' | 'store'>, hears: boolean, onBegun: (behind: Behind) => void): Guests {
  const { effects, observations, now } = desk
  const one = (where: string) => db.prepare<string[], Row>(`select facts, deadline_ms, heard from guest where ${where}`)
  const byHash = one('token_hash = ?')
  const byName = one('name = ?')
  const byId = one("json_extract(facts, '$.id') = ?")
  const ofClient = one(`mac = ? and controller = ?${hears ? ' and heard = 1' : ''} order by deadline_ms desc`)
  const due = db.prepare<[number], Row>('select facts, deadline_ms, heard from guest where deadline_ms <= ?')
  const insert = db.prepare('insert or replace into guest (name, token_hash, mac, controller, deadline_ms, facts) values (?, ?, ?, ?, ?, ?)')
  const begin = db.prepare('update guest set heard = 1, deadline_ms = ? where name = ?')
  const remove = db.prepare('delete from guest where name = ?')
  const count = db.prepare<[], number>('select count(*) from guest').pluck()

  /** The cast restores what `hand` wrote; the deadline has a column because it moves. */
  function guestOf(row: Row | undefined): Guest | undefined {
    if (!row) return undefined
    const guest = JSON.parse(row.facts) as Guest
    return row.heard === 1 ? { ...guest, deadlineMs: row.deadline_ms } : guest
  }
  function inTime(guest: Guest | undefined): Guest | undefined {
    return guest && guest.deadlineMs > now() ? guest : undefined
  }

  async function store(statement: Statement): Promise<void> {
    try {
      await writeInTime(desk, [statement])
    } catch (error) {
      const kept = desk.store.keep([statement])
      effects.log.warn('the disk refused an acknowledgement', { kept, reason: reason(error) })
    }
  }

  function newGuest({ receipt, seconds, ...facts }: Handing, token: SessionToken): Guest {
    const startedMs = now()
    return {
      kind: 'open', ...facts, id: encodeBase32(effects.random(ID_BYTES)), mark: 0, tokenHash: hashToken(token), receipt: receipt.jti, withdrawal: receipt.code,
      counted: '', startedMs, deadlineMs: startedMs + seconds * 1000, limits: { sessionSeconds: seconds }, usage: NO_USAGE,
      activeMs: startedMs, interimMs: startedMs, checkedMs: startedMs, startTold: true,
    }
  }

  /** Once: later words only move the deadline. */
  function begun(name: string, deadlineOf: (guest: Guest) => number): void {
    const row = byName.get(name)
    const guest = guestOf(row)
    if (!row || !guest) return
    begin.run(deadlineOf(guest), name)
    if (row.heard === 1) return
    onBegun(guest.behind)
    observations.sessionStarted({ site: guest.site, session: guest.id, device: guest.mac, startedMs: now(), method: guest.method, language: guest.language })
  }

  function gone(guest: Guest): void {
    const name = nameOf(guest.user, guest.mac) ?? ''
    const { heard = 0 } = byName.get(name) ?? {}
    remove.run(name)
    if (heard === 1) observations.sessionEnded(guest.id, Math.min(now(), guest.deadlineMs))
  }

  return {
    async hand(handing) {
      const token = newToken(effects.random)
      const guest = newGuest(handing, token)
      await store(handing.receipt.statement)
      const name = nameOf(guest.user, guest.mac) ?? ''
      if ((count.get() ?? 0) < MOST_GUESTS) insert.run(name, guest.tokenHash, guest.mac, guest.behind.controller, hears ? now() + FIRST_USE_MS : guest.deadlineMs, JSON.stringify(guest))
      return token
    },
    heard({ status, userName, callingStationId, sessionSeconds = 0 }) {
      const name = nameOf(userName, parseMacAddress(callingStationId ?? ''))
      if (name === undefined) return
      const guest = status === 'stop' ? guestOf(byName.get(name)) : undefined
      if (guest) gone(guest)
      else if (status === 'start' || status === 'interim') begun(name, ({ limits }) => now() + Math.max(0, (limits.sessionSeconds ?? 0) - sessionSeconds) * 1000)
    },
    online(user, mac, secondsLeft) {
      begun(nameOf(user, mac) ?? '', ({ limits, deadlineMs }) => (secondsLeft === undefined ? Math.max(deadlineMs, now() + (limits.sessionSeconds ?? 0) * 1000) : now() + secondsLeft * 1000))
    },
    held: (token) => inTime(guestOf(byHash.get(hashToken(token)))),
    live: (mac, controller) => inTime(guestOf(ofClient.get(mac, controller))),
    byId: (id) => guestOf(byId.get(id)),
    gone,
    round() {
      for (const row of due.all(now())) {
        const guest = guestOf(row)
        if (guest) gone(guest)
      }
    },
  }
}
