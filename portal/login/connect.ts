import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Authorisation, Nas } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import type { Acknowledge, Choices } from '../consent/acknowledge.ts'
import type { Terms } from '../consent/terms.ts'
import type { Opened as Arrived } from '../controllers/arrival-state.ts'
import { behindOf, type ControllerDesk } from '../controllers/controller-desk.ts'
import type { GuestTap, HandOver } from '../controllers/hand-over.ts'
import { meantKbps, MOST_GRANT_SECONDS } from '../gateway/policy.ts'
import type { Failure } from '../pages/failure.ts'
import type { Step } from '../session/desk.ts'
import type { Opened } from '../session/opening.ts'
import { callingStation } from '../session/reporting.ts'
import type { OpenSession } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { SessionStore } from '../session/store.ts'
import type { PortalSettings } from '../settings.ts'
import { credentialsFor, offersReentry, type Method, type Proof } from './methods.ts'
import { problem, problemOf, type Problem } from './problems.ts'
import type { ReentryCode } from './reentry/code.ts'
import type { Codes } from './reentry/codes.ts'
import { createMoves, type Capped, type Carried } from './reentry/moves.ts'
import { createTries } from './tries.ts'

export type Tap = { readonly mac: MacAddress; readonly site: Site; readonly language: string; readonly method: Method; readonly proof: Proof; readonly terms: Terms; readonly choices?: Choices
  /** By which foreign controller, where it was not our own network. */
  readonly arrived?: Arrived | undefined
}

export type Connected =
  | ({ readonly kind: 'opened'; readonly extrasRefused: boolean } & Opened)
  /** Somebody of this device was faster: another tap, another window. */
  | { readonly kind: 'live'; readonly session: OpenSession }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Its controller asks the RADIUS server, and the phone brings it what to ask with. */
  | { readonly kind: 'handed'; readonly to: string }
  /** What was typed opens nothing. */
  | Problem

export type Connect = (tap: Tap) => Promise<Connected>

