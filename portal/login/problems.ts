// Why what somebody typed opened nothing, as far as it helps a holder. The words stand in pages/texts.
import { readTold, type Told } from '#radius/told.ts'

/** The status tells programs; 429 comes with the seconds to wait. */
export const PROBLEMS = {
  missing: 400,
  mistyped: 400,
  wrong: 403,
  expired: 403,
  spent: 403,
  inUse: 403,
  /** A re-entry code whose session is over, of a kind that only its holder can begin again. */
  over: 403,
  /** A re-entry code that has moved its session as often as a day allows. */
  moved: 403,
  tooSoon: 429,
  busy: 429,
  refused: 403,
} as const satisfies Record<Told | string, number>
export type ProblemId = keyof typeof PROBLEMS

export type Problem = {
  readonly kind: 'problem'
  readonly problem: ProblemId
  /** The field that it is about; the method's first where none is named. */
  readonly field?: string
  /** Whole seconds after which a try counts again. */
  readonly seconds?: number
  /** What the server said in words of its own. */
  readonly said?: string
}

/** As long as a server of ours makes somebody wait at most. */
const SERVER_WAIT_SECONDS = 2
const BUSY_SECONDS = 60
/** RFC 2865 §5.18: what one attribute holds. */
const MOST_SAID = 253
/** What is not read but acts: controls, what turns the direction of the words around it, and what stands in no text, our own marks among it. */
const ACTING = /[\p{Cc}\u202A-\u202E\u2066-\u2069\p{Noncharacter_Code_Point}]/gu

export function problem(id: ProblemId, more: Omit<Problem, 'kind' | 'problem'> = {}): Problem {
  return { kind: 'problem', problem: id, ...more }
}

/** From a reject. The words of a server that is not ours are handed on, to be shown as text. */
export function problemOf(message: string | undefined): Problem {
  const told = readTold(message)
  if (told === 'tooSoon') return problem(told, { seconds: SERVER_WAIT_SECONDS })
  if (told === 'busy') return problem(told, { seconds: BUSY_SECONDS })
  if (told !== undefined) return problem(told)
  const said = message?.replace(/\s+/g, ' ').replace(ACTING, '').trim().slice(0, MOST_SAID)
  return problem('refused', said ? { said } : {})
}
