import type { Language } from '#shared/i18n/languages.ts'

/** Settings of the kiosk role, resolved and checked: `[kiosk]` of parvis.toml plus what it takes from the site. */
export type KioskSettings = {
  /** Addresses to listen on. */
  readonly hosts: readonly string[]
  /** 0 asks for any free port (tests). */
  readonly port: number
  /** Host names accepted besides loopback, the addresses listened on and the name in `url`. */
  readonly acceptedHosts: readonly string[]
  /** Where a phone reaches this kiosk, `https://…/` or `http://…/`: what the QR codes point to. Without it, the first address listened on. */
  readonly url?: string
  /** State directory; the directory is kept in `kiosk.db` below it. */
  readonly dataDir: string
  readonly directory: { readonly kind: 'sample' } | { readonly kind: 'path'; readonly path: string }
  /** The town's name, used where the directory does not name it. */
  readonly town?: string
  /** IANA name, used where the directory does not name its own. */
  readonly timezone: string
  /** Offered on the first screen, in this order. */
  readonly languages: readonly Language[]
}
