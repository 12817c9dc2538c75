// Sessions whose access server speaks RADIUS itself: it asks our server, it counts, it ends them. Here is only what the citizen's
// link needs, in the runtime directory, from the tap until accounting says that it is over.
import { hash } from 'node:crypto'
import type { AccountingReport } from '#radius/nas.ts'
import { tokenNonce } from '#radius/access/portal-token.ts'
import { encodeBase32 } from '#shared/base32.ts'
import type { Db } from '#shared/db/open.ts'
import { parseMacAddress, type MacAddress, type SessionToken } from '#shared/personal.ts'
import type { Settle, SignedTap } from '../consent/acknowledge.ts'
import { NO_USAGE, type Behind } from '../gateway/enforcer.ts'
import type { Desk } from '../session/desk.ts'
import type { OpenSession } from '../session/session.ts'
import { hashToken, newToken } from '../session/token.ts'
import type { Arrival } from './controller.ts'
import type { ControllerDesk } from './controller-desk.ts'
import { createGuestConsents } from './guest-consents.ts'
import { REDIRECT } from './guest-table.ts'

const ID_BYTES = 10
/** As long as the RADIUS server takes the token for the first time. */
const FIRST_USE_MS = 120_000
/** A name and its password go on at once: who mistyped and is here again must not find two taps of their own. */
const NAME_UNDER_WAY_MS = 30_000
const MOST_GUESTS = 65_536

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
  readonly signed: SignedTap
}

export type Guest = OpenSession & { readonly behind: Behind }

export type Guests = {
  /** Notes the tap: the token leaves afterwards. */
  hand(handing: Handing): Promise<SessionToken>
  /** From accounting: the access server, by its name as a RADIUS client, has begun, goes on with, or has ended a session. */
  heard(report: Pick<AccountingReport, 'status' | 'userName' | 'callingStationId' | 'sessionSeconds'>, client: string): void
  /** From the controller's own signed word. */
  online(user: string, arrival: Pick<Arrival, 'mac' | 'controller' | 'secondsLeft'>): void
  held(token: SessionToken): Guest | undefined
  /**
   * Who is online; one that was only handed over is not, where we hear of it. Of several with this MAC the one of this very redirect: where
   * nobody vouches for a MAC, anybody may have tapped after it.
   */
  live(mac: MacAddress, behind: Behind): Guest | undefined
  /** Who is online: the name of a tap alone ends nobody's session. */
  byId(id: string): Guest | undefined
  gone(guest: Guest): void
  /** Drops what was never begun and what is over. */
  round(): void
}

type Row = { readonly facts: string; readonly deadline_ms: number; readonly heard: number }

/** A token is one tap. Of somebody's own name there may be several, and it is known by its device and by which RADIUS client asks about it. */
function nameOf(user: string, mac: MacAddress | undefined, client: string): string | undefined {
  return tokenNonce(user) ?? (mac && hash('sha256', `${user}\0${mac}\0${client}`))
}

export type GuestParts = {
  /** Whether the RADIUS server tells us what it hears: else a guest is taken to be online for as long as was promised. */
  readonly hears: boolean
  readonly controllers: Pick<ControllerDesk, 'used' | 'radiusClientOf'>
  readonly settle: Settle
}

