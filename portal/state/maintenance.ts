// Works that somebody has announced: from when, until when, and what they say about it.
import * as v from 'valibot'

export const MOST_WORDS = 300
/** Longer is no maintenance but a closure, and an end that was mistyped must not close a town. */
export const LONGEST_MS = 30 * 86_400_000

const words = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MOST_WORDS))
const instant = v.pipe(v.number(), v.safeInteger())

/** Wall-clock milliseconds; `texts` by language, French first. */
export const maintenanceSchema = v.pipe(
  v.object({ fromMs: instant, untilMs: instant, texts: v.record(v.string(), words) }),
  v.check(({ fromMs, untilMs }) => untilMs > fromMs && untilMs - fromMs <= LONGEST_MS, 'the end must come after the beginning, by 30 days at most'),
)
export type Maintenance = v.InferOutput<typeof maintenanceSchema>
export type Phase = 'planned' | 'now' | 'over'

export function phaseOf({ fromMs, untilMs }: Maintenance, nowMs: number): Phase {
  if (nowMs >= untilMs) return 'over'
  return nowMs < fromMs ? 'planned' : 'now'
}

/** What a file or a command holds; undefined when it is none. */
export function readMaintenance(value: unknown): Maintenance | undefined {
  const read = v.safeParse(maintenanceSchema, value)
  return read.success ? read.output : undefined
}
