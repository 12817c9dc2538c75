import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Authorisation, Nas } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import type { Acknowledge, Choices } from '../consent/acknowledge.ts'
import type { Terms } from '../consent/terms.ts'
import { meantKbps, MOST_GRANT_SECONDS } from '../gateway/policy.ts'
import type { Failure } from '../pages/failure.ts'
import type { Step } from '../session/desk.ts'
import type { Opened } from '../session/opening.ts'
import { callingStation } from '../session/reporting.ts'
import type { OpenSession } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { PortalSettings } from '../settings.ts'
import type { Method } from './methods.ts'

export type Tap = { readonly mac: MacAddress; readonly site: Site; readonly language: string; readonly method: Method; readonly terms: Terms; readonly choices?: Choices }

export type Connected =
  | ({ readonly kind: 'opened'; readonly extrasRefused: boolean } & Opened)
  /** Somebody of this device was faster: another tap, another window. */
  | { readonly kind: 'live'; readonly session: OpenSession }
  | { readonly kind: 'failed'; readonly failure: Failure }

export type Connect = (tap: Tap) => Promise<Connected>

export type ConnectParts = {
  readonly settings: PortalSettings
  readonly sessions: Sessions
  readonly nas: Nas
  readonly keyring: TokenKeyring
  /** Signs the receipt of this tap. */
  readonly acknowledge: Acknowledge
  readonly effects: Effects
  step(step: Step): void
}

/** What RADIUS left open is filled from the settings; what it said holds within what a gate can keep. */
export function limitsFrom(authorisation: Authorisation, settings: PortalSettings): { seconds: number; limits: Authorisation } {
  const { sessionSeconds = settings.sessionSeconds, idleSeconds = settings.idleSeconds, downKbps = settings.downKbps, upKbps = settings.upKbps, quotaBytes = settings.quotaBytes, ...rest } = authorisation
  const [down, up] = [meantKbps(downKbps), meantKbps(upKbps)]
  const limits = { ...rest, ...(idleSeconds && { idleSeconds }), ...(quotaBytes !== undefined && { quotaBytes }), ...(down !== undefined && { downKbps: down }), ...(up !== undefined && { upKbps: up }) }
  return { seconds: Math.min(sessionSeconds, MOST_GRANT_SECONDS), limits }
}

/** The tap: asks RADIUS, signs the receipt, opens the session; one at a time for each device. */
export function createConnect(parts: ConnectParts): Connect {
  const { settings, sessions, nas, keyring, acknowledge, effects } = parts
  const { clock, metrics, random } = effects
  const outcomes = (outcome: string) => metrics.counter('portal_connects_total', 'Taps on the button, by outcome.', { outcome })

  async function ask({ mac, method, site }: Tap) {
    const token = method.credentials({ keyring, profile: settings.profile, nasName: settings.nasName, mac, nowMs: clock.now(), random })
    const { nasIdentifier } = settings
    // Where an access point says its network we say the site, which only we know: limits may differ by it.
    const calledStationId = `${nasIdentifier}:${site.id}`
    const answer = await nas.access({ userName: token.user, password: token.password, callingStationId: callingStation(mac), calledStationId, nasIdentifier })
    return { token, answer }
  }

  async function open(tap: Tap): Promise<Connected> {
    const { token, answer } = await ask(tap)
    if (answer.kind === 'silence') return { kind: 'failed', failure: 'radius' }
    if (answer.kind === 'reject') return { kind: 'failed', failure: 'refused' }
    parts.step('accepted')
    const { receipt, extrasRefused } = await acknowledge(tap)
    const { seconds, limits } = limitsFrom(answer.authorisation, settings)
    // RFC 2865 §5.27 with 0 seconds grants nothing.
    if (seconds < 1) return { kind: 'failed', failure: 'refused' }
    const { mac, site, language, method } = tap
    const opened = await sessions.open({ mac, site: site.id, language, method: method.id, user: token.user, nonce: token.nonce, seconds, limits, receipt })
    return { kind: 'opened', extrasRefused, ...opened }
  }

  return async function connect(tap) {
    const connected = await sessions
      .inTurn(tap.mac, (live) => (live ? Promise.resolve<Connected>({ kind: 'live', session: live }) : open(tap)))
      .catch((error: unknown): Connected => {
        effects.log.error('a log-in failed at the gate', { reason: reason(error) })
        return { kind: 'failed', failure: 'gate' }
      })
    outcomes(connected.kind === 'failed' ? connected.failure : connected.kind)()
    return connected
  }
}
