import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Where phones may be sent back to. The address comes out of a request, so without this list the portal would send anyone, with
 * a token in hand, anywhere (portal.md).
 */
export type AllowList = (host: string, port: number) => boolean

type Entry = { readonly port: number | undefined; fits(host: string): boolean }

const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i
const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

function blockOf(text: string): Entry['fits'] | undefined {
  const [address = '', length, more] = text.split('/')
  const longest = isIPv6(address) ? 128 : 32
  const bits = length === undefined ? longest : Number(length)
  if (isIP(address) === 0 || more !== undefined || !Number.isInteger(bits) || bits < 0 || bits > longest) return undefined
  const block = new BlockList()
  block.addSubnet(address, bits, familyOf(address))
  return (host) => isIP(host) !== 0 && block.check(host, familyOf(host))
}

/** `192.168.8.1`, `10.1.0.0/16`, `192.168.8.1:2050`, `[fd00::1]:3990`, `hotspot.ville.example`. Undefined when it is none of these. */
function entryOf(text: string): Entry | undefined {
  const bare = blockOf(text)
  if (bare) return { port: undefined, fits: bare }
  const [, six, other = '', digits] = HOST_AND_PORT.exec(text) ?? []
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  const block = blockOf(six ?? other)
  if (block) return { port, fits: block }
  // Digits and dots alone would be an address that was mistyped.
  if (six !== undefined || !NAME.test(other) || /^[\d.]+$/.test(other)) return undefined
  return { port, fits: (host) => host.toLowerCase() === other.toLowerCase() }
}

export function isReturnAddress(text: string): boolean {
  return entryOf(text) !== undefined
}

/** @param ports those that an entry without a port stands for. @throws TypeError naming the entry that is no address. */
export function allowList(addresses: readonly string[], ports: readonly number[]): AllowList {
  const entries = addresses.map((text) => {
    const entry = entryOf(text)
    if (!entry) throw new TypeError(`"${text}" is no return address: write 192.168.8.1, 10.1.0.0/16, 192.168.8.1:2050 or a name`)
    return entry
  })
  return (host, port) => entries.some((entry) => (entry.port === undefined ? ports.includes(port) : entry.port === port) && entry.fits(host))
}

/** Host and port of `host:port` or `[v6]:port`; undefined for anything else. */
export function splitAuthority(text: string, defaultPort: number): { readonly host: string; readonly port: number } | undefined {
  const [, six, other, digits] = HOST_AND_PORT.exec(text) ?? []
  const host = six ?? other
  const port = digits === undefined ? defaultPort : Number(digits)
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

/** `http://host:port` as a browser writes it, when the list has it. */
export function originIfAllowed(allowed: AllowList, scheme: 'http' | 'https', host: string, port: number): string | undefined {
  if (!allowed(host, port)) return undefined
  const text = `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`
  return URL.canParse(text) ? new URL(text).origin : undefined
}
