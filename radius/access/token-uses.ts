/** Which portal tokens were used, and when first: in the runtime store, so that a restart gives no token a second life. */
import type { Clock } from '#shared/clock.ts'
import type { Db } from '#shared/db/open.ts'

export const TOKEN_USES_MIGRATIONS: readonly string[] = [
  'create table token_use (nonce text primary key, used_ms integer not null, until_ms integer not null) without rowid',
  'alter table token_use add column quota_bytes integer',
]
/** Forgetting old ones walks over all of them: no oftener than this. */
const FORGET_EVERY_MS = 60_000
/** What was granted is known for this long after its end: an access server that does not keep to it is asked to (`coa/endings.ts`). */
const KNOWN_AFTER_MS = 300_000

export type TokenUses = {
  /** Milliseconds since 1970 of a nonce's first use; undefined when it was not used. */
  firstUse(nonce: string): number | undefined
  /** @param untilMs from when on the token would be refused for its age alone. */
  remember(nonce: string, usedMs: number, untilMs: number, quotaBytes?: number): void
  /** What its first use was granted; undefined when that was long ago, or at another server. */
  granted(nonce: string): Granted | undefined
  /** Tokens issued before this instant may have been used without our knowledge. */
  readonly knownSinceMs: number
}

/** Until when, and octets in both directions together. */
export type Granted = { readonly untilMs: number; readonly quotaBytes: number | undefined }
type Use = Granted & { readonly usedMs: number }
type UseRow = { readonly nonce: string; readonly used_ms: number; readonly until_ms: number; readonly quota_bytes: number | null }

/**
 * @param db volatile, opened with `TOKEN_USES_MIGRATIONS`. Without one the uses live in this process only, and a restarted
 * server refuses every token that is older than its start.
 */
export function createTokenUses(db: Db | undefined, clock: Pick<Clock, 'now'>): TokenUses {
  const uses = new Map<string, Use>()
  const insert = db?.prepare<[string, number, number, number | null]>('insert or replace into token_use (nonce, used_ms, until_ms, quota_bytes) values (?, ?, ?, ?)')
  const remove = db?.prepare<[number]>('delete from token_use where until_ms <= ?')
  const all = db?.prepare<[], UseRow>('select nonce, used_ms, until_ms, quota_bytes from token_use')
  for (const row of all?.iterate() ?? []) uses.set(row.nonce, { usedMs: row.used_ms, untilMs: row.until_ms, quotaBytes: row.quota_bytes ?? undefined })
  let forgotten = clock.now()

  function forgetOld(nowMs: number): void {
    if (nowMs - forgotten < FORGET_EVERY_MS) return
    forgotten = nowMs
    const endedMs = nowMs - KNOWN_AFTER_MS
    for (const [nonce, { untilMs }] of uses) if (untilMs <= endedMs) uses.delete(nonce)
    remove?.run(endedMs)
  }

  return {
    firstUse: (nonce) => uses.get(nonce)?.usedMs,
    granted: (nonce) => uses.get(nonce),
    remember(nonce, usedMs, untilMs, quotaBytes) {
      forgetOld(usedMs)
      insert?.run(nonce, usedMs, untilMs, quotaBytes ?? null)
      uses.set(nonce, { usedMs, untilMs, quotaBytes })
    },
    knownSinceMs: db ? 0 : clock.now(),
  }
}
