import { checkInterface, DNS_BEFORE_SIGN_IN, doors, GARDEN, insideNetworks, NAMED_ADDRESS_MINUTES, PRIVATE_V4, PRIVATE_V6, REFUSALS, type NftablesSettings } from './policy.ts'

export const TABLE = 'inet parvis'
/** A thousand hotspots' worth; the kernel refuses the next element, never forgets one. */
const MOST_CLIENTS = 65_536
const MOST_PAIRS = 65_536
/** Addresses of the walled garden, or of blocked names, that the resolver told in the last quarter of an hour. */
const MOST_NAMED = 65_536
/** How long the two hardware addresses of a contested network address are both remembered. */
export const PAIR_SECONDS = 60
/**
 * The mark of flows that were redirected to the portal instead of the site they asked for; sessions have 1 … 2³¹−1. Once
 * its phone is open such a flow is reset, or a browser that keeps it would go on talking to the portal.
 */
const REDIRECTED = '0x80000000'
/**
 * Flows to the walled garden carry a digest of their phone's MAC, so that both directions and both families fill one bucket;
 * without a seed nft makes one up for each rule.
 */
const GARDEN_MARKS = 'mod 0x3fffffff seed 0x76 offset 0x80000002'
/** A phone that was silent for longer is as good as one that never spoke. */
export const HEARD_SECONDS = 86_400

// MAC → mark, because the way down has no `ether daddr` yet and IPv6 addresses change; all else is keyed by the mark.
const SETS = `
  map client { type ether_addr : mark; size ${MOST_CLIENTS}; flags timeout; }
  set open { type mark; size ${MOST_CLIENTS}; flags timeout; }
  set up { type mark; size ${MOST_CLIENTS}; flags timeout; counter; }
  set down { type mark; size ${MOST_CLIENTS}; flags timeout; counter; }
  set rate_up { type mark; size ${MOST_CLIENTS}; flags timeout; limit rate over 1 mbytes/second; }
  set rate_down { type mark; size ${MOST_CLIENTS}; flags timeout; limit rate over 1 mbytes/second; }
  set quota_end { type mark; size ${MOST_CLIENTS}; flags timeout; limit rate over 1 bytes/second; }
  set quota_slow { type mark; size ${MOST_CLIENTS}; flags timeout; limit rate over 1 bytes/second; }
  set slow_up { type mark; size ${MOST_CLIENTS}; flags timeout; limit rate over 1 mbytes/second; }
  set slow_down { type mark; size ${MOST_CLIENTS}; flags timeout; limit rate over 1 mbytes/second; }
  set spent { type mark; size ${MOST_CLIENTS}; flags dynamic,timeout; timeout ${HEARD_SECONDS}s; }
  set heard { type mark; size ${MOST_CLIENTS}; flags dynamic,timeout; timeout ${HEARD_SECONDS}s; }
  map share { type mark : classid; size ${MOST_CLIENTS}; flags timeout; }
  set garden4 { type ipv4_addr; size ${MOST_NAMED}; flags timeout; timeout ${NAMED_ADDRESS_MINUTES}m; }
  set garden6 { type ipv6_addr; size ${MOST_NAMED}; flags timeout; timeout ${NAMED_ADDRESS_MINUTES}m; }
  set blocked4 { type ipv4_addr; size ${MOST_NAMED}; flags timeout; timeout ${NAMED_ADDRESS_MINUTES}m; }
  set blocked6 { type ipv6_addr; size ${MOST_NAMED}; flags timeout; timeout ${NAMED_ADDRESS_MINUTES}m; }
  set garden_rate { type mark; size ${MOST_CLIENTS}; flags dynamic,timeout; timeout 60s; }
  set garden_day { type mark; size ${MOST_CLIENTS}; flags dynamic,timeout; timeout 1d; }
  set pair4 { type ether_addr . ipv4_addr; size ${MOST_PAIRS}; flags dynamic,timeout; timeout ${PAIR_SECONDS}s; }
  set pair6 { type ether_addr . ipv6_addr; size ${MOST_PAIRS}; flags dynamic,timeout; timeout ${PAIR_SECONDS}s; }
  set asking { type ether_addr; size ${MOST_CLIENTS}; flags dynamic,timeout; timeout 60s; }
  set told4 { type ipv4_addr; size ${MOST_PAIRS}; flags dynamic,timeout; timeout 60s; }
  set told6 { type ipv6_addr; size ${MOST_PAIRS}; flags dynamic,timeout; timeout 60s; }
  set alive { type nf_proto; flags timeout; }`

