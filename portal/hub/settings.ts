import type { Language } from '#shared/i18n/texts.ts'

/** The hub's settings with every default filled in. */
export type HubSettings = {
  /** Addresses to listen on. */
  readonly hosts: readonly string[]
  readonly port: number
  /** Origin under which gateways and staff reach it, `https://hub.example`; undefined: the first address it listens on. */
  readonly url: string | undefined
  /** Further names in `Host` that are ours; loopback always is. */
  readonly names: readonly string[]
  /** Path of hub.db. */
  readonly database: string
  /** Path of the hub's key (PEM, made on first use). */
  readonly keyFile: string
  /** Whose certificates gateways get; undefined: none by this hub. */
  readonly acme?: {
    /** Gateways are named under it, and nothing else is. */
    readonly domain: string
    readonly directory: string
    /** Path of a root certificate in PEM, the only one to trust the CA by. */
    readonly root?: string
    readonly contact?: string
    /** Program that sets and clears TXT records. */
    readonly dns: string
    /** Path of the account's key (PEM, made on first use). */
    readonly accountKeyFile: string
  }
  /** Where a phone on the city's Wi-Fi reaches its portal, for the QR codes of vouchers; asked anew each time. */
  readonly portalUrl?: () => string | undefined
  /** The portal beside this hub shows no field for vouchers: whoever makes some is told. */
  readonly vouchersOffered?: boolean | undefined
  /** Shown in the head of staff pages. */
  readonly city: string
  /** The city's own first. */
  readonly languages: readonly Language[]
}
