// What can be the matter with the service, one row each, the worst first. A page says it, /service explains it.

/** `planned` is only announced: all works until then. */
export type Level = 'works' | 'disturbed' | 'down'
/** The parts that /service names. */
export const PARTS = ['line', 'access', 'gate', 'receipts'] as const
export type Part = (typeof PARTS)[number]

type Condition = {
  readonly level: Level
  readonly part: Part
  /** Said on every page, not on /service alone, because it concerns whoever wants to get online now; with which of its sentences. */
  readonly notice?: 'works' | 'when'
  /** Whether it is told since when. Not of crowds: when a place fills up says how many come, and nobody noised that. */
  readonly since: boolean
}

export const CONDITIONS = {
  maintenance: { level: 'down', part: 'access', notice: 'when', since: true },
  uplink: { level: 'down', part: 'line', notice: 'works', since: true },
  gate: { level: 'down', part: 'gate', notice: 'works', since: true },
  radius: { level: 'down', part: 'access', notice: 'works', since: true },
  full: { level: 'disturbed', part: 'access', since: false },
  /** The RADIUS server is silent, and short connections are given without it. */
  grace: { level: 'disturbed', part: 'access', notice: 'works', since: true },
  /** Nine tenths of the addresses are taken. */
  pool: { level: 'disturbed', part: 'access', since: false },
  clock: { level: 'disturbed', part: 'receipts', notice: 'works', since: true },
  receipts: { level: 'disturbed', part: 'receipts', since: true },
  planned: { level: 'works', part: 'access', notice: 'works', since: false },
} as const satisfies Record<string, Condition>
export type ConditionId = keyof typeof CONDITIONS
/** With which of its sentences a condition is said on every page; undefined for one that is not. */
export function noticeOf(id: ConditionId): Condition['notice'] {
  const condition: Condition = CONDITIONS[id]
  return condition.notice
}
export const CONDITION_IDS = Object.keys(CONDITIONS) as readonly ConditionId[]

/** `sinceMs` on the wall clock, as far as this process saw it. */
export type Held = { readonly id: ConditionId; readonly sinceMs: number | undefined }

const LEVELS: readonly Level[] = ['works', 'disturbed', 'down']

/** The worst of what holds. */
export function levelOf(held: readonly Held[], part?: Part): Level {
  const levels = held.filter(({ id }) => part === undefined || CONDITIONS[id].part === part).map(({ id }) => LEVELS.indexOf(CONDITIONS[id].level))
  return LEVELS[Math.max(0, ...levels)] ?? 'works'
}
