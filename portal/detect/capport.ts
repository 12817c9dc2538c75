import { secondsLeft, type OpenSession } from '../session/session.ts'

export const CAPPORT_TYPE = 'application/captive+json'

/** As of the last round of the counters, in both directions together. */
function bytesLeft({ limits: { quotaBytes }, usage }: OpenSession): { 'bytes-remaining'?: number } {
  return quotaBytes === undefined ? {} : { 'bytes-remaining': Math.max(0, quotaBytes - usage.upBytes - usage.downBytes) }
}

export type CapportFacts = {
  /** The session that is open for whoever asks. */
  readonly session: OpenSession | undefined
  readonly nowMs: number
  /** Ends in `/`. RFC 8908 §5 wants TLS there; without a certificate only the plain page exists, and nothing announces this API. */
  readonly portalUrl: string
  /** The directory of services around, where there is one. */
  readonly servicesUrl: string | undefined
  /** Something disturbs the service: then its state is what people here have to know. */
  readonly disturbed: boolean
  /** Whether a press on the page would give more time now. */
  readonly extendable: boolean
}
export type CapportAnswer = {
  readonly captive: boolean
  readonly 'user-portal-url': string
  readonly 'venue-info-url': string
  readonly 'can-extend-session': boolean
  readonly 'seconds-remaining'?: number
  readonly 'bytes-remaining'?: number
}

/** RFC 8908 §5. What remains is left out while captive, and where nothing limits it. */
export function capportAnswer({ session, nowMs, portalUrl, servicesUrl, disturbed, extendable }: CapportFacts): CapportAnswer {
  return {
    captive: session === undefined,
    'user-portal-url': portalUrl,
    'venue-info-url': disturbed || servicesUrl === undefined ? `${portalUrl}service` : servicesUrl,
    'can-extend-session': session !== undefined && extendable,
    ...(session !== undefined && { 'seconds-remaining': secondsLeft(session, nowMs), ...bytesLeft(session) }),
  }
}
