import type { Site, SiteHints } from '#shared/place.ts'
import type { OverQuota } from './session/rules.ts'
import type { ControllerSettings } from './controllers/controller.ts'
import type { Extra } from './consent/extras.ts'
import type { SiteTerms } from './consent/terms.ts'
import type { ProfileId } from './legal/profile.ts'
import type { CityNumber, Country } from './state/emergency-numbers.ts'
import type { Grace } from './state/grace.ts'
import type { Theme } from './theme/look.ts'

/** One of the gateway's own addresses or interfaces, and what coming in by it says about the place. */
export type Door = {
  /** Addresses of this machine that phones reach it by, as Node prints them. */
  readonly addresses: readonly string[]
  /** Name of the interface; link-local IPv6 addresses are the same on every VLAN, only their zone tells. */
  readonly interface?: string
  readonly hints: SiteHints
}

/** Settings of the portal role, resolved: scripts/settings reads parvis.toml and fills every default. */
export type PortalSettings = {
  /** Addresses to listen on. */
  readonly hosts: readonly string[]
  readonly port: number
  /** Where phones are sent; default `http://<first host>:<port>/`. Every redirect is built from it, never from a request. */
  readonly url?: string
  /** More names and addresses by which people may call us, without port. Loopback, `hosts` and the host of `url` always may. */
  readonly names: readonly string[]
  /** Where this portal is reached over TLS: `user-portal-url` of RFC 8908. */
  readonly apiUrl?: string
  /** The directory of services around, linked from every page. */
  readonly servicesUrl?: string
  /** The city's colours and logo. */
  readonly theme?: Theme
  /** Who answers for what is recorded: printed on /recorded and signed into receipts. */
  readonly controller: string
  /** This gateway's public name: issuer of receipts. */
  readonly gateway: string
  readonly sites: readonly Site[]
  /** The city's own terms, by site and language. */
  readonly terms?: SiteTerms
  /** What the law asks of this place; `default` asks nothing. */
  readonly legalProfile?: ProfileId
  /** Optional consents, off by default. */
  readonly extras?: readonly Extra[]
  readonly doors: readonly Door[]
  /** What we call ourselves in RADIUS (RFC 2865 §5.32). */
  readonly nasIdentifier: string
  /** The name under which the RADIUS server configured us as a client: portal tokens are bound to it. */
  readonly nasName: string
  /** Ways to sign in, the first one first; `free` shows no page and stands alone. */
  readonly methods: readonly string[]
  /** Sites that have other ways. */
  readonly methodsAt?: Readonly<Record<string, readonly string[]>>
  /** Foreign access controllers that send us their phones. */
  readonly controllers?: readonly ControllerSettings[]
  /** Limits where the RADIUS server sets none. */
  readonly sessionSeconds: number
  /** What the server grants at each site, where that is another time: told before the tap. */
  readonly sessionSecondsAt?: Readonly<Record<string, number>>
  readonly idleSeconds?: number
  readonly downKbps?: number
  readonly upKbps?: number
  readonly quotaBytes?: number
  /** After the quota: the end (default), or this pace in kbit/s each way. */
  readonly overQuota?: OverQuota
  /** False where nobody may ask for more time before it is up. */
  readonly extend?: boolean
  /** Short connections while the RADIUS server is silent. */
  readonly grace?: Grace
  /** Sessions of our own network at once; default `MOST_SESSIONS`. */
  readonly mostSessions?: number
  readonly emergency?: { readonly country: Country; readonly own: readonly CityNumber[] }
  /** `keep`: who is online stays online when the portal stops; `close`: everyone is shut out first. */
  readonly onPortalLoss: 'keep' | 'close'
}
