import type { Counter, Metrics } from '#shared/metrics.ts'

/** What one client asked at one door. */
export type Tally = {
  /** Believed requests, the repeated ones included. */
  readonly requests: Counter
  readonly repeated: Counter
  readonly answered: Counter
}

/** Counters by client, made when a client first asks; clients are named by the settings, so their number is bounded. */
export function createTallies(door: string, metrics: Metrics): (client: string) => Tally {
  const tallies = new Map<string, Tally>()
  return function tallyOf(client) {
    const known = tallies.get(client)
    if (known) return known
    const labels = { door, client }
    const tally: Tally = {
      requests: metrics.counter('parvis_radius_requests_total', 'RADIUS requests that were believed', labels),
      repeated: metrics.counter('parvis_radius_repeated_total', 'RADIUS requests that came again', labels),
      answered: metrics.counter('parvis_radius_answered_total', 'RADIUS replies made', labels),
    }
    tallies.set(client, tally)
    return tally
  }
}
