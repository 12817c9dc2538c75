// What can be the matter with the service, one row each, the worst first. A page says it, /service explains it.

/** `planned` is only announced: all works until then. */
export type Level = 'works' | 'disturbed' | 'down'
/** The parts that /service names. */
export const PARTS = ['line', 'access', 'gate', 'receipts'] as const
export type Part = (typeof PARTS)[number]

type Condition = {
  readonly level: Level
  readonly part: Part
  /** Said on every page, not on /service alone: it concerns whoever wants to get online now. */
  readonly everywhere: boolean
  /** Whether it is told since when. Not of crowds: when a place fills up says how many come, and nobody noised that. */
  readonly since: boolean
}

export const CONDITIONS = {
  maintenance: { level: 'down', part: 'access', everywhere: true, since: true },
  uplink: { level: 'down', part: 'line', everywhere: true, since: true },
  gate: { level: 'down', part: 'gate', everywhere: true, since: true },
  radius: { level: 'down', part: 'access', everywhere: true, since: true },
  full: { level: 'disturbed', part: 'access', everywhere: false, since: false },
  /** The RADIUS server is silent, and short connections are given without it. */
  grace: { level: 'disturbed', part: 'access', everywhere: false, since: true },
  /** Nine tenths of the addresses are taken. */
  pool: { level: 'disturbed', part: 'access', everywhere: false, since: false },
  clock: { level: 'disturbed', part: 'receipts', everywhere: true, since: true },
  receipts: { level: 'disturbed', part: 'receipts', everywhere: false, since: true },
  planned: { level: 'works', part: 'access', everywhere: true, since: false },
} as const satisfies Record<string, Condition>
export type ConditionId = keyof typeof CONDITIONS
export const CONDITION_IDS = Object.keys(CONDITIONS) as readonly ConditionId[]

/** `sinceMs` on the wall clock, as far as this process saw it. */
export type Held = { readonly id: ConditionId; readonly sinceMs: number | undefined }

const LEVELS: readonly Level[] = ['works', 'disturbed', 'down']

/** The worst of what holds. */
export function levelOf(held: readonly Held[], part?: Part): Level {
  const levels = held.filter(({ id }) => part === undefined || CONDITIONS[id].part === part).map(({ id }) => LEVELS.indexOf(CONDITIONS[id].level))
  return LEVELS[Math.max(0, ...levels)] ?? 'works'
}
