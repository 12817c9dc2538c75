import type { Clock } from '#shared/clock.ts'
import type { Holder, LiveSessions } from '../live-sessions.ts'

/** Longer than access servers leave between two reports; a session that is silent for longer has probably ended. */
const MOST_UNHEARD_MS = 600_000

/** Seconds that the running sessions of a holder have used since they last said so. */
export function unheardSeconds(live: Pick<LiveSessions, 'of'>, clock: Pick<Clock, 'now'>, holder: Holder): number {
  const nowMs = clock.now()
  let sum = 0
  for (const { lastMs } of live.of(holder)) sum += Math.min(Math.max(0, nowMs - lastMs), MOST_UNHEARD_MS)
  return Math.ceil(sum / 1000)
}