export type ConnectParts = {
  readonly settings: PortalSettings
  readonly sessions: Sessions
  readonly nas: Nas
  readonly keyring: TokenKeyring
  readonly codes: Codes
  readonly store: Pick<SessionStore, 'byId'>
  readonly controllers: ControllerDesk
  readonly handOver: HandOver
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

/** What the next session may do, and as whose it is reported. */
type Granted = Omit<Carried, 'kind' | 'counted'> & { readonly kind: 'granted'; readonly counted?: string }
type Refused = Extract<Connected, { kind: 'failed' }> | Problem
const failed = (failure: Failure): Refused => ({ kind: 'failed', failure })
const outcomeOf = (connected: Connected): string => (connected.kind === 'failed' ? connected.failure : connected.kind === 'problem' ? connected.problem : connected.kind)

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

/** The tap: asks RADIUS, signs the receipt, opens the session; one at a time for each device. */
export function createConnect(parts: ConnectParts): Connect {
  const { settings, sessions, nas, keyring, codes, controllers, acknowledge, effects } = parts
  const { clock, metrics, random } = effects
  const outcomes = (outcome: string) => metrics.counter('portal_connects_total', 'Taps on the button, by outcome.', { outcome })
  const tries = createTries(clock)
  const moves = createMoves({ codes, store: parts.store, sessions, effects, now: () => Math.floor(clock.now()) })

  async function ask({ mac, method, site }: Tap, proof: Exclude<Proof, { kind: 'code' }>) {
    const credentials = credentialsFor(proof, method, mac, { keyring, nasName: settings.nasName, nowMs: clock.now(), random })
    const { nasIdentifier } = settings
    // Where an access point says its network we say the site, which only we know: limits may differ by it.
    const calledStationId = `${nasIdentifier}:${site.id}`
    const answer = await nas.access({ userName: credentials.user, password: credentials.password, callingStationId: callingStation(mac), calledStationId, nasIdentifier })
    return { credentials, answer }
  }

  /** A reject of what was typed is a wrong try, unless it says that the holder was known. */
  function rejected({ mac }: Tap, proof: Proof, message: string | undefined): Refused {
    if (proof.kind === 'token') return failed('refused')
    const found = problemOf(message)
    if (found.problem === 'wrong' || found.problem === 'refused') tries.wrong(mac)
    return found
  }

  async function grant(tap: Tap, proof: Exclude<Proof, { kind: 'code' }>, capped?: Capped): Promise<Granted | Refused> {
    const { credentials, answer } = await ask(tap, proof)
    if (answer.kind === 'silence') return failed('radius')
    if (answer.kind === 'reject') return rejected(tap, proof, answer.message)
    parts.step('accepted')
    const { seconds, limits } = limitsFrom(answer.authorisation, settings)
    const quotaBytes = least(limits.quotaBytes, capped?.quotaBytes)
    const { user, nonce } = credentials
    return {
      kind: 'granted', user, nonce,
      method: capped?.method ?? tap.method.id,
      seconds: Math.min(seconds, capped?.seconds ?? Infinity),
      limits: { ...limits, ...(quotaBytes !== undefined && { quotaBytes }) },
      ...(capped && { counted: capped.counted }),
    }
  }

  async function open(tap: Tap, granted: Granted | Refused): Promise<Connected> {
    if (granted.kind !== 'granted') return granted
    // RFC 2865 §5.27 with 0 seconds grants nothing.
    if (granted.seconds < 1) return failed('refused')
    const { mac, site, language, arrived } = tap
    const { receipt, extrasRefused } = await acknowledge({ ...tap, ...(arrived && { bind: arrived.arrival.bind }) })
    const { kind: _, ...facts } = granted
    const behind = arrived && behindOf(arrived)
    const opened = await sessions.open({ mac, ...(behind && { behind }), site: site.id, language, ...facts, limits: controllers.holdable(behind, facts.limits), receipt })
    if (behind) controllers.used(behind)
    return { kind: 'opened', extrasRefused, ...opened }
  }

  /** In the device's turn, so that of many tries at once each but the first finds that it has to wait. */
  async function attempt(tap: Tap, proof: Exclude<Proof, { kind: 'code' }>): Promise<Connected> {
    const seconds = proof.kind === 'token' ? 0 : tries.waitSeconds(tap.mac)
    if (seconds > 0) return problem('tooSoon', { seconds })
    const { arrived } = tap
    if (arrived && !(await controllers.admits(arrived))) return failed('arrival')
    if (arrived && controllers.handsOver(arrived.arrival)) return hand({ ...tap, proof, arrived })
    const connected = await open(tap, await grant(tap, proof))
    if (connected.kind !== 'opened') return connected
    if (proof.kind === 'name') tries.right(tap.mac)
    if (offersReentry(settings, tap.site.id)) codes.issue(connected.session, connected.token)
    return connected
  }

  async function hand(tap: GuestTap): Promise<Connected> {
    const to = await parts.handOver(tap)
    return to === undefined ? failed('arrival') : { kind: 'handed', to }
  }

  const inTurn = (tap: Tap, act: () => Promise<Connected>): Promise<Connected> =>
    sessions.inTurn(tap.mac, (live) => (live ? Promise.resolve<Connected>({ kind: 'live', session: live }) : act()), tap.arrived?.arrival.controller)

  async function moveHere(tap: Tap, code: ReentryCode): Promise<Connected> {
    // What remains of a session cannot be told to a server that asks for a name and a password.
    if (tap.arrived && controllers.handsOver(tap.arrived.arrival)) return failed('refused')
    if (tap.arrived && !(await controllers.admits(tap.arrived))) return failed('arrival')
    const seconds = tries.waitSeconds(tap.mac)
    if (seconds > 0) return problem('tooSoon', { seconds })
    const connected = await moves<Connected>(code, tap.site.id, async (moving) => {
      const result = await inTurn(tap, async () => open(tap, moving.kind === 'carried' ? { ...moving, kind: 'granted' } : await grant(tap, { kind: 'token' }, moving)))
      return { result, opened: result.kind === 'opened' ? result : undefined }
    })
    if (connected.kind === 'problem' && connected.problem === 'wrong') tries.wrong(tap.mac)
    if (connected.kind === 'opened') tries.right(tap.mac)
    return connected
  }

  return async function connect(tap) {
    const { proof } = tap
    const connecting = proof.kind === 'code' ? moveHere(tap, proof.code) : inTurn(tap, () => attempt(tap, proof))
    const connected = await connecting.catch((error: unknown): Connected => {
      effects.log.error('a log-in failed at the gate', { reason: reason(error) })
      return { kind: 'failed', failure: 'gate' }
    })
    outcomes(outcomeOf(connected))()
    return connected
  }
}
