// The portal's door with TLS: the same pages behind it, open while the certificate is good; and what phones are told of it.
import type { RequestListener } from 'node:http'
import { every } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { listen, type Certified } from '#shared/http/listen.ts'
import { reason } from '#shared/log.ts'
import type { Announcements } from '../gateway/network/announcements.ts'
import { hostName } from '../detect/hosts.ts'
import type { PortalSettings } from '../settings.ts'
import { startKeeper, type Keeper } from './keeper.ts'

const MOST_SOCKETS_PER_PHONE = 128
const ADDRESSES_EVERY_MS = 60_000

export type TlsParts = {
  /** `portal.tls_port`. */
  readonly port: number
  /** The certificate as it is on disk. */
  readonly read: () => Certified | undefined
  /** The name that phones are told; undefined: the certificate's first. */
  readonly domain?: string
  /** By DHCP and router advertisements; undefined where we do not speak for the network. */
  readonly announcements?: Announcements
  /** Addresses of this gateway by which phones reach it, as they are now. */
  readonly addresses: () => readonly string[]
  /** Begins to ask for certificates, where they come from the hub. */
  readonly renew?: (keeper: Pick<Keeper, 'judgement' | 'look'>) => { close(): Promise<void> }
}

export type SecureDoor = {
  /** The API of RFC 8908 over TLS, while phones may be told of it. */
  apiUrl(): string | undefined
  /** Where phones are sent now: the configured address, unless that needs a certificate which is not good. */
  url(): string
  /** Whether a Host header names us by the certificate's name. */
  isOurs(hostHeader: string | undefined): boolean
  readonly urls: Readonly<Record<string, string>>
  close(): Promise<void>
}

export type Doors = {
  /** Where phones are sent by the settings. */
  readonly url: string
  /** The plain door, by an address. */
  readonly plainUrl: string
  readonly listener: RequestListener
}

/** Without a TLS port of ours the settings are believed: something before us may end TLS. */
function withoutTls({ apiUrl }: Pick<PortalSettings, 'apiUrl'>, { url }: Doors): SecureDoor {
  return { apiUrl: () => apiUrl, url: () => url, isOurs: () => false, urls: {}, close: async () => {} }
}

/** @throws UsageError `port` naming portal.tls_port when it cannot be had. */
export async function openSecureDoor(settings: Pick<PortalSettings, 'hosts' | 'apiUrl'>, tls: TlsParts | undefined, doors: Doors, effects: Effects): Promise<SecureDoor> {
  if (!tls) return withoutTls(settings, doors)
  const listening = await listen({ hosts: settings.hosts, port: tls.port, key: 'portal.tls_port', handler: doors.listener, socketsPerAddress: MOST_SOCKETS_PER_PHONE, tls: true })
  const { announcements } = tls
  let names: readonly string[] = []

  function tellNames(): void {
    announcements?.name(names, tls?.addresses() ?? [])
  }
  function announce(origin: string | undefined): void {
    names = [origin === undefined ? tls?.domain : new URL(origin).hostname].filter((name) => name !== undefined)
    tellNames()
    announcements?.announce(apiUrlAt(origin))
  }
  function apiUrlAt(origin: string | undefined): string | undefined {
    return origin === undefined ? undefined : (settings.apiUrl ?? `${origin}/capport`)
  }

  const keeper = startKeeper({ read: tls.read, domain: tls.domain, port: () => listening.port, serve: listening.certify, announce }, effects)
  const renewal = tls.renew?.(keeper)
  // Addresses come and go while a gateway runs; what has not changed is not written again.
  const cancel = every(effects.clock, ADDRESSES_EVERY_MS, tellNames, (error) => effects.log.warn('own name not told', { reason: reason(error) }))
  const needsTls = doors.url.startsWith('https:')
  return {
    apiUrl: () => apiUrlAt(keeper.origin()),
    url: () => (needsTls && keeper.origin() === undefined ? doors.plainUrl : doors.url),
    isOurs: (header) => names.some((name) => name === hostName(header)),
    urls: { secure: listening.urls[0] ?? '' },
    async close() {
      cancel()
      keeper.close()
      await renewal?.close()
      // A portal that is not there has no API.
      announcements?.announce(undefined)
      await announcements?.close()
      await listening.close()
    },
  }
}
