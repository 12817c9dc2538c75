// Every key of parvis.toml with its kind and default, one row each: the contract of a city's settings file.
import { isIPv4 } from 'node:net'
import { address, boolean, cidr, integer, listOf, listOrNone, notYet, oneOf, optional, port, secret, text, timezone, url, wallTime, type Field } from '#shared/settings/fields.ts'
import type { Loaded } from '#shared/settings/load.ts'
import { CONTROLLER_KINDS, CONTROLLER_NAME } from '#portal/controllers/controller.ts'
import { METHOD_IDS, type MethodId } from '#portal/login/method-ids.ts'
import { ACCESS_METHODS } from '#radius/access-methods.ts'
import { REALM_FORM, REALM_FORMS } from '#radius/proxy/realms.ts'
import { parseUpstreamServer } from '#radius/proxy/settings.ts'
import { domainName, type Pool } from '#portal/gateway/network/dnsmasq.ts'
import { EXTRA_ID } from '#portal/consent/extras.ts'
import { FIRST_LANGUAGES, PAGE_LANGUAGES, type PageLanguage } from '#portal/pages/languages.ts'
import { COUNTRIES, NUMBER_FORM } from '#portal/state/emergency-numbers.ts'
import { readTarget } from '#portal/state/uplink-probes.ts'
import { PROFILE_IDS } from '#portal/legal/profile.ts'
import { SITE_CLASSES } from '#shared/place.ts'
import { parseWeekHours, type WeekHours } from '#shared/week-hours.ts'

const YEAR_SECONDS = 366 * 86_400
const siteId = text('default', { matches: /^[a-z0-9][a-z0-9-]{0,62}$/, expected: 'lower-case letters, digits and hyphens, 63 at most' })
const interfaceName = text('', { matches: /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, expected: 'the name of a network interface' })
const pageLanguages: Field<readonly PageLanguage[]> = listOf(oneOf(PAGE_LANGUAGES), PAGE_LANGUAGES)
/** Everyone whose own language is not offered gets the first. */
const siteLanguages: Field<readonly PageLanguage[]> = { fallback: PAGE_LANGUAGES, read: (value) => withFirst(pageLanguages.read(value)) }
function withFirst(languages: readonly PageLanguage[]): readonly PageLanguage[] {
  const [first] = languages
  if (first === undefined || FIRST_LANGUAGES.includes(first)) return languages
  throw new TypeError(`expected ${FIRST_LANGUAGES.join(' or ')} first, which whoever reads none of them gets: the texts in ${first} wait for a native speaker`)
}
/** The city's own words, French first. */
const words = { fr: optional(text('')), 'fr-simple': optional(text('')), en: optional(text('')), ar: optional(text('')), es: optional(text('')), pt: optional(text('')), wo: optional(text('')) } as const satisfies Readonly<Record<PageLanguage, Field<string | undefined>>>
const kbps = optional(integer(0, { min: 8, max: 100_000_000 }))
const seconds = integer(0, { min: 10, max: YEAR_SECONDS })
/** In a profile 0 lifts a limit that the portal's settings would put there. */
const orNone = (limit: Field<number | undefined>): Field<number | undefined> => ({ fallback: undefined, read: (value) => (value === 0 || value === '0' ? 0 : limit.read(value)) })
/** Of 10⁶ bytes, both directions together. */
const megabytes = optional(integer(0, { min: 1, max: 1_000_000_000 }))

const dnsName: Field<string> = { fallback: '', read: (value) => domainName(String(value)) ?? wrongName() }
function wrongName(): never {
  throw new TypeError('expected a name such as wifi.example.org')
}
const pool: Field<Pool> = {
  fallback: { first: '', last: '' },
  read(value) {
    const [first = '', last = '', ...more] = String(value).split('-').map((part) => part.trim())
    if (isIPv4(first) && isIPv4(last) && more.length === 0) return { first, last }
    throw new TypeError('expected a range such as 10.44.0.10-10.44.3.250')
  },
}

