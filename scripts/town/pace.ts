/** Started but not ended; more wait. */
const MOST_AT_ONCE = 256

export type Pace = {
  /** Starts `run` for each item and resolves when all have ended. `run` must not throw. */
  <Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void>
}

/** `rate` starts a second, evenly, over all calls together. */
export function createPace(rate: number): Pace {
  let nextMs = 0
  async function turn(): Promise<void> {
    const waitMs = nextMs - performance.now()
    nextMs = Math.max(nextMs, performance.now()) + 1_000 / rate
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  return async function atPace(items, run) {
    const under = new Set<Promise<void>>()
    for (const item of items) {
      await turn()
      if (under.size >= MOST_AT_ONCE) await Promise.race(under)
      const one = run(item).finally(() => under.delete(one))
      under.add(one)
    }
    await Promise.all(under)
  }
}
