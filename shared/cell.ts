/**
 * A cell is one published number: a noisy count for one site, interval, release and bin. It is anonymous by construction,
 * because only shared/count/release makes one.
 */
export type Cell = {
  /** Name of a row of shared/count/releases.ts: `arrivals`, `sessions`, `dwell` … */
  readonly release: string
  /** One of the release's public bins; `all` where it has a single one. */
  readonly bin: string
  /** UTC instants `YYYY-MM-DDTHH:MMZ`; the interval is [from, to). */
  readonly from: string
  readonly to: string
  /** Signed integer: the true bounded count plus discrete Laplace noise; never clamped. */
  readonly value: number
  /** ε of this cell, in thousandths. */
  readonly eps_milli: number
  /** Standard deviation of the noise, in thousandths. */
  readonly sd_milli: number
  /** Set on a cell that replaces finer ones: the length of those, in minutes. */
  readonly supersedes?: number
}

/** An instant as cells write it. */
export function minuteInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`
}

/** Milliseconds of what `minuteInstant` wrote; NaN when it is not of that form. */
export function parseMinuteInstant(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(text) ? Date.parse(`${text.slice(0, 16)}:00Z`) : Number.NaN
}
