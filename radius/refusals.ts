import type { Effects } from '#shared/effects.ts'
import type { Counter } from '#shared/metrics.ts'

/** Lines a second for one client and reason; the rest are counted and told with the next line. */
const LINES_PER_SECOND = 5

export type Refusals = {
  /** Counts and logs why a packet got no answer, or a rejection. `reason` comes from our code, never from the packet. */
  refuse(client: string, reason: string): void
}

type Window = { count: Counter; sinceMs: number; lines: number; untold: number }

/** One line says door, client and reason: no secret, no name, no address of a station. A flood cannot fill the log. */
export function createRefusals(door: string, effects: Pick<Effects, 'clock' | 'log' | 'metrics'>): Refusals {
  const windows = new Map<string, Window>()
  const log = effects.log.scoped('radius')

  function windowOf(client: string, reason: string): Window {
    const key = `${client}\0${reason}`
    let window = windows.get(key)
    if (!window) {
      const count = effects.metrics.counter('parvis_radius_refused_total', 'RADIUS packets refused or rejected, by reason', { door, client, reason })
      windows.set(key, (window = { count, sinceMs: -Infinity, lines: 0, untold: 0 }))
    }
    return window
  }

  return {
    refuse(client, reason) {
      const window = windowOf(client, reason)
      window.count()
      const nowMs = effects.clock.monotonic()
      if (nowMs - window.sinceMs >= 1000) Object.assign(window, { sinceMs: nowMs, lines: 0 })
      if (window.lines >= LINES_PER_SECOND) return void window.untold++
      window.lines++
      log.info('refused', { door, client, reason, untold: window.untold })
      window.untold = 0
    },
  }
}
