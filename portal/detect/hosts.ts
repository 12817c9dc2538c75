import type { PortalSettings } from '../settings.ts'

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/
const ADDRESS = /^[\d.]+$|^\[/
const LONGEST_HOST = 262
/** Phones ask for a few dozen names, again and again. */
const MOST_REMEMBERED = 256

/** A Host header without port and final dot, folded; undefined when it is none. */
export function hostName(header: string | undefined): string | undefined {
  if (header === undefined || header.length === 0 || header.length > LONGEST_HOST) return undefined
  const host = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(header)?.[1]
  return host?.toLowerCase()
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address.toLowerCase()}]` : address
}

/**
 * Whether a Host header calls us, given its connection. Anything else gets a redirect, never a page (security.md). The local
 * address is read only where it can matter: asking the kernel for it costs a tenth of a captive answer.
 */
export type IsOurs = (hostHeader: string | undefined, connection: { readonly localAddress?: string | undefined }) => boolean

export function acceptedHosts({ hosts, names, url, apiUrl }: Pick<PortalSettings, 'hosts' | 'names' | 'url' | 'apiUrl'>): IsOurs {
  const accepted = new Set([...hosts.map(bracketed), ...names.map((name) => name.toLowerCase())])
  for (const address of [url, apiUrl]) if (address !== undefined) accepted.add(new URL(address).hostname)
  const foreign = new Set<string>()

  function remember(header: string): false {
    if (foreign.size >= MOST_REMEMBERED) foreign.clear()
    foreign.add(header)
    return false
  }
  return function isOurs(header, connection) {
    if (header === undefined || foreign.has(header)) return false
    const host = hostName(header)
    if (host === undefined) return false
    if (accepted.has(host) || LOOPBACK.test(host)) return true
    // Someone who typed the address that this very connection came in by: no name, so nothing to rebind.
    if (!ADDRESS.test(host)) return remember(header)
    const { localAddress } = connection
    return localAddress !== undefined && host === bracketed(localAddress.replace(/^::ffff:/, ''))
  }
}
