// A session that stands still: its gate is shut, its time and its data wait.
import type { Desk } from './desk.ts'
import { grantOf } from './opening.ts'
import { noLaterThanClosing } from './rules.ts'
import { mostOf, type OpenSession, type PausedSession } from './session.ts'

/** Who has not come back by then, or by the end of the site's day, has left. */
const LONGEST_PAUSE_MS = 12 * 3_600_000
/** Less is not worth keeping. */
export const PAUSABLE_SECONDS = 120

/** The gate first: killed between the two, the session goes on. In the client's turn. @throws UnavailableError `enforcer`: it goes on. */
export async function pauseSession({ store, enforcer, rules, now }: Desk, session: OpenSession): Promise<PausedSession> {
  const usage = mostOf(session.usage, await enforcer.close(session.mac, session.behind?.controller))
  const pausedMs = now()
  const leftMs = Math.max(0, session.deadlineMs - pausedMs)
  const deadlineMs = Math.min(pausedMs + LONGEST_PAUSE_MS, rules.dayEndsMs(session.site, pausedMs))
  store.setUsage(session.id, usage, pausedMs)
  store.setPaused(session.id, pausedMs, leftMs, deadlineMs)
  return { ...session, kind: 'paused', usage, pausedMs, leftMs, deadlineMs }
}

/** As long as was left, but no later than closing. In the client's turn. @throws UnavailableError `enforcer`: it stays paused. */
export async function resumeSession({ store, enforcer, rules, now }: Desk, { pausedMs, leftMs, ...session }: PausedSession): Promise<OpenSession> {
  const nowMs = now()
  const deadlineMs = noLaterThanClosing(rules, session.site, nowMs, nowMs + leftMs)
  const next: OpenSession = { ...session, kind: 'open', startedMs: session.startedMs + nowMs - pausedMs, deadlineMs, activeMs: nowMs }
  await enforcer.open(grantOf(next, nowMs, rules.overQuota))
  store.skipPause(next.id, nowMs)
  store.setResumed(next.id, deadlineMs, nowMs)
  return next
}
