import type { Authorisation } from '#radius/nas.ts'
import { meantKbps, MOST_GRANT_SECONDS } from '../gateway/policy.ts'
import type { Desk } from './desk.ts'
import { grantOf } from './opening.ts'
import { noLaterThanClosing } from './rules.ts'
import type { OpenSession } from './session.ts'

/** What is not named stays; 0 takes a limit of pace or of silence away. `sessionSeconds` counts from now, `quotaBytes` from the start. */
export function changed(session: OpenSession, change: Authorisation, nowMs: number): OpenSession {
  const { sessionSeconds, ...said } = change
  const { downKbps, upKbps, idleSeconds, interimSeconds, ...rest } = { ...session.limits, ...said }
  const [down, up] = [meantKbps(downKbps), meantKbps(upKbps)]
  const limits: Authorisation = {
    ...rest,
    ...(down !== undefined && { downKbps: down }),
    ...(up !== undefined && { upKbps: up }),
    ...(idleSeconds && { idleSeconds }),
    ...(interimSeconds && { interimSeconds }),
  }
  const deadlineMs = sessionSeconds === undefined ? session.deadlineMs : nowMs + Math.min(sessionSeconds, MOST_GRANT_SECONDS) * 1000
  return { ...session, limits, deadlineMs }
}

/**
 * All of it or nothing (RFC 5176 §3): the gate first, which may refuse; the row, which does not, when the gate has confirmed. Cut off
 * between the two, the session goes on by its row, and the asker, who heard nothing, asks again. In the client's turn.
 * @throws UnavailableError `enforcer`: nothing has changed.
 */
export async function changeSession(desk: Desk, session: OpenSession, change: Authorisation): Promise<void> {
  const now = desk.now()
  const wanted = changed(session, change, now)
  const next = { ...wanted, deadlineMs: noLaterThanClosing(desk.rules, session.site, now, wanted.deadlineMs) }
  await desk.enforcer.open(grantOf(next, now, desk.rules.overQuota))
  desk.store.setLimits(next.id, next.deadlineMs, next.limits)
}