/** One name is compared; several are looked up, which costs more. */
const quoted = (names: readonly string[]) => (names.length === 1 ? `"${names[0]}"` : `{ ${names.map((name) => `"${name}"`).join(', ')} }`)
const listed = (items: readonly (number | string)[]) => `{ ${items.join(', ')} }`

/** One line a family: nft matches an address in rules of its own family only. */
function both(line: (family: 'ip' | 'ip6', version: 4 | 6) => string): readonly string[] {
  return [line('ip', 4), line('ip6', 6)]
}

/** The same for both directions: what a phone may spend on the walled garden, a second and a day. */
const GARDEN_LIMITS = [
  `update @garden_rate { ct mark limit rate over ${GARDEN.bytesPerSecond} bytes/second burst ${GARDEN.burstBytes} bytes } drop`,
  // `add`, because `update` would begin the day anew with each packet: whoever comes daily would be shut out for good.
  `add @garden_day { ct mark quota over ${GARDEN.bytesPerDay} bytes } drop`,
  'accept',
]

/** The rules of every chain, by its name: a chain with a hook says it in its first line. */
function chains(settings: NftablesSettings): Readonly<Record<string, readonly string[]>> {
  const lan = `iifname ${quoted(settings.lan)}`
  const toLan = `oifname ${quoted(settings.lan)}`
  const toWorld = settings.wan.length > 0 ? `oifname ${quoted(settings.wan)}` : `oifname != ${quoted(settings.lan)}`
  const fromWorld = settings.wan.length > 0 ? `iifname ${quoted(settings.wan)}` : `iifname != ${quoted(settings.lan)}`
  const share = settings.downMbit === undefined && settings.upMbit === undefined ? [] : ['meta priority set ct mark map @share']
  const namesRate = `limit rate over ${DNS_BEFORE_SIGN_IN.bytesPerSecond} bytes/second burst ${DNS_BEFORE_SIGN_IN.burstBytes} bytes`
  return {
    marking: ['type filter hook prerouting priority mangle; policy accept;', `${lan} jump from_lan`],
    from_lan: [
      // What frames say, before any address is rewritten: the neighbour table silently follows the last speaker.
      'tcp flags & (syn | ack) == syn update @pair4 { ether saddr . ip saddr }',
      'tcp flags & (syn | ack) == syn update @pair6 { ether saddr . ip6 saddr }',
      `ct mark ${REDIRECTED} jump was_redirected`,
      'ct mark set ether saddr map @client return',
      // A stranger who sends with a client's address must not ride on the client's flow.
      `ct mark != ${REDIRECTED} ct mark set 0`,
    ],
    was_redirected: ['meta mark set ether saddr map @client meta mark @open reject with tcp reset', 'meta mark set 0'],
    captive_http: [
      'type nat hook prerouting priority dstnat; policy accept;',
      `${lan} tcp dport 80 fib daddr type local redirect to :${settings.portalPort}`,
      `${lan} ct mark != @open tcp dport 80 ct mark set ${REDIRECTED} redirect to :${settings.portalPort}`,
    ],
    // Before routing: forward is never reached while the uplink has no route, and a refusal must come then too.
    refusing: [
      'type filter hook prerouting priority filter; policy accept;',
      `${lan} ct mark != @open fib daddr type != local jump refuse_captive`,
    ],
    refuse_captive: [
      ...both((family, version) => `${family} daddr @garden${version} tcp dport ${GARDEN.port} return`),
      ...REFUSALS.map(({ protocol, ports, answer }) => `${protocol} dport ${listed(ports)} ${answer}`),
    ],
    to_gateway: ['type filter hook input priority filter; policy accept;', `${lan} jump from_phone`],
    from_phone: [
      'ct direction reply accept',
      `meta l4proto { tcp, udp } th dport 53 ct mark != @open update @asking { ether saddr ${namesRate} } drop`,
      ...doors(settings).map(({ protocol, ports }) => `${protocol === 'icmpv6' ? 'meta l4proto ipv6-icmp' : `${protocol} dport ${listed(ports)}`} accept`),
      'drop',
    ],
    // What names cost on the way down, where a tunnel carries most; no frame says whose it is yet, so each address has its share.
    from_gateway: ['type filter hook output priority filter; policy accept;', `${toLan} meta l4proto { tcp, udp } th sport 53 ct mark != @open jump telling_names`],
    telling_names: both((family, version) => `update @told${version} { ${family} daddr ${namesRate} } drop`),
    // Never `established accept`: then a phone that was shut out would keep the flows it has.
    passing: [
      'type filter hook forward priority filter; policy drop;',
      ...(settings.onPortalLoss === 'close' ? ['meta nfproto != @alive drop'] : []),
      `${lan} ${toWorld} jump outward`,
      `${fromWorld} ${toLan} jump inward`,
    ],
    // A chain a direction: each packet meets a dozen rules, and none that is about the other way. What none accepts is dropped.
    outward: [
      'ct mark != @open goto to_garden',
      ...both((family, version) => `${family} daddr @blocked${version} jump blocked`),
      // Once a flow: what is refused never becomes one.
      ...insideNetworks(settings).map(({ family, networks, reachable }) => `ct state new ${family} daddr ${listed(networks)} ${reachable.length > 0 ? `${family} daddr != ${listed(reachable)} ` : ''}jump blocked`),
      'ct mark @rate_up drop',
      'ct mark @quota_end goto is_spent',
      'ct mark @quota_slow jump slow_outward',
      ...share,
      'update @heard { ct mark }',
      'ct mark @up accept',
    ],
    inward: [
      'ct mark != @open goto from_garden',
      ...both((family, version) => `${family} saddr @blocked${version} drop`),
      'ct mark @rate_down drop',
      'ct mark @quota_end goto is_spent',
      'ct mark @quota_slow jump slow_inward',
      ...share,
      'ct mark @down accept',
    ],
    blocked: ['meta l4proto tcp reject with tcp reset', 'reject'],
    is_spent: ['update @spent { ct mark }', 'drop'],
    slow_outward: ['update @spent { ct mark }', 'ct mark @slow_up drop'],
    slow_inward: ['update @spent { ct mark }', 'ct mark @slow_down drop'],
    to_garden: [
      `ip daddr ${listed(PRIVATE_V4)} drop`,
      `ip6 daddr ${listed(PRIVATE_V6)} drop`,
      ...both((family, version) => `${family} daddr @garden${version} tcp dport ${GARDEN.port} ct mark set jhash ether saddr ${GARDEN_MARKS} goto in_garden`),
    ],
    from_garden: [`tcp sport ${GARDEN.port} ct direction reply ct mark > ${REDIRECTED} goto in_garden`],
    in_garden: GARDEN_LIMITS,
  }
}

/**
 * The table as one batch that the kernel takes whole or not at all. What exists stays, with its elements and counters; the
 * rules alone are written anew, so that a restart cuts nobody off and a change of settings takes effect.
 */
export function ruleset(settings: NftablesSettings): string {
  if (settings.lan.length === 0) throw new TypeError('the nftables enforcer needs at least one interface of phones: set gateway.lan')
  for (const name of [...settings.lan, ...settings.wan]) checkInterface(name)
  const declared: string[] = []
  const written: string[] = []
  for (const [name, lines] of Object.entries(chains(settings))) {
    const hooks = lines.filter((line) => line.startsWith('type '))
    declared.push(`  chain ${name} { ${hooks.join('')} }`)
    written.push(`flush chain ${TABLE} ${name}`)
    for (const line of lines) if (!hooks.includes(line)) written.push(`add rule ${TABLE} ${name} ${line}`)
  }
  return [`table ${TABLE} {${SETS}`, ...declared, '}', ...written, ''].join('\n')
}
