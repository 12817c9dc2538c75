import type { OpenClient } from '../gateway/enforcer.ts'
import { clientKey, keyOf, secondsLeft, type OpenSession, type Session } from './session.ts'

/** An element that ends about now is left to the expiry; one that was just opened may be younger than the list. */
export const SETTLING_MS = 5_000

/** What the gate and the store disagree about. */
export type Difference =
  /** Open without a row: whoever that is did not ask us. */
  | { readonly kind: 'stranger'; readonly client: OpenClient }
  /** A row that should be open and is not, or under another mark. */
  | { readonly kind: 'missing'; readonly session: OpenSession }

/** Pure. What is allowed is what the session store says, nothing else (portal.md). Before the first answer `settlingMs` is 0. */
export function differences(sessions: readonly Session[], open: readonly OpenClient[], nowMs: number, settlingMs: number): Difference[] {
  const rows = new Map(sessions.filter((session) => session.kind !== 'paused' && (session.kind !== 'closing' || !session.shut)).map((session) => [keyOf(session), session]))
  const gates = new Map(open.map((client) => [clientKey(client.mac, client.controller), client]))
  const found: Difference[] = open.filter((client) => !rows.has(clientKey(client.mac, client.controller))).map((client) => ({ kind: 'stranger', client }))
  for (const session of sessions) {
    if (session.kind !== 'open' || gates.get(keyOf(session))?.mark === session.mark) continue
    const young = nowMs - session.startedMs < settlingMs
    if (!young && secondsLeft(session, nowMs) * 1000 > settlingMs) found.push({ kind: 'missing', session })
  }
  return found
}
