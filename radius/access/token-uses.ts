/** Which portal tokens were used, and when first: in the runtime store, so that a restart gives no token a second life. */
import type { Clock } from '#shared/clock.ts'
import type { Db } from '#shared/db/open.ts'

export const TOKEN_USES_MIGRATIONS: readonly string[] = [
  'create table token_use (nonce text primary key, used_ms integer not null, until_ms integer not null) without rowid',
]
/** Forgetting old ones walks over all of them: no oftener than this. */
const FORGET_EVERY_MS = 60_000

export type TokenUses = {
  /** Milliseconds since 1970 of a nonce's first use; undefined when it was not used. */
  firstUse(nonce: string): number | undefined
  /** @param untilMs from when on the token would be refused for its age alone. */
  remember(nonce: string, usedMs: number, untilMs: number): void
  /** Tokens issued before this instant may have been used without our knowledge. */
  readonly knownSinceMs: number
}

type Use = { readonly usedMs: number; readonly untilMs: number }

/**
 * @param db volatile, opened with `TOKEN_USES_MIGRATIONS`. Without one the uses live in this process only, and a restarted
 * server refuses every token that is older than its start.
 */
export function createTokenUses(db: Db | undefined, clock: Pick<Clock, 'now'>): TokenUses {
  const uses = new Map<string, Use>()
  const insert = db?.prepare<[string, number, number]>('insert or replace into token_use values (?, ?, ?)')
  const remove = db?.prepare<[number]>('delete from token_use where until_ms <= ?')
  const all = db?.prepare<[], { nonce: string; used_ms: number; until_ms: number }>('select nonce, used_ms, until_ms from token_use')
  for (const { nonce, used_ms, until_ms } of all?.iterate() ?? []) uses.set(nonce, { usedMs: used_ms, untilMs: until_ms })
  let forgotten = clock.now()

  function forgetOld(nowMs: number): void {
    if (nowMs - forgotten < FORGET_EVERY_MS) return
    forgotten = nowMs
    for (const [nonce, { untilMs }] of uses) if (untilMs <= nowMs) uses.delete(nonce)
    remove?.run(nowMs)
  }

  return {
    firstUse: (nonce) => uses.get(nonce)?.usedMs,
    remember(nonce, usedMs, untilMs) {
      forgetOld(usedMs)
      insert?.run(nonce, usedMs, untilMs)
      uses.set(nonce, { usedMs, untilMs })
    },
    knownSinceMs: db ? 0 : clock.now(),
  }
}
