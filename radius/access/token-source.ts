/** Portal tokens: `protocols.md` of the design says when one opens the door a first, a second and a later time. */
import type { Clock } from '#shared/clock.ts'
import { parseMacAddress } from '#shared/personal.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Remainder } from '../coa/policy.ts'
import type { Holder, LiveSession } from '../live-sessions.ts'
import type { Profile } from '../authorisation.ts'
import type { AccountingStore } from '../nas.ts'
import { ACCESS_METHODS } from '../access-methods.ts'
import type { Profiles } from '../profiles.ts'
import type { Decision, Question, Source } from './access.ts'
import { portalTokenPassword, readTokenUser, tokenNonce, type TokenKeyring, type TokenUser } from './portal-token.ts'
import type { TokenUses } from './token-uses.ts'

/** From the tap to the access server's question. */
const FIRST_USE_MS = 120_000
/** Without a Calling-Station-Id anyone who sees a token can use it: then it must be quick. */
const UNBOUND_FIRST_USE_MS = 30_000
/** How long an access server may repeat its question under a new identifier because our answer was lost. */
const RETRY_MS = 30_000
/** How far the clock of a portal on another machine may be ahead of ours. */
const CLOCK_AHEAD_MS = 5_000

export type TokenSourceParts = {
  readonly keyring: TokenKeyring
  readonly profiles: Profiles
  readonly uses: TokenUses
  /** Tells whether a session that a token opened is alive, and what it has used. */
  readonly sessions: Pick<AccountingStore, 'alive' | 'usedBytes'>
  readonly clock: Pick<Clock, 'now'>
}

const HOLDER = 'token:'

const reject = (reason: string): Decision => ({ kind: 'reject', reason })
const accept = (authorisation: Profile): Decision => ({ kind: 'accept', authorisation })

/** The token's station as the portal wrote it into the password; undefined when the request does not say. */
function stationOf({ client, packet }: Question): string | undefined {
  if (!client.stationBound) return ''
  const station = packet.read(ATTRIBUTES['Calling-Station-Id'])
  return station === undefined ? undefined : parseMacAddress(station)
}

export function tokenSource({ keyring, profiles, uses, sessions, clock }: TokenSourceParts): Source {
  function first(token: TokenUser, profile: Profile, limitMs: number, nowMs: number): Decision {
    const issuedMs = token.issuedSeconds * 1000
    // The token says whole seconds: one issued in the second of our start may be younger than we are.
    if (issuedMs < uses.knownSinceMs - 1000) return reject('token_before_start')
    if (issuedMs > nowMs + CLOCK_AHEAD_MS) return reject('token_from_future')
    if (nowMs - issuedMs > limitMs) return reject('token_expired')
    const untilMs = Math.max(nowMs + profile.sessionSeconds * 1000, issuedMs + FIRST_USE_MS + RETRY_MS)
    uses.remember(token.nonce, nowMs, untilMs, profile.quotaBytes)
    return accept(profile)
  }

  /** Time is counted from the first use and bytes from the session's start: asking again lengthens nothing. */
  function again(token: TokenUser, profile: Profile, firstMs: number, nowMs: number): Decision {
    if (Math.abs(nowMs - firstMs) <= RETRY_MS) return accept(profile)
    if (!sessions.alive(token.nonce)) return reject('token_replay')
    const sessionSeconds = profile.sessionSeconds - Math.ceil((nowMs - firstMs) / 1000)
    if (sessionSeconds <= 0) return reject('token_spent')
    if (profile.quotaBytes === undefined) return accept({ ...profile, sessionSeconds })
    const quotaBytes = profile.quotaBytes - (sessions.usedBytes?.(token.nonce) ?? 0)
    return quotaBytes > 0 ? accept({ ...profile, sessionSeconds, quotaBytes }) : reject('token_spent')
  }

  function holderOf(userName: string): Holder | undefined {
    const nonce = tokenNonce(userName)
    return nonce === undefined ? undefined : `${HOLDER}${nonce}`
  }

  /** A token that was accepted elsewhere, or long ago, is nobody's business here. */
  function remainderOf({ holder }: LiveSession): Remainder | undefined {
    if (!holder?.startsWith(HOLDER)) return undefined
    const nonce = holder.slice(HOLDER.length)
    const granted = uses.granted(nonce)
    if (!granted) return undefined
    const seconds = Math.ceil((granted.untilMs - clock.now()) / 1000)
    if (granted.quotaBytes === undefined) return { kind: 'left', seconds }
    return { kind: 'left', seconds, octets: granted.quotaBytes - (sessions.usedBytes?.(nonce) ?? 0) }
  }

  function decide(question: Question): Decision | undefined {
    const token = readTokenUser(question.userName)
    if (!token) return undefined
    const key = keyring.keys.get(token.kid)
    if (!key) return reject('token_key_unknown')
    const method = ACCESS_METHODS[token.profile]
    if (!method) return reject('token_profile_unknown')
    const csid = stationOf(question)
    if (csid === undefined) return reject('station_absent')
    const firstMs = uses.firstUse(token.nonce)
    const password = portalTokenPassword(key, token.user, { csid, nas: question.client.name })
    // The password proves station and access server: a known token with a wrong one comes from somewhere else.
    if (!question.credential.proves(password)) return reject(firstMs === undefined ? 'token_wrong' : 'token_replay')
    const nowMs = clock.now()
    const profile = profiles.of(method, question.packet)
    if (firstMs !== undefined) return again(token, profile, firstMs, nowMs)
    return first(token, profile, question.client.stationBound ? FIRST_USE_MS : UNBOUND_FIRST_USE_MS, nowMs)
  }

  return { name: 'token', decide, holderOf, remainderOf }
}
