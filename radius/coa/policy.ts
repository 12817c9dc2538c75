/** Pure: which running session must end, why, and when an access server that did not end it is asked again. */
import type { ErrorCause } from './error-causes.ts'
import type { Told } from './sender.ts'

/** What the holder of a session still has at this moment. Absent is without limit; below zero it is overdrawn. */
export type Remainder =
  | { readonly kind: 'left'; readonly seconds?: number; readonly octets?: number }
  /** The account was removed, the voucher voided: nothing, from now on. */
  | { readonly kind: 'withdrawn' }

export const END_REASONS = ['time', 'quota', 'withdrawn', 'staff', 'holder'] as const
export type EndReason = (typeof END_REASONS)[number]

/** Access servers keep Session-Timeout themselves; one that has not by then does not know it. */
const GRACE_SECONDS = 60
const FIRST_PAUSE_MS = 60_000
const MOST_PAUSE_MS = 3_600_000
/** Over some four hours; after that the session goes on as far as its access server lets it. */
const MOST_TRIES = 8

export function reasonToEnd(remainder: Remainder | undefined): EndReason | undefined {
  if (!remainder) return undefined
  if (remainder.kind === 'withdrawn') return 'withdrawn'
  if ((remainder.octets ?? 1) <= 0) return 'quota'
  return (remainder.seconds ?? 0) <= -GRACE_SECONDS ? 'time' : undefined
}

/** What was tried with a session that is still there. */
export type Attempt = { readonly tries: number; readonly atMs: number; readonly confirmed: boolean }

/** @param lastMs when the session was last heard of. One that was confirmed to have ended has until it is heard of again. */
export function isDue(attempt: Attempt | undefined, lastMs: number, nowMs: number): boolean {
  if (!attempt) return true
  if (attempt.tries >= MOST_TRIES || (attempt.confirmed && lastMs <= attempt.atMs)) return false
  return nowMs - attempt.atMs >= Math.min(FIRST_PAUSE_MS * 2 ** (attempt.tries - 1), MOST_PAUSE_MS)
}

/** RFC 5176 §3.5: it has no such session (any more), so that ours is a memory of a Stop that was lost. */
const GONE: ReadonlySet<ErrorCause | undefined> = new Set(['sessionNotFound', 'residualContextRemoved'])

export function isGone(told: Told): boolean {
  return told.kind === 'refused' && GONE.has(told.cause)
}

/** In metrics and log: `done`, `silent`, `stranger`, `refused`, `sessionNotFound` … */
export function outcomeOf(told: Told): string {
  return told.kind === 'refused' ? (told.cause ?? 'refused') : told.kind
}
