import type { TerminateCause } from '#radius/nas.ts'
import { writeInTime, type Desk } from './desk.ts'
import { journalStopped } from './journal.ts'
import { mostOf, secondsUsed, type EndedSession, type Session } from './session.ts'

async function shut(desk: Desk, session: Session): Promise<Session> {
  const usage = mostOf(session.usage, await desk.enforcer.close(session.mac, session.behind?.controller))
  const deadlineMs = Math.min(desk.now(), session.deadlineMs)
  desk.store.setShut(session.id, usage, deadlineMs)
  desk.step('shut')
  return { ...session, usage, deadlineMs }
}

/** A pause was no time of the session's. */
function withoutPause({ store, now }: Desk, session: Session): Session {
  if (session.kind !== 'paused') return session
  const untilMs = Math.min(now(), session.deadlineMs)
  store.skipPause(session.id, untilMs)
  return { ...session, kind: 'open', startedMs: session.startedMs + untilMs - session.pausedMs }
}

/**
 * The other half of protocols.md §3: `closing(cause)` → counters and gate → disk {journal stop} → row gone. What failed half
 * way stays `closing` and is taken up again each minute. Must run in the client's turn.
 * @param goesOn another session carries it on: the counter hears of the end when that one ends.
 * @throws UnavailableError when the gate or the disk does not answer.
 */
export async function endSession(desk: Desk, found: Session, wanted: TerminateCause, goesOn = false): Promise<EndedSession> {
  const session = withoutPause(desk, found)
  const cause = session.kind === 'closing' ? session.cause : wanted
  if (session.kind !== 'closing') {
    desk.store.setClosing(session.id, cause)
    desk.step('closing')
  }
  const closed = session.kind === 'closing' && session.shut ? session : await shut(desk, session)
  // The kernel shuts the gate at the deadline by itself, so a session that expired while we were down ended then; and one whose
  // Stop waits for the disk ended when its gate was shut.
  const endedMs = Math.min(desk.now(), closed.deadlineMs)
  await desk.legal?.ended(session, endedMs)
  await writeInTime(desk, [journalStopped(closed, desk.store.boot, cause, endedMs)])
  desk.step('stopped')
  desk.store.retire(session.id, endedMs)
  desk.step('gone')
  if (!goesOn) desk.observations.sessionEnded(session.counted, endedMs)
  return { kind: 'ended', id: session.id, site: session.site, cause, seconds: secondsUsed(closed, endedMs), usage: closed.usage }
}
