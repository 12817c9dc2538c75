import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { Effects } from '#shared/effects.ts'
import type { MacAddress, SessionToken } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import type { Choices, SignTap } from '../consent/acknowledge.ts'
import type { Terms } from '../consent/terms.ts'
import { credentialsFor, type Method, type Proof } from '../login/methods.ts'
import type { PortalSettings } from '../settings.ts'
import type { Opened } from './arrival-state.ts'
import { behindOf, type ControllerDesk } from './controller-desk.ts'
import type { Guests } from './guests.ts'

/** A tap by a phone whose controller asks our RADIUS server by itself. */
export type GuestTap = {
  readonly mac: MacAddress
  readonly site: Site
  readonly language: string
  readonly method: Method
  readonly proof: Exclude<Proof, { kind: 'code' }>
  readonly terms: Terms
  readonly choices?: Choices
  readonly arrived: Opened
}
/** Where the phone goes now; undefined when its redirect holds too little to go back with. */
export type HandOver = (tap: GuestTap) => Promise<string | undefined>

export type HandOverParts = {
  readonly settings: Pick<PortalSettings, 'sessionSeconds' | 'sessionSecondsAt'>
  readonly controllers: ControllerDesk
  readonly guests: Guests
  readonly signTap: SignTap
  readonly keyring: TokenKeyring
  readonly effects: Effects
  /** The absolute address of a session's link. */
  linkOf(token: SessionToken, language: string): string
}

/** Receipt signed → row of the guest → the token leaves, bound to this MAC at this controller. The disk hears of it once RADIUS has said yes. */
export function createHandOver({ settings, controllers, guests, signTap, keyring, effects, linkOf }: HandOverParts): HandOver {
  return async function handOver({ mac, site, language, method, proof, terms, choices, arrived }) {
    const { arrival } = arrived
    const ground = { keyring, nasName: controllers.radiusClientOf(arrival.controller), nowMs: effects.clock.now(), random: effects.random }
    const credentials = credentialsFor(proof, method, mac, ground)
    // Before anything is written: a redirect without a challenge leads nowhere.
    if (controllers.handOverTo(arrival, credentials, '/') === undefined) return undefined
    // chilli's challenge hides one password. Under the same one a second, who listens and brings a password of their own would read the other.
    const behind = behindOf(arrived)
    if (credentials.nonce === '') controllers.used(behind)
    const signed = await signTap({ site, terms, choices, bind: arrival.bind })
    const seconds = settings.sessionSecondsAt?.[site.id] ?? settings.sessionSeconds
    const { user, nonce } = credentials
    const token = await guests.hand({ mac, behind, site: site.id, language, method: method.id, user, nonce, seconds, signed })
    return controllers.handOverTo(arrival, credentials, linkOf(token, language))
  }
}
