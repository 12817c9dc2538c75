import type { TokenKeyring } from './access/portal-token.ts'
import type { Limits } from './pending.ts'
import type { Profiles } from './profiles.ts'
import type { UpstreamSettings } from './proxy/settings.ts'

/** RFC 2865 §3 asks for at least as many. */
export const RECOMMENDED_SECRET_BYTES = 16

/** Whether a secret can be found by trying: who hears one packet can test as many as he likes, without asking us. */
export function isShortSecret(secret: string): boolean {
  return Buffer.byteLength(secret) < RECOMMENDED_SECRET_BYTES
}

/** One `[[radius.clients]]`: who may ask us, and with which secret. */
export type ClientSettings = {
  /** Public: appears in logs and metrics, and portal tokens are bound to it. */
  readonly name: string
  /** An address or a CIDR block, IPv4 or IPv6; of several that fit, the longest prefix holds. */
  readonly address: string
  readonly secret: string
  /** False accepts Access-Requests without Message-Authenticator, said once in the log (CVE-2024-3596). Default true. */
  readonly requireMessageAuthenticator?: boolean
  /** `none` for access servers that send no usable Calling-Station-Id: their tokens live 30 s. Default `station`. */
  readonly binding?: 'station' | 'none'
  /** Valid packets answered per second, with a burst of as many. Default 10,000. */
  readonly packetsPerSecond?: number
  /** Where it listens for Disconnect- and CoA-Requests of ours (RFC 5176 §3). Default 3799. */
  readonly coaPort?: number
}

export type RadiusSettings = {
  /** Addresses to listen on, IPv4 and IPv6. */
  readonly hosts: readonly string[]
  /** 0 asks for any free port (tests). */
  readonly authPort: number
  readonly acctPort: number
  readonly clients: readonly ClientSettings[]
  readonly tokenKeys: TokenKeyring
  /** What each way of signing in allows. */
  readonly profiles: Profiles
  readonly limits?: Partial<Limits>
  /** Lets further processes serve the same ports; the kernel spreads access servers over them by address and port. Default false. */
  readonly reusePort?: boolean
  /** Realms whose users other servers know; asked last. */
  readonly upstreams?: UpstreamSettings | undefined
}
