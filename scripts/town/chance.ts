/**
 * A repeatable stream of chance for scripted towns: never for keys, ids or noise.
 * Source: SplitMix32, a 32-bit Weyl sequence through a finaliser (Steele, Lea, Flood 2014).
 */
export type Chance = {
  /** In [0, 1). */
  unit(): number
  /** A whole number in [0, below). */
  below(below: number): number
  /** How often something with this mean happens (Poisson, by Knuth's product for small means). */
  times(mean: number): number
  /** An index, each as likely as its weight. */
  weighted(weights: readonly number[]): number
}

const LARGEST_KNUTH_MEAN = 30

export function chance(seed: number): Chance {
  let state = seed >>> 0
  function unit(): number {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  function small(mean: number): number {
    const floor = Math.exp(-mean)
    let count = 0
    for (let product = unit(); product > floor; product *= unit()) count++
    return count
  }
  function times(mean: number): number {
    // A sum of independent Poisson counts is Poisson again, so a large mean is taken in pieces.
    let total = 0
    let left = mean
    for (; left > LARGEST_KNUTH_MEAN; left -= LARGEST_KNUTH_MEAN) total += small(LARGEST_KNUTH_MEAN)
    return total + small(left)
  }
  return {
    unit,
    times,
    below: (below) => Math.floor(unit() * below),
    weighted(weights) {
      let at = unit() * weights.reduce((sum, weight) => sum + weight, 0)
      const index = weights.findIndex((weight) => (at -= weight) < 0)
      return index < 0 ? weights.length - 1 : index
    },
  }
}
