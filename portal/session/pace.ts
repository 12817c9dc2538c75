import type { Clock } from '#shared/clock.ts'

/** Slewing by NTP stays below this; a jump is above. */
const SMALLEST_JUMP_MS = 1_000

/**
 * Deadlines are kept as wall-clock times, so that they outlive the process; durations must follow the monotonic clock. Where
 * the two drift apart (first NTP answer after a start in 1970), `onJump` is told by how much, and every stored time moves along.
 */
export function createPace(clock: Clock, onJump: (ms: number) => void): () => void {
  let offset = clock.now() - clock.monotonic()
  return function keepPace() {
    const drift = Math.round(clock.now() - clock.monotonic() - offset)
    if (Math.abs(drift) < SMALLEST_JUMP_MS) return
    offset += drift
    onJump(drift)
  }
}
