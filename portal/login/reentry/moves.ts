import { reason } from '#shared/log.ts'
import type { Effects } from '#shared/effects.ts'
import type { Authorisation } from '#radius/nas.ts'
import { createTurns } from '#shared/turns.ts'
import type { OpenSession, PausedSession, Session, SessionId } from '../../session/session.ts'
import { secondsLeft } from '../../session/session.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { SessionStore } from '../../session/store.ts'
import { problem, type Problem } from '../problems.ts'
import type { ReentryCode } from './code.ts'
import type { Codes, Entry } from './codes.ts'

const MOST_MOVES = 6

/** What the next session carries on: RADIUS has decided it, and nothing is refilled. */
export type Carried = {
  readonly kind: 'carried'
  readonly user: string
  readonly nonce: string
  readonly method: string
  readonly seconds: number
  readonly limits: Authorisation
  readonly counted: SessionId
}
/** The session is over: RADIUS is asked anew, and gives no more than was left. */
export type Capped = { readonly kind: 'capped'; readonly method: string; readonly seconds: number; readonly quotaBytes: number | undefined; readonly counted: SessionId }
export type Moving = Carried | Capped

export type MovesParts = {
  readonly codes: Codes
  readonly store: Pick<SessionStore, 'byId'>
  readonly sessions: Pick<Sessions, 'end'>
  readonly effects: Pick<Effects, 'log'>
  now(): number
}
/** What `open` made of it; `opened` is what the code leads to from then on. */
export type Moved<Result> = { readonly result: Result; readonly opened?: { readonly session: OpenSession; readonly token: Parameters<Codes['moved']>[3] } | undefined }
export type Moves = <Result>(code: ReentryCode, site: string, open: (moving: Moving) => Promise<Moved<Result>>) => Promise<Result | Problem>

/** Whose session its holder alone can begin again, with what was typed then. */
const isOwnName = ({ method }: Entry): boolean => method !== 'click'
type Movable = OpenSession | PausedSession
/** One that is paused has its time before it. */
const isMovable = (session: Session | undefined, nowMs: number): session is Movable => (session?.kind === 'open' || session?.kind === 'paused') && session.deadlineMs > nowMs
const isShut = (session: Session | undefined): boolean => session === undefined || (session.kind === 'closing' && session.shut)

/**
 * Takes a session from the device that has it to the one that shows its code (protocols.md §5): the old one is ended, then the new one
 * opened, so that there is one at any time. One after another for each code; two phones that show it at once take it from each other.
 */
export function createMoves({ codes, store, sessions, effects, now }: MovesParts): Moves {
  const turns = createTurns()

  /** With the gate shut it has ended, should the disk not know yet. @throws UnavailableError when the gate does not answer. */
  async function endOld(old: Movable): Promise<number> {
    try {
      const ended = await sessions.end(old.id, 'userRequest', true)
      if (ended) return ended.usage.upBytes + ended.usage.downBytes
    } catch (error) {
      if (!isShut(store.byId(old.id))) throw error
      effects.log.warn('the end of a session that moves waits for the disk', { reason: reason(error) })
    }
    const { usage } = store.byId(old.id) ?? old
    return usage.upBytes + usage.downBytes
  }

  async function carry(old: Movable): Promise<Carried | Problem> {
    const used = await endOld(old)
    const seconds = old.kind === 'paused' ? Math.ceil(old.leftMs / 1000) : secondsLeft(old, now())
    const { quotaBytes, ...limits } = old.limits
    const left = quotaBytes === undefined ? undefined : quotaBytes - used
    if (seconds < 1 || (left !== undefined && left <= 0)) return problem('spent')
    return { kind: 'carried', user: old.user, nonce: old.nonce, method: old.method, seconds, limits: { ...limits, ...(left !== undefined && { quotaBytes: left }) }, counted: old.counted }
  }

  function cap(entry: Entry): Capped | Problem {
    if (isOwnName(entry)) return problem('over')
    const seconds = secondsLeft(entry, now())
    if (seconds < 1 || (entry.quotaBytes !== undefined && entry.quotaBytes <= 0)) return problem('spent')
    return { kind: 'capped', method: entry.method, seconds, quotaBytes: entry.quotaBytes, counted: entry.counted }
  }

  async function prepare(entry: Entry): Promise<Moving | Problem> {
    if (entry.moves >= MOST_MOVES) return problem('moved')
    const old = store.byId(entry.session)
    return isMovable(old, now()) ? carry(old) : cap(entry)
  }

  return async function moveBy(code, site, open) {
    const known = codes.find(code)
    // A code of another place would tell that somebody was there.
    if (known?.site !== site) return problem('wrong')
    return turns(known.proof.toString('hex'), async () => {
      const entry = codes.find(code)
      const moving = entry ? await prepare(entry) : problem('wrong')
      if (!entry || moving.kind === 'problem') return moving.kind === 'problem' ? moving : problem('wrong')
      const { result, opened } = await open(moving)
      if (opened) codes.moved(entry, code, opened.session, opened.token)
      return result
    })
  }
}
