import type { Clock } from '#shared/clock.ts'
import { CONDITION_IDS, CONDITIONS, type ConditionId, type Held } from './conditions.ts'

/** Remembers since when each condition holds, on the monotonic clock: a wall clock that jumps must not age a fault. */
export function createMemory(holds: (id: ConditionId) => boolean, clock: Pick<Clock, 'now' | 'monotonic'>, changed: (id: ConditionId, now: boolean) => void) {
  const since = new Map<ConditionId, number>()

  function look(id: ConditionId): boolean {
    const now = holds(id)
    if (now === since.has(id)) return now
    if (now) since.set(id, clock.monotonic())
    else since.delete(id)
    changed(id, now)
    return now
  }

  /** What holds now, the worst first. */
  return function held(): Held[] {
    return CONDITION_IDS.filter(look).map((id) => ({ id, sinceMs: CONDITIONS[id].since ? clock.now() - (clock.monotonic() - (since.get(id) ?? clock.monotonic())) : undefined }))
  }
}
