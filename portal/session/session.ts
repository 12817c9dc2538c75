// The states of a session. `ended` has a cause and no device any more; only it is told to others.
import type { Authorisation, TerminateCause } from '#radius/nas.ts'
import type { MacAddress, Personal } from '#shared/personal.ts'
import type { SiteId } from '#shared/place.ts'
import type { Behind, Usage } from '../gateway/enforcer.ts'
import type { OverQuota } from './rules.ts'

/** Acct-Session-Id: 80 random bits in base 32. */
export type SessionId = string
/** The code that the citizen may later erase the receipt with. */
export type WithdrawalCode = Personal<'withdrawal-code'>

type Facts = {
  readonly id: SessionId
  readonly mac: MacAddress
  /** Absent on our own network. */
  readonly behind?: Behind
  readonly mark: number
  readonly site: SiteId
  readonly language: string
  readonly method: string
  /** User-Name under which the RADIUS server knows it: of the portal token, or what the citizen signed in with. */
  readonly user: string
  /** The token's nonce, hex; empty where the name is the citizen's own, which no disk may learn. */
  readonly nonce: string
  /** SHA-256 of the session token, hex: the token itself is only in the citizen's hands. */
  readonly tokenHash: string
  /** `jti` of the receipt; empty where no page was shown and nothing acknowledged. */
  readonly receipt: string
  readonly withdrawal: WithdrawalCode
  /** Under which id the counter knows it: its own, or that of the session which it carries on after the device's address changed. */
  readonly counted: SessionId
  readonly startedMs: number
  /** When its time is up; once the gate is shut, when that was. */
  readonly deadlineMs: number
  readonly limits: Authorisation
  /** Totals that the enforcer last told. */
  readonly usage: Usage
  /** When the last packet from the device was noticed. */
  readonly activeMs: number
  readonly interimMs: number
  readonly checkedMs: number
  readonly startTold: boolean
}

/** RADIUS said yes and the receipt is stored; the gate may or may not be open yet. */
export type OpeningSession = Facts & { readonly kind: 'opening' }
export type OpenSession = Facts & { readonly kind: 'open' }
/** The gate is shut and the clock stands still, until it is taken up again or `deadlineMs` has come. */
export type PausedSession = Facts & { readonly kind: 'paused'; readonly pausedMs: number; readonly leftMs: number }
/** Being ended; `shut` once the gate is closed and only the journal is outstanding. */
export type ClosingSession = Facts & { readonly kind: 'closing'; readonly cause: TerminateCause; readonly shut: boolean }
export type Session = OpeningSession | OpenSession | PausedSession | ClosingSession
export type EndedSession = { readonly kind: 'ended'; readonly id: SessionId; readonly site: SiteId; readonly cause: TerminateCause; readonly seconds: number; readonly usage: Usage }

/** Which client a session belongs to: the same MAC behind another controller is another one, because there it may be a mere claim. */
export function clientKey(mac: MacAddress, controller = ''): string {
  return controller === '' ? mac : `${mac} ${controller}`
}
export function keyOf({ mac, behind }: Pick<Session, 'mac' | 'behind'>): string {
  return clientKey(mac, behind?.controller)
}

/** Whole seconds, never negative; rounded up, so that a session that is open has at least one left. */
export function secondsLeft(session: Pick<Session, 'deadlineMs'>, nowMs: number): number {
  return Math.max(0, Math.ceil((session.deadlineMs - nowMs) / 1000))
}

export function secondsUsed(session: Session, nowMs: number): number {
  const untilMs = session.kind === 'paused' ? session.pausedMs : Math.min(nowMs, session.deadlineMs)
  return Math.max(0, Math.floor((untilMs - session.startedMs) / 1000))
}

/** In both directions; undefined without a quota. As of the last look at the counters. */
export function bytesLeft({ limits: { quotaBytes }, usage }: Pick<Session, 'limits' | 'usage'>): number | undefined {
  return quotaBytes === undefined ? undefined : Math.max(0, quotaBytes - usage.upBytes - usage.downBytes)
}

/** Counters only grow: an enforcer that was set up anew begins at zero, and what was counted before still holds. */
export function mostOf(a: Usage, b: Usage): Usage {
  return {
    upBytes: Math.max(a.upBytes, b.upBytes),
    downBytes: Math.max(a.downBytes, b.downBytes),
    upPackets: Math.max(a.upPackets, b.upPackets),
    downPackets: Math.max(a.downPackets, b.downPackets),
  }
}

/** Why an open session must end now; undefined while it may go on. */
export function causeToEnd(session: OpenSession, nowMs: number, overQuota: OverQuota): TerminateCause | undefined {
  const { idleSeconds } = session.limits
  if (session.deadlineMs <= nowMs) return 'sessionTimeout'
  if (idleSeconds !== undefined && nowMs - session.activeMs >= idleSeconds * 1000) return 'idleTimeout'
  if (overQuota === 'end' && bytesLeft(session) === 0) return 'nasRequest'
  return undefined
}

/** Minutes since 1970: all that the disk and other servers learn about an instant. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000)
}
