/**
 * Devices that share a voucher are each told, when they come, what is left at that moment: together they use it up sooner than any of
 * them was told. When they have, all are ended.
 */
import type { Cancel, Clock } from '#shared/clock.ts'
import type { Holder } from '../live-sessions.ts'

const SOONEST_MS = 1_000
/** Reports and departures change what is left: a look now and then costs nothing. */
const LATEST_MS = 60_000

export type SharedUse = {
  /** One more device has begun. */
  began(holder: Holder): void
  has(holder: Holder): boolean
}

export type SharedUseParts = {
  readonly clock: Pick<Clock, 'after'>
  readonly sessions: (holder: Holder) => number
  readonly secondsLeft: (holder: Holder) => number
  readonly isSpent: (holder: Holder) => boolean
  readonly withdraw: (holder: Holder) => void
}

export function createSharedUse({ clock, sessions, secondsLeft, isSpent, withdraw }: SharedUseParts): SharedUse {
  const alarms = new Map<Holder, Cancel>()

  function look(holder: Holder): void {
    if (isSpent(holder)) withdraw(holder)
    if (sessions(holder) > 0) alarm(holder)
    else alarms.delete(holder)
  }
  function alarm(holder: Holder): void {
    const dueMs = (secondsLeft(holder) * 1_000) / Math.max(1, sessions(holder))
    alarms.set(holder, clock.after(Math.min(LATEST_MS, Math.max(SOONEST_MS, dueMs)), () => look(holder)))
  }

  return {
    began(holder) {
      alarms.get(holder)?.()
      alarm(holder)
    },
    has: (holder) => alarms.has(holder),
  }
}
