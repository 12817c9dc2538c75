import type { MacAddress } from '#shared/personal.ts'
import type { SiteId } from '#shared/place.ts'

/** What the legal log is told of a session; it never hears of a language, a method, a name or a byte. */
export type LegalSession = { readonly id: string; readonly mac: MacAddress; readonly mark: number; readonly site: SiteId; readonly startedMs: number; /** Somebody else's gateway lets it through: its ports are not ours to give. */ readonly behind?: unknown }

/** Called by portal/session where a profile keeps a log. Neither ever throws: a log that cannot be written raises an alarm of its own. */
export type LegalHook = {
  /** Before the gate opens; waits for the disk for two seconds at most. Repeating it for a session changes nothing. */
  started(session: LegalSession): Promise<void>
  /** After the gate has shut. */
  ended(session: Pick<LegalSession, 'id'>, endedMs: number): Promise<void>
}
