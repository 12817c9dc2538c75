// What a RADIUS server asks of running sessions (RFC 5176): found by names, then ended or changed, all of it or nothing.
import type { Done, SessionChange, SessionTarget } from '#radius/coa.ts'
import { reason } from '#shared/log.ts'
import { parseMacAddress } from '#shared/personal.ts'
import type { Turns } from '#shared/turns.ts'
import { changeSession } from './changing.ts'
import type { Desk } from './desk.ts'
import { keyOf, type EndedSession, type Session, type SessionId } from './session.ts'

export type ServerRequests = {
  /** The acknowledgement may leave after `done`: the gate is shut then. A request that names nothing fits nobody. */
  endBy(names: SessionTarget): Promise<Done>
  changeBy(names: SessionTarget, change: SessionChange): Promise<Done>
}

function fits(session: Session, names: SessionTarget): boolean {
  if (Object.keys(names).length === 0) return false
  if (names.acctSessionId !== undefined && names.acctSessionId !== session.id) return false
  if (names.userName !== undefined && names.userName !== session.user) return false
  return names.callingStationId === undefined || parseMacAddress(names.callingStationId) === session.mac
}

const isShut = (session: Session | undefined): boolean => session === undefined || (session.kind === 'closing' && session.shut)

/** `end` ends a session in its client's turn; `onChange` hears that a deadline may have moved. */
export function createServerRequests(desk: Desk, turns: Turns, end: (id: SessionId) => Promise<EndedSession | undefined>, onChange: () => void): ServerRequests {
  const { store, effects } = desk

  /** The gate is what counts: a session whose Stop waits for the disk is ended. */
  async function isEnded(id: SessionId): Promise<boolean> {
    try {
      await end(id)
    } catch (error) {
      effects.log.warn('a session did not end as its server asked', { reason: reason(error) })
    }
    return isShut(store.byId(id))
  }

  function changeInTurn({ id, ...client }: Session, change: SessionChange): Promise<Done> {
    return turns(keyOf(client), async () => {
      const session = store.byId(id)
      if (session?.kind !== 'open' || session.deadlineMs <= desk.now()) return 'sessionNotFound'
      await changeSession(desk, session, change)
      onChange()
      return 'done'
    })
  }

  return {
    async endBy(names) {
      const found = store.all().filter((session) => !isShut(session) && fits(session, names))
      if (found.length === 0) return 'sessionNotFound'
      const ended = await Promise.all(found.map(({ id }) => isEnded(id)))
      return ended.every(Boolean) ? 'done' : 'sessionNotRemovable'
    },
    async changeBy(names, change) {
      const [one, ...more] = store.all().filter((session) => session.kind === 'open' && fits(session, names))
      if (!one) return 'sessionNotFound'
      if (more.length > 0) return 'multipleSessions'
      return changeInTurn(one, change).catch((error: unknown): Done => {
        effects.log.warn('a session was not changed as its server asked', { reason: reason(error) })
        return 'resourcesUnavailable'
      })
    },
  }
}
