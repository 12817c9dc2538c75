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

export type Comparison = {
  /** What the gate holds for this session, when it is the same that the store means. */
  gateOf(session: Session): OpenClient | undefined
  /** To be called with every session, in any order. */
  compare(session: Session): Difference | undefined
  /** After all sessions: who is open without one. */
  strangers(): readonly Difference[]
}

/** Pure. What is allowed is what the session store says, nothing else (portal.md). Before the first answer `settlingMs` is 0. */
export function createComparison(open: readonly OpenClient[], nowMs: number, settlingMs: number): Comparison {
  const gates = new Map(open.map((client) => [clientKey(client.mac, client.controller), client]))
  const unknown = new Set(gates.keys())

  function gateOf(session: Session): OpenClient | undefined {
    const gate = gates.get(keyOf(session))
    return gate?.mark === session.mark ? gate : undefined
  }

  return {
    gateOf,
    compare(session) {
      if (session.kind !== 'paused' && (session.kind !== 'closing' || !session.shut)) unknown.delete(keyOf(session))
      if (session.kind !== 'open' || gateOf(session)) return undefined
      const young = nowMs - session.startedMs < settlingMs
      return !young && secondsLeft(session, nowMs) * 1000 > settlingMs ? { kind: 'missing', session } : undefined
    },
    strangers: () => open.filter((client) => unknown.has(clientKey(client.mac, client.controller))).map((client) => ({ kind: 'stranger', client })),
  }
}
