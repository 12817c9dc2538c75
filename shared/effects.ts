import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What every role is handed instead of reaching for it: only scripts/main.ts and tests make these. */
export type Effects = {
  clock: Clock
  /** `length` unpredictable bytes, for ids, nonces and keys. Noise has a source of its own (shared/count). */
  random(length: number): Buffer
  log: Log
  metrics: Metrics
}

/** A role that listens. */
export type Running = {
  /** Where people reach it, as `http://host:port/`, by name of the door; empty for UDP services. */
  urls: Readonly<Record<string, string>>
  /** True once it can do its work; what /readyz answers. */
  ready(): boolean
  /** Stops listening, finishes what was begun within 10 s, leaves nothing acknowledged unwritten. Idempotent. */
  close(): Promise<void>
}