const colour = text('', { matches: /^#[0-9A-Fa-f]{6}$/, expected: 'a colour such as #0B5C6B' })

/** `"07:00-22:00"`, or by day: `{ mon = "07:00-12:00 14:00-18:00" }`. */
const weekHours: Field<WeekHours> = { fallback: [], read: parseWeekHours }

const realm = text('', { matches: REALM_FORM, expected: REALM_FORMS })
/** As it is written, once it has been understood. */
const upstreamServer: Field<string> = { fallback: '127.0.0.1', read: (value) => (parseUpstreamServer(String(value)), String(value)) }

/** As it is written; `none`: nobody is asked. */
const probeTarget: Field<string> = {
  fallback: 'none',
  read: (value) => (value === 'none' || readTarget(String(value)) ? String(value) : wrongTarget()),
}
function wrongTarget(): never {
  throw new TypeError('expected dns:192.0.2.53, tcp:192.0.2.1:443 or none: an address, not a name')
}

const MATCH_KEYS = { nas_identifier: 'nasIdentifier', called_station_id: 'calledStationId', ssid: 'ssid', vlan: 'vlan' } as const
type Match = { readonly [Key in (typeof MATCH_KEYS)[keyof typeof MATCH_KEYS]]?: string }
function isMatchKey(key: string): key is keyof typeof MATCH_KEYS {
  return Object.hasOwn(MATCH_KEYS, key)
}

const match: Field<Match> = {
  fallback: {},
  read(value) {
    const keys = Object.keys(MATCH_KEYS).join(', ')
    if (typeof value !== 'object' || value === null) throw new TypeError(`expected a table with ${keys}`)
    const found: Record<string, string> = {}
    for (const [key, wanted] of Object.entries(value)) {
      if (!isMatchKey(key)) throw new TypeError(`${key} is none of ${keys}`)
      if (typeof wanted !== 'string' && typeof wanted !== 'number') throw new TypeError(`${key} must be a text`)
      found[MATCH_KEYS[key]] = String(wanted)
    }
    return found
  },
}

export const SCHEMA = {
  single: {
    /** Who answers for the service: on receipts, on "what is recorded here", on the staff pages; and what site `default` and a kiosk are called that have no name of their own. */
    city: {
      name: optional(text('')),
      /** File of an SVG or PNG, beside the name of the place on every page of the portal. */
      logo: optional(text('')),
      square: optional(colour),
      sun: optional(colour),
      /** On dark paper; without it, the same hue made light enough. */
      square_dark: optional(colour),
      sun_dark: optional(colour),
    },
    portal: {
      host: listOf(address, ['127.0.0.1']),
      port: port(8080),
      url: optional(url),
      hosts: listOrNone(text('')),
      /** Without tls_cert the certificate comes from the hub (ACME). */
      tls_port: optional(port(443)),
      tls_cert: optional(text('')),
      tls_key: optional(text('')),
      api_url: optional(url),
      domain: optional(dnsName),
      on_portal_loss: oneOf(['keep', 'close']),
      methods: listOf<MethodId>(oneOf(METHOD_IDS), ['click']),
      session_seconds: integer(7_200, { min: 10, max: YEAR_SECONDS }),
      idle_seconds: optional(integer(0, { min: 10, max: YEAR_SECONDS })),
      down_kbps: kbps,
      up_kbps: kbps,
      quota_mb: megabytes,
      /** After the quota: the end, or another pace. */
      over_quota: oneOf(['end', 'throttle']),
      throttle_kbps: integer(256, { min: 8, max: 100_000_000 }),
      /** Whether someone who is online may ask for more time before it is up. */
      extend: boolean(true),
      /** While the RADIUS server is silent: connections of so many seconds without it, for so many devices at once. */
      grace_seconds: optional(integer(0, { min: 60, max: 3_600 })),
      grace_sessions: integer(50, { min: 1, max: 10_000 }),
      most_sessions: integer(60_000, { min: 1, max: 60_000 }),
      /** Whose emergency numbers are shown. */
      country: oneOf(COUNTRIES),
    },
    gateway: {
      enforcer: oneOf(['dry-run', 'nftables', 'controllers']),
      lan: optional(listOf(interfaceName, [])),
      wan: optional(interfaceName),
      /** Private networks behind `wan` that phones online may reach: a city's own directory, say. */
      reachable: listOrNone(cidr),
      /** What the line carries: then phones get equal shares of it. */
      down_mbit: optional(integer(0, { min: 1, max: 100_000 })),
      up_mbit: optional(integer(0, { min: 1, max: 100_000 })),
    },
    /** Whose answer shows that the line to the internet works; default the resolvers, with nftables and gateway.wan. */
    uplink: { probe: optional(listOf(probeTarget, [])) },
    network: {
      pools: listOrNone(pool),
      ipv6: boolean(true),
      resolvers: listOrNone(address),
      garden: listOrNone(dnsName),
      blocked: listOrNone(dnsName),
    },
    radius: {
      host: optional(listOf(address, [])),
      auth_port: port(1812),
      acct_port: port(1813),
      coa_port: port(3799),
      radsec_port: notYet(),
      /** Lets another server process on this machine share the ports. */
      reuse_port: boolean(false),
      /** Accounts kept in memory after their first log-in, some 250 bytes each; 0 asks the database each time. */
      cached_accounts: integer(131_072, { min: 0, max: 1_000_000 }),
      token_key: secret(),
    },
    /** What the law asks of this place; where it asks for a log, it is sealed to two holders. */
    legal: {
      profile: oneOf(PROFILE_IDS),
      /** Files of public keys that `parvis legal keys` made: of holder A's days, and holder B's one. */
      holder_a: optional(text('')),
      holder_b: optional(text('')),
      /** What the world sees of this gateway, where it is not the address of `gateway.wan`. */
      public_address: optional(address),
      ports_per_session: integer(60, { min: 16, max: 8_192 }),
    },
    counts: { profile: oneOf(['standard', 'strict']) },
    hub: {
      mode: oneOf(['embedded', 'remote', 'off']),
      url: optional(url),
      host: listOf(address, ['127.0.0.1']),
      port: port(8090),
      /** Where phones on the city's Wi-Fi reach its portal: what the QR codes of vouchers lead to. */
      portal_url: optional(url),
      store: oneOf(['sqlite']),
      database_url: notYet(),
      /** Gateways get certificates for names under it. */
      acme_domain: optional(dnsName),
      /** Naming a certificate authority here is agreeing to its terms. */
      acme_directory: { ...url, fallback: 'https://acme-v02.api.letsencrypt.org/directory' },
      acme_root: optional(text('')),
      acme_contact: optional(text('', { matches: /^[^\s@]+@[^\s@]+$/, expected: 'an e-mail address' })),
      acme_dns: optional(text('')),
    },
    kiosk: {
      /** Default: where the portal listens. */
      host: optional(listOf(address, [])),
      port: port(8070),
      /** Where a phone reaches the kiosk: what its QR codes and the portal's pages point to. */
      url: optional(url),
      /** Further names by which it may be called. */
      hosts: listOrNone(text('')),
      directory: optional(text('')),
    },
    ops: { port: port(9090) },
  },
  many: {
    sites: {
      id: siteId,
      name: optional(text('')),
      class: oneOf(SITE_CLASSES),
      timezone,
      close_at: wallTime,
      open: optional(weekHours),
      languages: siteLanguages,
      /** Instead of `portal.methods`. */
      methods: optional(listOf(oneOf(METHOD_IDS), [])),
      /** A directory with the city's own terms: `fr.html`, `en.html` … */
      terms: optional(text('')),
      match,
    },
    /** Optional consents on the front page: off until ticked, and never a condition. */
    'portal.extras': {
      id: text('', { matches: EXTRA_ID, expected: 'lower-case letters, digits and hyphens, 32 at most' }),
      ...words,
    },
    /** Foreign access controllers that send us their phones. */
    controllers: {
      name: text('', { matches: CONTROLLER_NAME, expected: 'lower-case letters, digits and hyphens, 32 at most' }),
      kind: oneOf(CONTROLLER_KINDS),
      /** Where phones may be sent back to. */
      addresses: listOrNone(text('')),
      site: optional(siteId),
      /** `uamsecret` or `faskey`. */
      secret: secret(),
      fas_level: integer(2, { min: 1, max: 4 }),
      /** From where authmon may ask; from anywhere when nothing is named. */
      poll_from: listOrNone(text('')),
      radius_client: optional(text('')),
      api_url: optional(url),
      api_user: optional(text('')),
      api_password: secret(),
      api_site: text('default', { matches: /^[A-Za-z0-9_-]{1,64}$/, expected: 'the controller’s own short name of the site' }),
      /** File of the certificate that it shows, where no authority has signed it. */
      api_certificate: optional(text('')),
    },
    /** The city's own numbers on the emergency page. */
    'portal.emergency': {
      number: text('', { matches: NUMBER_FORM, expected: 'a telephone number' }),
      ...words,
    },
    'radius.clients': {
      name: text('', { matches: /^[A-Za-z0-9._-]{1,63}$/, expected: 'a name of letters, digits, dots and hyphens' }),
      address: optional(cidr),
      secret: secret(),
      require_message_authenticator: boolean(true),
      binding: oneOf(['station', 'none']),
      packets_per_second: integer(10_000, { min: 1, max: 1_000_000 }),
      coa_port: integer(3799, { min: 1, max: 65_535 }),
    },
    'radius.profiles': {
      method: oneOf(ACCESS_METHODS),
      site: optional(siteId),
      session_seconds: optional(seconds),
      idle_seconds: orNone(seconds),
      interim_seconds: optional(integer(0, { min: 60, max: 86_400 })),
      down_kbps: orNone(kbps),
      up_kbps: orNone(kbps),
      quota_mb: orNone(megabytes),
      filter_id: optional(text('', { matches: /^[\x21-\x7e]{1,128}$/, expected: 'the name of a filter, without spaces' })),
      /** Devices at once for one account or voucher that says nothing of its own. */
      sessions: optional(integer(0, { min: 1, max: 1_000 })),
    },
    'radius.servers': { address: optional(address), auth_port: port(1812), acct_port: port(1813), secret: secret() },
    /** Where our server proxies. */
    'radius.upstreams': {
      realm: optional(realm),
      servers: listOf(upstreamServer, []),
      secret: secret(),
      /** Whether its sessions are reported to it too. */
      accounting: boolean(true),
      /** Whether it may choose a phone's VLAN, address, filter or role: for the city's own directory. */
      may_assign_network: boolean(false),
    },
  },
} as const

export type Settings = Loaded<typeof SCHEMA>
