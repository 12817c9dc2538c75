/** What a network access server says and hears, in the field's words, without the packets. */
import type { LiveSession } from './live-sessions.ts'

/** An Access-Request with a password. Texts are sent as UTF-8; `callingStationId` as `AA-BB-CC-DD-EE-FF`. */
export type AccessQuestion = {
  readonly userName: string
  readonly password: string
  readonly callingStationId: string
  readonly calledStationId?: string
  readonly nasIdentifier: string
  readonly acctSessionId?: string
  readonly framedIpAddress?: string
}

/** RFC 2865 §5.27, §5.28 and the vendors' attributes, in our units. */
export type Authorisation = {
  readonly sessionSeconds?: number
  readonly idleSeconds?: number
  readonly interimSeconds?: number
  readonly downKbps?: number
  readonly upKbps?: number
  readonly quotaBytes?: number
  /** RFC 2865 §5.11: the name of a filter that the access server has. */
  readonly filterId?: string
  /** RFC 2865 §5.25: returned unchanged in accounting. */
  readonly class?: Uint8Array
}

export type AccessAnswer =
  | { readonly kind: 'accept'; readonly authorisation: Authorisation }
  | { readonly kind: 'reject'; readonly message?: string }
  /** No server gave a valid answer in time. */
  | { readonly kind: 'silence' }

export const ACCOUNTING_STATUS = { start: 1, stop: 2, interim: 3, on: 7, off: 8 } as const
export type AccountingStatus = keyof typeof ACCOUNTING_STATUS

/** RFC 2866 §5.10, those we use. */
export const TERMINATE_CAUSES = {
  userRequest: 1, lostCarrier: 2, idleTimeout: 4, sessionTimeout: 5, adminReset: 6, adminReboot: 7,
  nasError: 9, nasRequest: 10, nasReboot: 11, userError: 17,
} as const
export type TerminateCause = keyof typeof TERMINATE_CAUSES

/** One accounting message about one session. Octets are totals since its start; `input` is from the client. */
export type AccountingReport = {
  readonly status: AccountingStatus
  readonly nasIdentifier: string
  readonly acctSessionId: string
  readonly userName: string
  readonly callingStationId?: string | undefined
  readonly calledStationId?: string | undefined
  /** Whole seconds since 1970: sent as Event-Timestamp, so that retransmissions are byte-identical. */
  readonly eventSeconds: number
  /** For how long it has waited to be sent (Acct-Delay-Time), when the access server says so. */
  readonly delaySeconds?: number | undefined
  readonly sessionSeconds?: number | undefined
  readonly inputOctets?: number | undefined
  readonly outputOctets?: number | undefined
  readonly inputPackets?: number | undefined
  readonly outputPackets?: number | undefined
  readonly terminateCause?: TerminateCause | undefined
  /** How often the access server reports, when it says so (RFC 2869 §5.16). */
  readonly interimSeconds?: number | undefined
  readonly class?: Uint8Array | undefined
}

/** The RADIUS client as the portal sees it. */
export type Nas = {
  access(question: AccessQuestion): Promise<AccessAnswer>
  /** True once a server acknowledged; false when none did after all retransmissions: the caller keeps it and tries later. */
  account(report: AccountingReport): Promise<boolean>
  /** Whether every server was silent when last asked, and no probe (RFC 5997) has been answered since. Absent where nobody probes. */
  silent?(): boolean
  close(): Promise<void>
}

/** Where a report came from: the RADIUS client's configured name, and the address it was sent from. */
export type Origin = { readonly client: string; readonly address: string }

/**
 * Where the server puts what it hears; implemented by the portal's session store, or by the radius role's own.
 * Keyed by (client name, NAS, Acct-Session-Id); counters by maximum; a Stop is final.
 */
export type AccountingStore = {
  /**
   * Resolves after fsync; the Accounting-Response leaves then. Rejects when nothing was stored: no response leaves.
   * @param session the live session that it is about, where the caller knows it: saves naming it again.
   */
  record(origin: Origin, report: AccountingReport, session?: LiveSession): Promise<void>
  /** Whether the session that used this portal token (by its nonce, hex) is alive: a re-authentication gets what remains. */
  alive(tokenNonce: string): boolean
  /** Octets in both directions of that session so far; where it is known, a re-authentication gets what remains of the quota. */
  usedBytes?(tokenNonce: string): number
}
