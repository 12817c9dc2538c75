import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Nas } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import type { Acknowledge, Choices } from '../consent/acknowledge.ts'
import type { Terms } from '../consent/terms.ts'
import type { Opened as Arrived } from '../controllers/arrival-state.ts'
import { behindOf, type ControllerDesk } from '../controllers/controller-desk.ts'
import type { GuestTap, HandOver } from '../controllers/hand-over.ts'
import { isOwnSession } from '../controllers/own-session.ts'
import { withExtrasRefused } from '../controllers/untold.ts'
import type { Step } from '../session/desk.ts'
import type { Opened } from '../session/opening.ts'
import type { OpenSession } from '../session/session.ts'
import type { Barrier, Sessions } from '../session/sessions.ts'
import type { SessionStore } from '../session/store.ts'
import type { PortalSettings } from '../settings.ts'
import { createGranting, failed, type Failed, type Granted, type Judged } from './granting.ts'
import { offersReentry, type Method, type Proof } from './methods.ts'
import { problem, type Problem } from './problems.ts'
import type { ReentryCode } from './reentry/code.ts'
import type { Codes } from './reentry/codes.ts'
import { createMoves } from './reentry/moves.ts'
import { createTries } from './tries.ts'

export type Tap = { readonly mac: MacAddress; readonly site: Site; readonly language: string; readonly method: Method; readonly proof: Proof; /** Absent where nothing was shown to be acknowledged. */ readonly terms?: Terms; readonly choices?: Choices
  /** By which foreign controller, where it was not our own network. */
  readonly arrived?: Arrived | undefined
}

export type Connected =
  | ({ readonly kind: 'opened'; readonly extrasRefused: boolean; readonly code?: ReentryCode } & Opened)
  /** Somebody of this device was faster: another tap, another window. */
  | { readonly kind: 'live'; readonly session: OpenSession }
  | Failed
  /** Its controller asks the RADIUS server, and the phone brings it what to ask with. */
  | { readonly kind: 'handed'; readonly to: string }
  /** Nobody, or not this device, may go online here now. */
  | { readonly kind: 'stopped'; readonly barrier: Barrier }
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

const outcomeOf = (connected: Connected): string => (connected.kind === 'failed' ? connected.failure : connected.kind === 'problem' ? connected.problem : connected.kind)

/** The tap: asks RADIUS, signs the receipt, opens the session; one at a time for each device. */
export function createConnect(parts: ConnectParts): Connect {
  const { settings, sessions, codes, controllers, acknowledge, effects } = parts
  const { clock, metrics } = effects
  const outcomes = (outcome: string) => metrics.counter('portal_connects_total', 'Taps on the button, by outcome.', { outcome })
  const tries = createTries(clock)
  const grant = createGranting({ ...parts, tries })
  const moves = createMoves({ codes, store: parts.store, sessions, effects, now: () => Math.floor(clock.now()) })

  async function open(tap: Tap, granted: Granted | Failed | Problem): Promise<Connected> {
    if (granted.kind !== 'granted') return granted
    // RFC 2865 §5.27 with 0 seconds grants nothing.
    if (granted.seconds < 1) return failed('refused')
    const { mac, site, language, terms, choices, arrived } = tap
    const { receipt, extrasRefused = false } = terms ? await acknowledge({ site, terms, choices, ...(arrived && { bind: arrived.arrival.bind }) }) : {}
    const { kind: _, ...facts } = granted
    const came = arrived && behindOf(arrived)
    const behind = came && extrasRefused ? withExtrasRefused(came) : came
    const opened = await sessions.open({ mac, ...(behind && { behind }), site: site.id, language, ...facts, limits: controllers.holdable(behind, facts.limits), ...(receipt && { receipt }) })
    if (behind) controllers.used(behind)
    return { kind: 'opened', extrasRefused, ...opened }
  }

  /** Why a phone that a foreign controller sent gets no further, whatever it has to show. */
  async function turnedAway({ mac, site, arrived }: Tap): Promise<Connected | undefined> {
    if (!arrived) return undefined
    if (!(await controllers.admits(arrived))) return failed('arrival')
    const barrier = sessions.barrier(site.id, mac, arrived.arrival.controller)
    return barrier && { kind: 'stopped', barrier }
  }

  /** In the device's turn, so that of many tries at once each but the first finds that it has to wait. */
  async function attempt(tap: Tap, proof: Judged): Promise<Connected> {
    const seconds = proof.kind === 'token' ? 0 : tries.waitSeconds(tap.mac)
    if (seconds > 0) return problem('tooSoon', { seconds })
    const away = await turnedAway(tap)
    if (away) return away
    const { arrived, terms } = tap
    if (arrived && terms && controllers.handsOver(arrived.arrival)) return hand({ ...tap, proof, terms, arrived })
    const connected = await open(tap, await grant(tap, proof))
    if (connected.kind !== 'opened') return connected
    if (proof.kind === 'name') tries.right(tap.mac)
    return offersReentry(settings, tap.site.id) ? { ...connected, code: codes.issue(connected.session, connected.token) } : connected
  }

  async function hand(tap: GuestTap): Promise<Connected> {
    const to = await parts.handOver(tap)
    return to === undefined ? failed('arrival') : { kind: 'handed', to }
  }

  function inTurn({ mac, arrived }: Tap, act: () => Promise<Connected>): Promise<Connected> {
    const behind = arrived && behindOf(arrived)
    // Whoever claims the MAC of somebody who is online gets what they would get if nobody were, be it a stranger or the owner.
    return sessions.inTurn(mac, async (live) => (live && isOwnSession(live, behind) ? { kind: 'live', session: live } : act()), behind)
  }

  async function moveHere(tap: Tap, code: ReentryCode): Promise<Connected> {
    // What remains of a session cannot be told to a server that asks for a name and a password.
    if (tap.arrived && controllers.handsOver(tap.arrived.arrival)) return failed('refused')
    const seconds = tries.waitSeconds(tap.mac)
    if (seconds > 0) return problem('tooSoon', { seconds })
    const away = await turnedAway(tap)
    if (away) return away
    const connected = await moves<Connected>(code, tap.site.id, async (moving) => {
      const result = await inTurn(tap, async () => open(tap, moving.kind === 'carried' ? { ...moving, kind: 'granted' } : await grant(tap, { kind: 'token' }, moving)))
      return { result, opened: result.kind === 'opened' ? result : undefined }
    })
    if (connected.kind === 'problem' && connected.problem === 'wrong') tries.wrong(tap.mac)
    if (connected.kind !== 'opened') return connected
    tries.right(tap.mac)
    return { ...connected, code }
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
