import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Nas } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import { limitsFrom } from '../login/granting.ts'
import { credentialsFor, METHODS, type Method } from '../login/methods.ts'
import type { PortalSettings } from '../settings.ts'
import { callingStation } from './reporting.ts'
import { noLaterThanClosing, type SessionRules } from './rules.ts'
import { secondsLeft, type OpenSession } from './session.ts'
import type { Sessions } from './sessions.ts'

/** Who has hardly begun needs no more: at least this much, or a quarter of what is given at once, must be gained. */
const LEAST_GAIN_MS = 600_000
const LEAST_SHARE = 4

export const EXTENDED = ['extended', 'refused', 'silent', 'gone'] as const
export type Extended = (typeof EXTENDED)[number]
export type Extending = {
  /** Whether asking now could give more time: what the button and `can-extend-session` (RFC 8908 §5) say. */
  possible(session: OpenSession): boolean
  /** Asks RADIUS once more, with a token of its own. What it grants counts from now; nothing is ever shortened. */
  extend(session: OpenSession): Promise<Extended>
}

export type ExtendingParts = {
  readonly settings: PortalSettings
  readonly sessions: Pick<Sessions, 'change'>
  readonly rules: SessionRules
  readonly nas: Nas
  readonly keyring: TokenKeyring
  readonly effects: Effects
}

/** A method that asks nothing can be asked again without its citizen; who typed a secret types it again when the time is up. */
function methodAgain({ method, nonce }: OpenSession): Method | undefined {
  const row = METHODS.find(({ id }) => id === method)
  return nonce !== '' && row?.form === true && row.fields.length === 0 ? row : undefined
}

export function createExtending({ settings, sessions, rules, nas, keyring, effects }: ExtendingParts): Extending {
  const { clock, random, metrics } = effects
  const { nasIdentifier, nasName } = settings
  const now = () => Math.floor(clock.now())

  function possible(session: OpenSession): boolean {
    // A foreign controller was told its minutes once.
    if (session.behind !== undefined || settings.extend === false || !methodAgain(session)) return false
    const givenMs = (settings.sessionSecondsAt?.[session.site] ?? settings.sessionSeconds) * 1000
    const gainMs = noLaterThanClosing(rules, session.site, now(), now() + givenMs) - session.deadlineMs
    return gainMs >= Math.min(LEAST_GAIN_MS, givenMs / LEAST_SHARE)
  }

  async function ask(session: OpenSession, method: Method) {
    const { mac, site } = session
    const { user, password } = credentialsFor({ kind: 'token' }, method, mac, { keyring, nasName, nowMs: clock.now(), random })
    return nas.access({ userName: user, password, callingStationId: callingStation(mac), calledStationId: `${nasIdentifier}:${site}`, nasIdentifier })
  }

  async function extendNow(session: OpenSession): Promise<Extended> {
    const method = methodAgain(session)
    if (!method || !possible(session)) return 'refused'
    const answer = await ask(session, method)
    if (answer.kind === 'silence') return 'silent'
    if (answer.kind === 'reject') return 'refused'
    const { seconds, limits } = limitsFrom(answer.authorisation, settings)
    if (seconds <= secondsLeft(session, now())) return 'refused'
    const { upBytes, downBytes } = session.usage
    // As if the citizen had come anew: a quota begins anew too.
    const quota = limits.quotaBytes !== undefined && { quotaBytes: upBytes + downBytes + limits.quotaBytes }
    return (await sessions.change(session.id, { sessionSeconds: seconds, ...quota })) ? 'extended' : 'gone'
  }

  return {
    possible,
    async extend(session) {
      const outcome = await extendNow(session)
      metrics.counter('portal_extensions_total', 'Requests for more time, by outcome.', { outcome })()
      return outcome
    },
  }
}
