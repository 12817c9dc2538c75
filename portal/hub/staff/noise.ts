/**
 * What may be said of a noisy number (`privacy.md`, Releases and rule 8). Everything follows from the published standard
 * deviation, so a page needs no knowledge of budgets.
 */

/** A number with its noise. `sd` in devices; `single` when it is one discrete Laplace draw and not a combination. */
export type Estimate = { readonly value: number; readonly sd: number; readonly single: boolean }

const NORMAL_95 = 1.96
const SMALLEST_SHOWN = 10

/** The ratio of neighbouring probabilities, e^(−1/s), of a discrete Laplace with this deviation: sd² = 2q/(1−q)². */
function ratioOf(sd: number): number {
  const variance = sd * sd
  return (variance + 1 - Math.sqrt(2 * variance + 1)) / variance
}

/** 95 % of draws lie within ± this many devices: exact for a single draw, normal for a combination. */
export function halfWidth({ sd, single }: Estimate): number {
  if (sd === 0) return 0
  if (!single) return Math.round(NORMAL_95 * sd)
  const q = ratioOf(sd)
  // P(|X| > k) = 2 q^(k+1) / (1 + q); k is the smallest with at most 5 %.
  return Math.max(0, Math.ceil(Math.log((0.05 * (1 + q)) / 2) / Math.log(q) - 1e-9) - 1)
}

/** Below this a number is greyed: noise alone reaches it too often. */
export function displayThreshold({ sd }: Estimate): number {
  if (sd === 0) return SMALLEST_SHOWN
  const s = -1 / Math.log(ratioOf(sd))
  return Math.max(SMALLEST_SHOWN, Math.ceil(s * Math.log(100 / (1 + Math.exp(-1 / s)))))
}

export function isGrey(estimate: Estimate): boolean {
  return Math.abs(estimate.value) < displayThreshold(estimate)
}

/** The sum of independent estimates. */
export function sum(estimates: readonly Estimate[]): Estimate {
  const [only] = estimates
  if (only && estimates.length === 1) return only
  return { value: estimates.reduce((total, { value }) => total + value, 0), sd: Math.hypot(...estimates.map(({ sd }) => sd)), single: false }
}

/** Two estimates of the same number, weighted by least squares: busy sites publish the hours and the day apart. */
export function combine(one: Estimate, other: Estimate): Estimate {
  const [weightOne, weightOther] = [1 / one.sd ** 2, 1 / other.sd ** 2]
  const weight = weightOne + weightOther
  return { value: (one.value * weightOne + other.value * weightOther) / weight, sd: Math.sqrt(1 / weight), single: false }
}

/** A mean over days; undefined when one is greyed, because greyed numbers are never added up. */
export function meanOf(estimates: readonly Estimate[]): Estimate | undefined {
  if (estimates.length === 0 || estimates.some(isGrey)) return undefined
  const total = sum(estimates)
  return { value: total.value / estimates.length, sd: total.sd / estimates.length, single: estimates.length === 1 }
}
