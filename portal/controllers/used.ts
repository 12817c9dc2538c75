import type { Clock } from '#shared/clock.ts'

/** A redirect that opened a session opens no second one for so long; chilli's challenges live ten minutes, openNDS's IVs for ever. */
const KNOWN_MS = 24 * 3_600_000
const MOST_KNOWN = 65_536

/** Redirects that have been used, in memory: what a restart forgets, the controller's own check still refuses. */
export type Used = { has(once: string): boolean; add(once: string): void }

export function createUsed({ monotonic }: Pick<Clock, 'monotonic'>): Used {
  const known = new Map<string, number>()
  function forgetOld(): void {
    for (const [once, atMs] of known) {
      // In the order in which they came.
      if (monotonic() - atMs < KNOWN_MS && known.size < MOST_KNOWN) return
      known.delete(once)
    }
  }
  return {
    has(once) {
      const atMs = known.get(once)
      return atMs !== undefined && monotonic() - atMs < KNOWN_MS
    },
    add(once) {
      forgetOld()
      known.set(once, monotonic())
    },
  }
}
