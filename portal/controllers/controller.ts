// The words that all kinds of foreign access controllers share.
import type { MacAddress } from '#shared/personal.ts'
import type { SiteHints, SiteId } from '#shared/place.ts'
import type { AllowList } from './allow-list.ts'

export const CONTROLLER_KINDS = ['opennds', 'uam', 'unifi', 'mikrotik'] as const
export type ControllerKind = (typeof CONTROLLER_KINDS)[number]
/** Part of the address that a controller is given: `/at/<name>`. */
export const CONTROLLER_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/
/** Settings that a kind cannot do without. */
export const CONTROLLER_NEEDS = {
  opennds: ['secret', 'addresses'],
  uam: ['secret', 'addresses'],
  unifi: ['api'],
  mikrotik: ['addresses'],
} as const satisfies Record<ControllerKind, readonly ('secret' | 'addresses' | 'api')[]>

/** One `[[controllers]]`. */
export type ControllerSettings = {
  readonly name: string
  readonly kind: ControllerKind
  /** Where phones may be sent back to: addresses, blocks or names, each with or without a port. */
  readonly addresses: readonly string[]
  /** Our site that this controller stands for; without one the site is told by what the redirect says of the place. */
  readonly site?: SiteId
  /** `uamsecret` or `faskey`. */
  readonly secret?: string
  /** openNDS: `fas_secure_enabled`, 1–4. */
  readonly level?: number
  /** openNDS: networks from which authmon may poll; without any, from anywhere. */
  readonly pollFrom?: readonly string[]
  /** The `[[radius.clients]]` as which this controller asks our server; default its own name. */
  readonly radiusClient?: string
  readonly api?: ApiSettings
}

export type ApiSettings = {
  readonly url: string
  readonly user: string
  readonly password: string
  /** The controller's own name of the site. */
  readonly site: string
  /** PEM of the certificate that it shows, where no authority that this machine trusts has signed it. */
  readonly certificate?: string
}

/** A configured controller, ready to be worked with. */
export type Controller = ControllerSettings & { readonly back: AllowList }

/** What a phone that was sent to us asked for, as far as its controller's kind needs to read it. */
export type Redirect = {
  /** The Host header and the request target as the controller wrote them: signatures cover these bytes. */
  readonly authority: string
  readonly target: string
  readonly query: URLSearchParams
}

/** `ctl`: the controller vouched for the MAC; `claim`: the phone could have written it itself (protocols.md §1). */
export type Bind = 'ctl' | 'claim'

/** A phone, as its controller introduced it. */
export type Arrival = {
  readonly controller: string
  readonly bind: Bind
  readonly mac: MacAddress
  /** What has happened there. */
  readonly event: 'login' | 'failed' | 'online' | 'left'
  readonly hints: SiteHints
  /** Where the phone is to be sent back to: scheme, host and port, from the allow-list. */
  readonly back?: string
  /** What the controller needs to hear again. */
  readonly facts: Readonly<Record<string, string>>
  /** What no other redirect has: it opens one session and no second. Absent where the phone could have heard or made it: then each arrival has its own. */
  readonly once?: string
  /** The page that the person asked for. */
  readonly wanted?: string
  /** Seconds that the controller says are left. */
  readonly secondsLeft?: number
}

/** Why a redirect is not believed; counted under this name. */
export const REFUSALS = ['unsigned', 'signature', 'form', 'mac', 'return_address', 'no_controller'] as const
export type Refusal = (typeof REFUSALS)[number]
export type Introduction = { readonly kind: 'arrival'; readonly arrival: Arrival } | { readonly kind: 'refused'; readonly why: Refusal }

export function refused(why: Refusal): Introduction {
  return { kind: 'refused', why }
}
