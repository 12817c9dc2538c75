// The sessions that run now, as an operator sees them: enough to end one, nothing that says whose it is.
import { ACCESS_METHODS } from '#radius/access-methods.ts'
import { readTokenUser } from '#radius/access/portal-token.ts'
import type { Done } from '#radius/coa.ts'
import { outcomeOf } from '#radius/coa/policy.ts'
import type { Told } from '#radius/coa/sender.ts'
import type { LiveSession } from '#radius/live-sessions.ts'
import type { RunningRadius } from '#radius/main.ts'
import type { OpenSession } from '#portal/session/session.ts'
import type { Sessions } from '#portal/session/sessions.ts'
import { canonicalBase32, encodeBase32 } from '#shared/base32.ts'
import type { Effects } from '#shared/effects.ts'
import { mac, secretKey, type KeyObject } from '#shared/keyed-mac.ts'
import type { Ground } from './ground.ts'
import { volatileKey } from './secrets.ts'

const LABEL = 'parvis/session-list/1'
/** 40 bits: 8 digits. */
const ID_BYTES = 5
const MINUTE_MS = 60_000

export type SessionRow = {
  /** Means nothing but to `session end` on this machine, until it is booted anew. */
  readonly id: string
  /** The RADIUS client that it is at. */
  readonly client: string
  readonly method: string
  readonly minutes: number
  /** Null where only the access server knows. */
  readonly remaining: number | null
}
/** `outcome` is `done`, `unknown`, or why not: an Error-Cause by name, `silent`, `stranger`. */
export type SessionEnd = { readonly ended: boolean; readonly outcome: string; readonly client?: string }
export type SessionDesk = { list(): { sessions: SessionRow[] }; end(id: string): Promise<SessionEnd> }

export type SessionDeskParts = {
  /** Of the runtime directory. */
  readonly key: KeyObject
  /** Our own gateway: as which its server knows it, what it calls itself. */
  readonly own: { readonly client: string; readonly nasIdentifier: string }
  readonly portal: Pick<Sessions, 'list' | 'endBy'> | undefined
  readonly radius: Pick<RunningRadius, 'live' | 'endings'> | undefined
  readonly effects: Pick<Effects, 'clock' | 'log'>
}

type Entry = { readonly row: SessionRow; end(): Promise<Told> }

function toldOf(done: Done): Told {
  return done === 'done' ? { kind: 'done' } : { kind: 'refused', cause: done }
}

function methodOf({ holder, userName }: LiveSession): string {
  const token = readTokenUser(userName)
  if (token) return ACCESS_METHODS[token.profile] ?? 'token'
  const end = holder?.indexOf(':') ?? -1
  return end > 0 ? (holder?.slice(0, end) ?? 'other') : 'other'
}

export function createSessionDesk({ key, own, portal, radius, effects }: SessionDeskParts): SessionDesk {
  const log = effects.log.scoped('sessions')
  const idOf = (...names: readonly string[]): string => encodeBase32(mac(key, LABEL, ...names).subarray(0, ID_BYTES))
  const minutesSince = (ms: number): number => Math.max(0, Math.floor((effects.clock.now() - ms) / MINUTE_MS))

  function ownEntry({ id, method, startedMs, deadlineMs }: OpenSession): Entry {
    const remaining = Math.max(0, Math.ceil((deadlineMs - effects.clock.now()) / MINUTE_MS))
    return {
      row: { id: idOf(own.client, own.nasIdentifier, id), client: own.client, method, minutes: minutesSince(startedMs), remaining },
      end: async () => toldOf((await portal?.endBy({ acctSessionId: id })) ?? 'sessionNotFound'),
    }
  }
  function foreignEntry(session: LiveSession, { endings }: Pick<RunningRadius, 'endings'>): Entry {
    const { origin, nasIdentifier, acctSessionId, sinceMs } = session
    const left = endings.remainderOf(session)
    const remaining = left?.kind === 'left' && left.seconds !== undefined ? Math.max(0, Math.ceil(left.seconds / 60)) : null
    return {
      row: { id: idOf(origin.client, nasIdentifier, acctSessionId), client: origin.client, method: methodOf(session), minutes: minutesSince(sinceMs), remaining },
      end: () => endings.end(session, 'staff'),
    }
  }
  /** Our own gateway's sessions come from its own store: accounting only repeats them. */
  const isOwn = ({ origin, nasIdentifier }: LiveSession): boolean => portal !== undefined && origin.client === own.client && nasIdentifier === own.nasIdentifier

  function entries(): Entry[] {
    const foreign = radius ? [...radius.live.all()].filter((session) => !isOwn(session)).map((session) => foreignEntry(session, radius)) : []
    // In the order of ids that mean nothing: not who came after whom.
    return [...(portal?.list().map(ownEntry) ?? []), ...foreign].sort((a, b) => (a.row.id < b.row.id ? -1 : 1))
  }

  return {
    list() {
      // Who looks at people's sessions leaves a trace, and the trace is no count.
      log.info('the list of live sessions was shown')
      return { sessions: entries().map(({ row }) => row) }
    },
    async end(typed) {
      const id = canonicalBase32(typed)
      const [entry, ...others] = entries().filter(({ row }) => row.id === id)
      if (!entry || others.length > 0) return { ended: false, outcome: 'unknown' }
      const told = await entry.end()
      const { client } = entry.row
      log.info('staff ended a session', { client, outcome: outcomeOf(told) })
      return { ended: told.kind === 'done', outcome: outcomeOf(told), client }
    },
  }
}

/** The desk, and our own gateway told to the server beside it, which then ends its sessions without a packet. */
export function startSessionDesk({ directories, effects }: Ground, own: SessionDeskParts['own'], portal: SessionDeskParts['portal'], radius: SessionDeskParts['radius']): SessionDesk {
  if (portal) radius?.endings.attach({ ...own, end: async (acctSessionId) => toldOf(await portal.endBy({ acctSessionId })) })
  return createSessionDesk({ key: secretKey(volatileKey(directories.runtime, 'session-list', effects.random)), own, portal, radius, effects })
}
