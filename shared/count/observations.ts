import type { MacAddress } from '../personal.ts'
import type { SiteId } from '../place.ts'

/**
 * The personal side of the door: what portal and kiosk tell the counter. Nothing here is kept; each call becomes at most a
 * few bounded increments in the volatile store, and only shared/count/release lets numbers out, with noise.
 */
export type Observations = {
  /** A device is associated to the site's network now (at most one arrival a site-day comes of it). */
  sighted(site: SiteId, device: MacAddress): void
  /** A session was opened. `session` is a random id, used to match the end and to count each session once. */
  sessionStarted(session: SessionSeen): void
  /** The session ended, at `endedMs`; unknown ones count nothing, and one whose site-day is closed is dropped. */
  sessionEnded(session: string, endedMs: number): void
}

export type SessionSeen = {
  readonly site: SiteId
  readonly session: string
  /** Undefined where the access controller does not say: then only the session is counted. */
  readonly device: MacAddress | undefined
  readonly startedMs: number
  readonly method: string
  readonly language: string
}
