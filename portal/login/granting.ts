// What RADIUS says to a tap: how long, how fast, how much; or why not.
import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Authorisation, Nas } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import type { MacAddress } from '#shared/personal.ts'
import { meantKbps, MOST_GRANT_SECONDS } from '../gateway/policy.ts'
import type { Failure } from '../pages/failure.ts'
import type { Step } from '../session/desk.ts'
import { callingStation } from '../session/reporting.ts'
import type { PortalSettings } from '../settings.ts'
import { credentialsFor, type Method, type Proof } from './methods.ts'
import { problemOf, type Problem } from './problems.ts'
import type { Capped, Carried } from './reentry/moves.ts'
import type { Tries } from './tries.ts'

/** What RADIUS left open is filled from the settings; what it said holds within what a gate can keep. */
export function limitsFrom(authorisation: Authorisation, settings: PortalSettings): { seconds: number; limits: Authorisation } {
  const { sessionSeconds = settings.sessionSeconds, idleSeconds = settings.idleSeconds, downKbps = settings.downKbps, upKbps = settings.upKbps, quotaBytes = settings.quotaBytes, ...rest } = authorisation
  const [down, up] = [meantKbps(downKbps), meantKbps(upKbps)]
  const limits = { ...rest, ...(idleSeconds && { idleSeconds }), ...(quotaBytes !== undefined && { quotaBytes }), ...(down !== undefined && { downKbps: down }), ...(up !== undefined && { upKbps: up }) }
  return { seconds: Math.min(sessionSeconds, MOST_GRANT_SECONDS), limits }
}

/** What the next session may do, and as whose it is reported. */
export type Granted = Omit<Carried, 'kind' | 'counted'> & { readonly kind: 'granted'; readonly counted?: string }
export type Failed = { readonly kind: 'failed'; readonly failure: Failure }
export const failed = (failure: Failure): Failed => ({ kind: 'failed', failure })

/** Who asks: the device, where it is, and how it signs in. */
export type Applicant = { readonly mac: MacAddress; readonly site: { readonly id: string }; readonly method: Method }
/** Proofs that RADIUS decides on. */
export type Judged = Exclude<Proof, { kind: 'code' }>
export type Grant = (applicant: Applicant, proof: Judged, capped?: Capped) => Promise<Granted | Failed | Problem>

export type GrantingParts = {
  readonly settings: PortalSettings
  readonly nas: Nas
  readonly keyring: TokenKeyring
  readonly tries: Tries
  readonly effects: Effects
  step(step: Step): void
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

/** @returns what asks RADIUS. `capped` gives no more than that, whatever RADIUS says. */
export function createGranting({ settings, nas, keyring, tries, effects, step }: GrantingParts): Grant {
  const { clock, random } = effects

  async function ask({ mac, method, site }: Applicant, proof: Judged) {
    const credentials = credentialsFor(proof, method, mac, { keyring, nasName: settings.nasName, nowMs: clock.now(), random })
    const { nasIdentifier } = settings
    // Where an access point says its network we say the site, which only we know: limits may differ by it.
    const calledStationId = `${nasIdentifier}:${site.id}`
    const answer = await nas.access({ userName: credentials.user, password: credentials.password, callingStationId: callingStation(mac), calledStationId, nasIdentifier })
    return { credentials, answer }
  }

  /** A reject of what was typed is a wrong try, unless it says that the holder was known. */
  function rejected({ mac }: Applicant, proof: Judged, message: string | undefined): Failed | Problem {
    if (proof.kind === 'token') return failed('refused')
    const found = problemOf(message)
    if (found.problem === 'wrong' || found.problem === 'refused') tries.wrong(mac)
    return found
  }

  return async function grant(applicant, proof, capped) {
    const { credentials, answer } = await ask(applicant, proof)
    if (answer.kind === 'silence') return failed('radius')
    if (answer.kind === 'reject') return rejected(applicant, proof, answer.message)
    step('accepted')
    const { seconds, limits } = limitsFrom(answer.authorisation, settings)
    const quotaBytes = least(limits.quotaBytes, capped?.quotaBytes)
    const { user, nonce } = credentials
    return {
      kind: 'granted', user, nonce,
      method: capped?.method ?? applicant.method.id,
      seconds: Math.min(seconds, capped?.seconds ?? Infinity),
      limits: { ...limits, ...(quotaBytes !== undefined && { quotaBytes }) },
      ...(capped && { counted: capped.counted }),
    }
  }
}
