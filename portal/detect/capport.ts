import { secondsLeft, type OpenSession } from '../session/session.ts'

export const CAPPORT_TYPE = 'application/captive+json'

/** As of the last round of the counters, in both directions together. */
function bytesLeft({ limits: { quotaBytes }, usage }: OpenSession): { 'bytes-remaining'?: number } {
  return quotaBytes === undefined ? {} : { 'bytes-remaining': Math.max(0, quotaBytes - usage.upBytes - usage.downBytes) }
}

/** RFC 8908 §5. `user-portal-url` must be https there; where there is no certificate only the plain page exists, and nothing announces this API. */
export function capportAnswer(session: OpenSession | undefined, nowMs: number, portalUrl: string, venueUrl: string | undefined): Record<string, boolean | number | string> {
  return {
    captive: session === undefined,
    'user-portal-url': portalUrl,
    ...(venueUrl !== undefined && { 'venue-info-url': venueUrl }),
    'can-extend-session': false,
    ...(session !== undefined && { 'seconds-remaining': secondsLeft(session, nowMs), ...bytesLeft(session) }),
  }
}