/** @param db with `GUEST_REDIRECT`. */
export function createGuests(db: Db, desk: Pick<Desk, 'durable' | 'effects' | 'observations' | 'now' | 'store'>, { hears, controllers, settle }: GuestParts): Guests {
  const { effects, observations, now } = desk
  const consents = createGuestConsents(db, desk, settle)
  const rows = (where: string) => db.prepare<string[], Row>(`select facts, deadline_ms, heard from guest where ${where}`)
  const byHash = rows('token_hash = ?')
  const ofName = db.prepare<[string, number], Row>('select facts, deadline_ms, heard from guest where name = ? and (heard = 1 or deadline_ms > ?) order by heard desc, deadline_ms desc limit 2')
  const byId = rows('id = ? and heard = 1')
  const online = hears ? ' and heard = 1' : ''
  const ofRedirect = rows(`mac = ? and controller = ? and ${REDIRECT} = ?${online} order by deadline_ms desc`)
  const ofClient = rows(`mac = ? and controller = ?${online} order by deadline_ms desc`)
  const due = db.prepare<[number], Row>('select facts, deadline_ms, heard from guest where deadline_ms <= ?')
  const insert = db.prepare('insert into guest (id, name, token_hash, mac, controller, deadline_ms, facts, consent) values (?, ?, ?, ?, ?, ?, ?, ?)')
  const begin = db.prepare('update guest set heard = 1, deadline_ms = ? where id = ?')
  const remove = db.prepare('delete from guest where id = ?')
  const count = db.prepare<[], number>('select count(*) from guest').pluck()
  // At most gateways there never is one, and each report and each look-up would ask for it.
  let hasGuests = (count.get() ?? 0) > 0
  const makeRoom = db.prepare('delete from guest where id = (select id from guest where heard = 0 order by deadline_ms limit 1)')

  /** The cast restores what `hand` wrote; the deadline has a column because it moves. */
  function guestOf(row: Row | undefined): Guest | undefined {
    if (!row) return undefined
    const guest = JSON.parse(row.facts) as Guest
    return row.heard === 1 ? { ...guest, deadlineMs: row.deadline_ms } : guest
  }
  function inTime(guest: Guest | undefined): Guest | undefined {
    return guest && guest.deadlineMs > now() ? guest : undefined
  }

  function newGuest({ signed: { receipt }, seconds, ...facts }: Handing, token: SessionToken): Guest {
    const startedMs = now()
    return {
      kind: 'open', ...facts, id: encodeBase32(effects.random(ID_BYTES)), mark: 0, tokenHash: hashToken(token), receipt: receipt.jti, withdrawal: receipt.code,
      counted: '', startedMs, deadlineMs: startedMs + seconds * 1000, limits: { sessionSeconds: seconds }, usage: NO_USAGE,
      activeMs: startedMs, interimMs: startedMs, checkedMs: startedMs, startTold: true,
    }
  }

  function untilHeard({ nonce, deadlineMs }: Guest): number {
    return hears ? now() + (nonce === '' ? NAME_UNDER_WAY_MS : FIRST_USE_MS) : deadlineMs
  }

  /**
   * Whose tap a session under this name is: that which it began with; else the last one of the device, where the controller says that
   * it is the device. Where anybody may have claimed to be, two that claim it are contested, and it is nobody's.
   */
  function tapOf(name: string): Row | undefined {
    if (!hasGuests) return undefined
    const [first, second] = ofName.all(name, now())
    return first?.heard === 1 || second === undefined || guestOf(first)?.behind.facts['bind'] === 'ctl' ? first : undefined
  }

  /** Once: later words only move the deadline. */
  function begun(row: Row | undefined, deadlineOf: (guest: Guest) => number): void {
    const guest = guestOf(row)
    if (!row || !guest) return
    begin.run(deadlineOf(guest), guest.id)
    if (row.heard === 1) return
    consents.soon(guest.id)
    controllers.used(guest.behind)
    observations.sessionStarted({ site: guest.site, session: guest.id, device: guest.mac, startedMs: now(), method: guest.method, language: guest.language })
  }

  function gone(guest: Guest): void {
    const begun = byId.get(guest.id) !== undefined
    remove.run(guest.id)
    if (begun) observations.sessionEnded(guest.id, Math.min(now(), guest.deadlineMs))
  }

  return {
    async hand(handing) {
      const token = newToken(effects.random)
      const guest = newGuest(handing, token)
      const name = nameOf(guest.user, guest.mac, controllers.radiusClientOf(guest.behind.controller)) ?? ''
      // Of taps that nothing may come of the oldest goes, so that a flood of them keeps out nobody who is let in at once.
      if ((count.get() ?? 0) < MOST_GUESTS || makeRoom.run().changes > 0) insert.run(guest.id, name, guest.tokenHash, guest.mac, guest.behind.controller, untilHeard(guest), JSON.stringify(guest), JSON.stringify(handing.signed))
      hasGuests = true
      if (!hears) await consents.acknowledge(guest.id)
      return token
    },
    heard({ status, userName, callingStationId, sessionSeconds = 0 }, client) {
      const name = nameOf(userName, parseMacAddress(callingStationId ?? ''), client)
      if (name === undefined) return
      const row = tapOf(name)
      // Somebody's own name is in many a session: what goes on, or ends, without having begun here is another one than the tap's.
      if (row?.heard !== 1 && status !== 'start' && tokenNonce(userName) === undefined) return
      const guest = status === 'stop' ? guestOf(row) : undefined
      if (guest) gone(guest)
      else if (status === 'start' || status === 'interim') begun(row, ({ limits }) => now() + Math.max(0, (limits.sessionSeconds ?? 0) - sessionSeconds) * 1000)
    },
    online(user, { mac, controller, secondsLeft }) {
      begun(tapOf(nameOf(user, mac, controllers.radiusClientOf(controller)) ?? ''), ({ limits, deadlineMs }) => (secondsLeft === undefined ? Math.max(deadlineMs, now() + (limits.sessionSeconds ?? 0) * 1000) : now() + secondsLeft * 1000))
    },
    held: (token) => (hasGuests ? inTime(guestOf(byHash.get(hashToken(token)))) : undefined),
    live: (mac, { controller, facts: { once = '' } }) => inTime(guestOf(ofRedirect.get(mac, controller, once))) ?? inTime(guestOf(ofClient.get(mac, controller))),
    byId: (id) => guestOf(byId.get(id)),
    gone,
    round() {
      for (const row of due.all(now())) {
        const guest = guestOf(row)
        if (guest) gone(guest)
      }
      hasGuests &&= (count.get() ?? 0) > 0
    },
  }
}
