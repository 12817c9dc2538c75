/** Uniform in [0, below). */
export type Chance = (below: number) => number

/** The same numbers for the same seed (xorshift32). */
export function seededChance(seed: number): Chance {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
