import type { Effects } from '#shared/effects.ts'
import type { Counter } from '#shared/metrics.ts'

/** Lines a second for one client and reason; the rest are counted and told with the next line. */
const LINES_PER_SECOND = 5

/** What the sender hears of a refusal: that it is one, or nothing. */
export type Heard = 'refusal' | 'silence'
export type Refusals = {
  /** Counts and logs why a packet got no answer, or a rejection. `reason` is a code of `reasons.ts`, never something from the packet. */
  refuse(client: string, reason: string, heard: Heard): void
}

type Window = { readonly count: Counter; sinceMs: number; lines: number; untold: number }

/** One line says door, client and reason: no secret, no name, no address of a station. A flood cannot fill the log. */
export function createRefusals(door: string, effects: Pick<Effects, 'clock' | 'log' | 'metrics'>): Refusals {
  const windows = new Map<string, Map<string, Window>>()
  const log = effects.log.scoped('radius')

  function openWindow(client: string, reason: string, heard: Heard): Window {
    const labels = { door, client, reason, heard }
    const count = effects.metrics.counter('parvis_radius_refused_total', 'RADIUS packets refused, by reason, and what the sender heard of it', labels)
    const window = { count, sinceMs: -Infinity, lines: 0, untold: 0 }
    const ofClient = windows.get(client) ?? new Map<string, Window>()
    windows.set(client, ofClient.set(reason, window))
    return window
  }

  return {
    refuse(client, reason, heard) {
      const window = windows.get(client)?.get(reason) ?? openWindow(client, reason, heard)
      window.count()
      const nowMs = effects.clock.monotonic()
      if (nowMs - window.sinceMs >= 1000) {
        window.sinceMs = nowMs
        window.lines = 0
      }
      if (window.lines >= LINES_PER_SECOND) return void window.untold++
      window.lines++
      log.info('refused', { door, client, reason, untold: window.untold })
      window.untold = 0
    },
  }
}
