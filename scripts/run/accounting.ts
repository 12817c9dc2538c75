// What the RADIUS server hears of sessions: those that go on, in the runtime store, and the record of all on disk.
import { join } from 'node:path'
import { createAccountingStore, type OwnAccounting } from '#radius/accounting-store.ts'
import { createLiveStore, LIVE_MIGRATIONS } from '#radius/accounting/live-store.ts'
import { createLiveSessions, type LiveSessions } from '#radius/live-sessions.ts'
import { sessionNames } from '#radius/session-name.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { derivedKey } from '#shared/derived-key.ts'
import { openVolatile, type DiskStore, type Ground } from './ground.ts'
import { volatileKey } from './secrets.ts'

/** What the key of lasting session names is derived for. */
export const SESSION_NAMES = 'parvis/session-names/1'

export type Accounting = {
  readonly live: LiveSessions
  readonly store: OwnAccounting
  /** Leaves nothing unwritten; the disk belongs to the caller. */
  close(): Promise<void>
}

/** For the file that accounting goes into: of its pages many are written again and again. */
export const ACCOUNTING_CHECKPOINT_PAGES = 4_000

/** @param disk with `ACCOUNTING_TABLES` in it. What an earlier life had not folded yet is folded first. */
export async function openAccounting({ directories, effects }: Ground, disk: DiskStore): Promise<Accounting> {
  const { clock, log } = effects
  const runtime = directories.runtime === undefined ? undefined : openVolatile(directories, 'live.db', { durability: 'volatile', migrations: LIVE_MIGRATIONS, secureDelete: true })
  const kept = runtime && createLiveStore(runtime, clock, log)
  const live = createLiveSessions(clock, kept, log.scoped('radius'))
  const device = deviceKeyAt(join(directories.data, 'device.key'))
  const nameOf = sessionNames(derivedKey(device, SESSION_NAMES), volatileKey(directories.runtime, 'session', effects.random))
  const store = createAccountingStore({ writer: disk.durable, reader: disk.reader, clock, log, nameOf, live })
  await store.settled()
  return {
    live,
    store,
    async close() {
      await store.close()
      kept?.close()
      runtime?.close()
    },
  }
}
