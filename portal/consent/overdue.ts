import type { Clock } from '#shared/clock.ts'

/** A clock that is wrong for an afternoon must not cost what was to be kept for a year. */
const BELIEVED_AFTER_MS = 6 * 3_600_000

/**
 * Whether something has been overdue by the wall clock for so long, on the steady one, that the wall clock may be believed: what is
 * deleted because its time has come cannot be brought back when it had not.
 */
export function createOverdue(clock: Clock): (overdue: boolean) => boolean {
  let since: number | undefined
  return function believed(overdue) {
    since = overdue ? (since ?? clock.monotonic()) : undefined
    return since !== undefined && clock.monotonic() - since >= BELIEVED_AFTER_MS
  }
}
