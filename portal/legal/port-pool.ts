// Which session has which ports of the public address: alone, and for some seconds after it nobody else.
/** Below stand the gateway's own connections (gateway/port-blocks.ts). */
export const FIRST_SESSION_PORT = 5_000
const LAST_PORT = 65_535
/** Requests know their instant to a second; two sessions of one block lie further apart. */
const REST_MS = 5_000

export type PortBlock = { readonly from: number; readonly to: number }

export type PortPool = {
  /** The block that has rested longest. `shared`: all are in use, and this one has another session too. */
  take(): PortBlock & { readonly shared: boolean }
  /** Takes up one that a session of before the restart has. */
  hold(from: number): void
  free(from: number): void
  /** Whether any block has more than one session. */
  crowded(): boolean
  readonly size: number
}

/** @param ports Of each block. @param steady Milliseconds that never go back. */
export function createPortPool(ports: number, steady: () => number): PortPool {
  const count = Math.floor((LAST_PORT - FIRST_SESSION_PORT + 1) / ports)
  const holders = new Map<number, number>()
  let rested: { from: number; sinceMs: number }[] = Array.from({ length: count }, (_, n) => ({ from: FIRST_SESSION_PORT + n * ports, sinceMs: -Infinity }))
  const block = (from: number): PortBlock => ({ from, to: from + ports - 1 })

  function hold(from: number): void {
    rested = rested.filter((one) => one.from !== from)
    holders.set(from, (holders.get(from) ?? 0) + 1)
  }

  return {
    size: count,
    hold,
    crowded: () => [...holders.values()].some((holding) => holding > 1),
    take() {
      const [first] = rested
      if (first && steady() - first.sinceMs >= REST_MS) {
        rested.shift()
        holders.set(first.from, 1)
        return { ...block(first.from), shared: false }
      }
      const [from = FIRST_SESSION_PORT, holding = 0] = [...holders].sort(([, a], [, b]) => a - b)[0] ?? []
      holders.set(from, holding + 1)
      return { ...block(from), shared: true }
    },
    free(from) {
      const left = (holders.get(from) ?? 0) - 1
      if (left > 0) return void holders.set(from, left)
      if (holders.delete(from)) rested.push({ from, sinceMs: steady() })
    },
  }
}

export function blockCount(ports: number): number {
  return Math.floor((LAST_PORT - FIRST_SESSION_PORT + 1) / ports)
}
