// The receipt of a tap whose controller asks RADIUS by itself. It is signed at the tap and written when the phone has been let in: anyone
// may tap, for any MAC and as often as they like, and what comes of that must not fill a disk.
import type { Db } from '#shared/db/open.ts'
import { reason } from '#shared/log.ts'
import type { Settle, SignedTap } from '../consent/acknowledge.ts'
import { writeInTime, type Desk } from '../session/desk.ts'
import type { Guest } from './guests.ts'
import { withExtrasRefused } from './untold.ts'

export type GuestConsents = {
  /** Writes what was signed at this tap, once. */
  acknowledge(id: string): Promise<void>
  /** The same for who cannot wait. */
  soon(id: string): void
}

/** Takes up what a restart has interrupted. @param db with `GUEST_CONSENT`. */
export function createGuestConsents(db: Db, desk: Pick<Desk, 'durable' | 'effects' | 'store'>, settle: Settle): GuestConsents {
  const { log } = desk.effects
  const owed = db.prepare<[string], { readonly facts: string; readonly consent: string | null }>('select facts, consent from guest where id = ?')
  const owing = db.prepare<[], string>('select id from guest where heard = 1 and consent is not null').pluck()
  const written = db.prepare('update guest set facts = ?, consent = null where id = ?')

  async function acknowledge(id: string): Promise<void> {
    const row = owed.get(id)
    if (typeof row?.consent !== 'string') return
    // The casts restore what a tap wrote.
    const guest = JSON.parse(row.facts) as Guest
    const { receipt, extrasRefused } = await settle(JSON.parse(row.consent) as SignedTap)
    try {
      await writeInTime(desk, [receipt.statement])
    } catch (error) {
      const kept = desk.store.keep([receipt.statement])
      log.warn('the disk refused an acknowledgement', { kept, reason: reason(error) })
    }
    written.run(JSON.stringify(extrasRefused ? { ...guest, receipt: receipt.jti, withdrawal: receipt.code, behind: withExtrasRefused(guest.behind) } : guest), id)
  }
  const soon = (id: string): void => void acknowledge(id).catch((error: unknown) => log.warn('an acknowledgement waits for the next start', { reason: reason(error) }))

  for (const id of owing.all()) soon(id)
  return { acknowledge, soon }
}
