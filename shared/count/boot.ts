import type { Clock } from '../clock.ts'
import type { Db } from '../db/open.ts'

const BOOT_BYTES = 8

/** The life of one volatile store, across restarts of the process. */
export type Boot = {
  /** 16 hex digits, new whenever the store was found empty. */
  readonly id: string
  /** Steady milliseconds of this boot, never more than have passed. */
  steadyMs(): number
  /** Writes down how far it is. */
  save(): void
}

type Row = { id: string; steadyMs: number; monotonicMs: number }

/**
 * A monotonic clock may begin anew with each process. The difference to the last one's is then too small, never too large:
 * an opening comes late rather than early.
 */
export function openBoot(db: Db, clock: Clock, random: (length: number) => Buffer): Boot {
  const fresh = { id: random(BOOT_BYTES).toString('hex'), steadyMs: 0, monotonicMs: clock.monotonic() }
  db.prepare('insert into boot values (1, ?, ?, ?) on conflict do nothing').run(fresh.id, fresh.steadyMs, fresh.monotonicMs)
  const row = db.prepare<[], Row>('select id, steady_ms as steadyMs, monotonic_ms as monotonicMs from boot').get() ?? fresh
  const base = row.steadyMs + Math.max(0, clock.monotonic() - row.monotonicMs)
  const from = clock.monotonic()
  const update = db.prepare('update boot set steady_ms = ?, monotonic_ms = ?')
  const steadyMs = (): number => base + clock.monotonic() - from
  return { id: row.id, steadyMs, save: () => void update.run(steadyMs(), clock.monotonic()) }
}
