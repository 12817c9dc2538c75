import { reason } from '#shared/log.ts'
import type { TerminateCause } from '#radius/nas.ts'
import type { Desk } from './desk.ts'
import { journalDone, journalLost } from './journal.ts'
import { admit } from './opening.ts'
import type { Session } from './session.ts'

/**
 * Takes up what a stop, a kill or a power cut left half done, before the first answer. A row survives a restart; after a
 * reboot only the journal is there, and its sessions ended with the power.
 */
export async function recover(desk: Desk, end: (session: Session, cause: TerminateCause) => Promise<void>): Promise<void> {
  const { store, journal, durable, effects } = desk
  const now = desk.now()

  async function takeUp(session: Session): Promise<void> {
    if (session.kind === 'closing') return end(session, session.cause)
    if (session.deadlineMs <= now) return end(session, 'sessionTimeout')
    // RADIUS said yes and the receipt is on disk: rolling forward keeps the promise, rolling back would cost a tap.
    if (session.kind === 'opening') await admit(desk, session)
  }

  for (const session of store.all()) {
    try {
      await takeUp(session)
    } catch (error) {
      effects.log.warn('a session could not be taken up; the next round tries again', { kind: session.kind, reason: reason(error) })
    }
  }
  // Of this boot and without a row: the process died between disk and row, so nobody ever heard of a Start.
  const lost = journal.open().filter((row) => !store.byId(row.session))
  const statements = lost.map((row) => (row.boot === store.boot ? journalDone(row.session) : journalLost(row.session, 'nasReboot')))
  if (statements.length > 0) await durable.write(...statements)
}
