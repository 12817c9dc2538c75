import { reason } from '#shared/log.ts'
import type { TerminateCause } from '#radius/nas.ts'
import type { Desk } from './desk.ts'
import { admit } from './opening.ts'
import type { Session } from './session.ts'

/**
 * Takes up what a stop or a kill left half done, before the first answer. A row survives a restart; after a reboot only the
 * journal is there (`settleOrphans`), and its sessions ended with the power.
 */
export async function recover(desk: Desk, end: (session: Session, cause: TerminateCause) => Promise<void>): Promise<void> {
  const { store, effects } = desk
  const now = desk.now()

  async function takeUp(session: Session): Promise<void> {
    if (session.kind === 'closing') return end(session, session.cause)
    if (session.deadlineMs <= now) return end(session, 'sessionTimeout')
    // RADIUS said yes and the receipt is on disk: rolling forward keeps the promise, rolling back would cost a tap.
    if (session.kind === 'opening') await admit(desk, session)
  }

  for (const session of store.unsettled(now)) {
    try {
      await takeUp(session)
    } catch (error) {
      effects.log.warn('a session could not be taken up; the next round tries again', { kind: session.kind, reason: reason(error) })
    }
  }
}
