import type { Authorisation } from '#radius/nas.ts'
import { encodeBase32 } from '#shared/base32.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import { reason } from '#shared/log.ts'
import type { MacAddress, SessionToken } from '#shared/personal.ts'
import type { SiteId } from '#shared/place.ts'
import { NO_USAGE, type Behind, type Grant } from '../gateway/enforcer.ts'
import { writeInTime, type Desk } from './desk.ts'
import { journalOpened, journalDone } from './journal.ts'
import { secondsLeft, type OpeningSession, type OpenSession, type Session, type SessionId, type WithdrawalCode } from './session.ts'
import { noLaterThanClosing, type OverQuota } from './rules.ts'
import { hashToken, newToken } from './token.ts'

const ID_BYTES = 10
const MARK_BYTES = 4
const LARGEST_MARK = 0x7fff_ffff
const NO_CODE = '' as WithdrawalCode

export type Opening = {
  readonly mac: MacAddress
  readonly behind?: Behind
  readonly site: SiteId
  readonly language: string
  readonly method: string
  /** What RADIUS accepted: User-Name and nonce of a portal token; or a name of the citizen's own, with an empty nonce. */
  readonly user: string
  readonly nonce: string
  readonly seconds: number
  readonly limits: Authorisation
  /** Id and withdrawal code of the receipt, and the statement that stores it; absent where nothing was shown to be acknowledged. */
  readonly receipt?: { readonly jti: string; readonly code: WithdrawalCode; readonly statement: Statement }
  /** As which the counter knows the session that this one carries on: it is the same visit. */
  readonly counted?: SessionId
}
export type Opened = { readonly session: OpenSession; readonly token: SessionToken }

function newMark({ store, effects }: Desk): number {
  for (;;) {
    // Random, because marks that count up would tell one visitor how many came since another.
    const mark = effects.random(MARK_BYTES).readUInt32BE() & LARGEST_MARK
    if (mark > 0 && !store.markTaken(mark)) return mark
  }
}

function newSession(desk: Desk, opening: Opening, token: SessionToken): OpeningSession {
  const now = desk.now()
  const { receipt, seconds, counted, ...facts } = opening
  const id = encodeBase32(desk.effects.random(ID_BYTES))
  return {
    kind: 'opening',
    ...facts,
    id,
    mark: newMark(desk),
    tokenHash: hashToken(token),
    receipt: receipt?.jti ?? '',
    withdrawal: receipt?.code ?? NO_CODE,
    counted: counted ?? id,
    startedMs: now,
    deadlineMs: noLaterThanClosing(desk.rules, opening.site, now, now + seconds * 1000),
    usage: NO_USAGE,
    activeMs: now,
    interimMs: now,
    checkedMs: now,
    startTold: false,
  }
}

/** Disk full: the log-in goes on, the acknowledgement waits in the volatile store (protocols.md §3). */
async function acknowledge(desk: Desk, session: OpeningSession, receipt: Statement | undefined): Promise<void> {
  const journal = journalOpened(session, desk.store.boot)
  const statements = receipt ? [receipt, journal] : [journal]
  try {
    await writeInTime(desk, statements)
  } catch (error) {
    const kept = desk.store.keep(statements)
    desk.effects.log.warn('the disk refused an acknowledgement', { kept, reason: reason(error) })
  }
}

/** What the gate is asked to let through: whatever time remains. */
export function grantOf({ mac, mark, limits, usage, behind, ...session }: Session, nowMs: number, overQuota: OverQuota): Grant {
  return {
    mac,
    mark,
    seconds: Math.max(1, secondsLeft(session, nowMs)),
    ...(limits.downKbps !== undefined && { downKbps: limits.downKbps }),
    ...(limits.upKbps !== undefined && { upKbps: limits.upKbps }),
    ...(limits.quotaBytes !== undefined && { quotaBytes: limits.quotaBytes, ...(overQuota !== 'end' && overQuota) }),
    ...(usage.upPackets + usage.downPackets > 0 && { used: usage }),
    ...(behind !== undefined && { behind }),
  }
}

/** Lets an `opening` row through the gate. @throws UnavailableError `enforcer`; the row is still `opening` then. */
export async function admit(desk: Desk, session: OpeningSession): Promise<OpenSession> {
  await desk.legal?.started(session)
  await desk.enforcer.open(grantOf(session, desk.now(), desk.rules.overQuota))
  desk.step('added')
  const { id, mac } = session
  // One that is carried on was counted when it began.
  if (session.counted === id) desk.observations.sessionStarted({ site: session.site, session: id, device: mac, startedMs: session.startedMs, method: session.method, language: session.language })
  desk.store.setOpen(id)
  desk.step('open')
  return { ...session, kind: 'open' }
}

/**
 * The order of effects of protocols.md §3 after RADIUS said yes: disk {receipt, journal} → row `opening` → gate → `open`.
 * Must run in the client's turn.
 * @param way The end of the session that the gate holds for this client, where there is one: begun, so that the disk is asked once for
 * both, and whoever waits here does not see by the time it takes that somebody was there.
 * @throws UnavailableError `enforcer` when the gate does not open: nothing is left behind but the receipt.
 */
export async function openSession(desk: Desk, opening: Opening, way?: Promise<void>): Promise<Opened> {
  const token = newToken(desk.effects.random)
  const session = newSession(desk, opening, token)
  // Both to their end: nobody else may have the turn while one is under way.
  const [acknowledged, ended] = await Promise.allSettled([acknowledge(desk, session, opening.receipt?.statement), way])
  const failed = [acknowledged, ended].find((one) => one.status === 'rejected')
  if (failed) {
    await writeInTime(desk, [journalDone(session.id)]).catch(() => {})
    throw failed.reason
  }
  desk.step('written')
  desk.store.add(session)
  desk.step('opening')
  try {
    return { session: await admit(desk, session), token }
  } catch (error) {
    desk.store.forget(session.id)
    await desk.legal?.ended(session, desk.now())
    await writeInTime(desk, [journalDone(session.id)]).catch(() => {})
    throw error
  }
}
