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

/** What the gate holds for a session, when it is the same that the store means; or what they disagree about. */
export type Compared = { readonly gate?: OpenClient; readonly difference?: Difference }

export type Comparison = {
  /** To be called with every session, in any order. `listedMs`: when the gate was asked, by the wall clock of now. */
  compare(session: Session, listedMs: number): Compared
  /** After all sessions: who is open without one. */
  strangers(): readonly OpenClient[]
}

const NOTHING: Compared = {}

/** What is allowed is what the session store says, nothing else (portal.md). Before the first answer `settlingMs` is 0. */
export function createComparison(open: readonly OpenClient[], settlingMs: number): Comparison {
  const gates = new Map(open.map((client) => [clientKey(client.mac, client.controller), client]))
  const known = new Set<OpenClient>()

  return {
    compare(session, listedMs) {
      if (session.kind === 'paused' || (session.kind === 'closing' && session.shut)) return NOTHING
      const gate = gates.get(keyOf(session))
      if (gate) known.add(gate)
      if (session.kind !== 'open') return NOTHING
      if (gate?.mark === session.mark) return { gate }
      // Opened a moment before the list, or since; or taken up again since.
      const young = listedMs - session.startedMs < settlingMs || session.activeMs > listedMs
      return !young && secondsLeft(session, listedMs) * 1000 > settlingMs ? { difference: { kind: 'missing', session } } : NOTHING
    },
    strangers: () => open.filter((client) => !known.has(client)),
  }
}
