// dnsmasq for the phones' networks: DHCP, router advertisements and names, as one configuration drawn from the settings. Pure.
import { checkInterface } from '../policy.ts'
import { ADVERTISED } from './router-advertisement.ts'

/** Short, so that a pool of a square's size outlives a market day; also how long a phone believes the address of our API. */
export const LEASE_MINUTES = 30
/**
 * An answer from the cache puts nothing into a set again, so an answer must not outlive the element that it made by far
 * (protocols.md §11): phones and we ourselves ask anew within a minute, an element lives 15.
 */
const MOST_TTL_SECONDS = 60
const CACHED_NAMES = 10_000
/** What passes every path without fragments (dnsflagday.net/2020). */
const MOST_UDP_BYTES = 1_232
const MOST_NAMES = 5_000

/** The files that dnsmasq reads again when it is told to; the portal writes them (announcements.ts). */
export type NetworkFiles = { readonly options: string; readonly hosts: string; readonly leases: string; readonly pid: string }

export function networkFiles(folder: string): NetworkFiles {
  return { options: `${folder}/options`, hosts: `${folder}/hosts`, leases: `${folder}/leases`, pid: `${folder}/dnsmasq.pid` }
}

export type Pool = { readonly first: string; readonly last: string }
export type NetworkSettings = {
  /** Interfaces of phones. */
  readonly lan: readonly string[]
  /** Ranges of IPv4 addresses; each lies in the network of one of the interfaces, which gives the netmask. */
  readonly pools: readonly Pool[]
  /** Addresses by router advertisement from the interfaces' own prefixes, and stateless DHCPv6. */
  readonly ipv6: boolean
  /** Whom to ask for names; none: whom /etc/resolv.conf names. */
  readonly resolvers: readonly string[]
  /** Names that phones reach before they sign in, with everything below them. */
  readonly garden: readonly string[]
  /** Names that no phone reaches, with everything below them. */
  readonly blocked: readonly string[]
  /** The account that the portal runs as: dnsmasq becomes it, so that both read and write the same volatile files. */
  readonly user: string
  readonly files: NetworkFiles
}

/** Names by which browsers and phones ask whether they may go round the resolver of a network that filters. */
const CANARIES = [
  { name: 'use-application-dns.net', why: 'Firefox: support.mozilla.org/kb/canary-domain-use-application-dnsnet' },
  { name: 'mask.icloud.com', why: 'Apple: developer.apple.com/icloud/prepare-your-network-for-icloud-private-relay' },
  { name: 'mask-h2.icloud.com', why: 'Apple, the same page' },
] as const

const NAME = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/
/** Lower case, without a final dot; undefined when it is no name of the DNS with at least two labels. */
export function domainName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '')
  return NAME.test(name) ? name : undefined
}

/** Everything below `wide` is `wide` too, for dnsmasq. */
export function covers(wide: string, name: string): boolean {
  return name === wide || name.endsWith(`.${wide}`)
}

function nftset(name: string, set: 'garden' | 'blocked'): string {
  return `nftset=/${name}/4#inet#parvis#${set}4,6#inet#parvis#${set}6`
}

function checkNames(names: readonly string[], key: string): void {
  if (names.length > MOST_NAMES) throw new TypeError(`${key} has more than ${MOST_NAMES} names`)
  for (const name of names) if (domainName(name) !== name) throw new TypeError(`${key}: ${JSON.stringify(name)} is no name`)
}

type Section = { readonly why: string; readonly lines: readonly string[] }

function sections(settings: NetworkSettings): readonly Section[] {
  const { lan, pools, ipv6, resolvers, garden, blocked, user, files } = settings
  const { intervalSeconds, lifetimeSeconds } = ADVERTISED
  return [
    { why: 'The networks of phones, and nothing else of this machine.', lines: [...lan.map((name) => `interface=${name}`), 'except-interface=lo', 'bind-dynamic', `user=${user}`, `pid-file=${files.pid}`] },
    {
      why: 'Leases: short, on a volatile disk, silent, and without the names that phones give themselves.',
      lines: [
        ...pools.map(({ first, last }) => `dhcp-range=${first},${last},${LEASE_MINUTES}m`),
        'dhcp-authoritative', 'dhcp-rapid-commit', 'dhcp-ignore-names', `dhcp-leasefile=${files.leases}`, 'quiet-dhcp', 'quiet-dhcp6', 'quiet-ra',
      ],
    },
    {
      why: 'IPv6: phones choose addresses from the interface’s prefix and ask for the rest.',
      lines: ipv6 ? lan.flatMap((name) => [`dhcp-range=::,constructor:${name},ra-stateless,64,${LEASE_MINUTES}m`, `ra-param=${name},${intervalSeconds},${lifetimeSeconds}`]) : [],
    },
    { why: 'Where the API of RFC 8908 is (RFC 8910: options 114 and 103), and our own name. The portal writes both and says when they change.', lines: [`dhcp-optsfile=${files.options}`, 'no-hosts', `addn-hosts=${files.hosts}`, 'localise-queries'] },
    {
      why: 'Names: true answers for everyone, forgotten within a minute, never an address of this network for a name of another.',
      lines: [
        ...(resolvers.length > 0 ? ['no-resolv', ...resolvers.map((address) => `server=${address}`)] : []),
        'domain-needed', 'bogus-priv', 'stop-dns-rebind', `cache-size=${CACHED_NAMES}`, `max-ttl=${MOST_TTL_SECONDS}`, `max-cache-ttl=${MOST_TTL_SECONDS}`, `edns-packet-max=${MOST_UDP_BYTES}`,
      ],
    },
    { why: 'Reached before sign-in.', lines: garden.map((name) => nftset(name, 'garden')) },
    { why: 'Reached by nobody. Browsers are told that this network filters names.', lines: [...blocked.map((name) => nftset(name, 'blocked')), ...(blocked.length > 0 ? CANARIES.map(({ name }) => `local=/${name}/`) : [])] },
  ]
}

/** A configuration for `dnsmasq --conf-file=`. @throws TypeError for what the settings should have refused. */
export function dnsmasqConf(settings: NetworkSettings): string {
  if (settings.lan.length === 0) throw new TypeError('phones need a network: set gateway.lan')
  for (const name of settings.lan) checkInterface(name)
  checkNames(settings.garden, 'network.garden')
  checkNames(settings.blocked, 'network.blocked')
  const written = sections(settings).filter(({ lines }) => lines.length > 0).map(({ why, lines }) => `# ${why}\n${lines.join('\n')}\n`)
  return `# Written by "parvis network dnsmasq" from the settings: change those, and write it again.\n\n${written.join('\n')}`
}
