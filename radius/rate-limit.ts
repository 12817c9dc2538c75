/** A token bucket: `perSecond` on average, a second's worth at once. */
export type RateLimit = { /** Takes one; false when none is left. `nowMs` is monotonic. */ take(nowMs: number): boolean }

export function rateLimit(perSecond: number): RateLimit {
  let left = perSecond
  let lastMs = 0
  return {
    take(nowMs) {
      left = Math.min(perSecond, left + ((nowMs - lastMs) * perSecond) / 1000)
      lastMs = nowMs
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
