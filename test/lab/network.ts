// The town in one machine: phones on the square's Wi-Fi, the gateway, and the world behind it.
export type LanName = 'lan0' | 'lan1'

/** One row a phone: where it stands. Its place in the list makes its addresses. */
export type ClientPlan = { readonly name: string; readonly lan: LanName }

export type Client = ClientPlan & { readonly mac: string; readonly v4: string; readonly v6: string; readonly gateway4: string; readonly gateway6: string }

export const UPSTREAM = { v4: '203.0.113.2', v6: '2001:db8:77::2' } as const
const WAN_GATEWAY = { v4: '203.0.113.1', v6: '2001:db8:77::1' } as const

/** The gateway's own addresses on each network of phones: two sites are two networks. */
export const LANS: Readonly<Record<LanName, { v4: string; v6: string; net4: string; net6: string; vlan: string }>> = {
  lan0: { v4: '192.168.70.1', v6: 'fd70::1', net4: '192.168.70', net6: 'fd70:', vlan: '70' },
  lan1: { v4: '192.168.71.1', v6: 'fd71::1', net4: '192.168.71', net6: 'fd71:', vlan: '71' },
}

export function clientAt(plan: ClientPlan, index: number): Client {
  const lan = LANS[plan.lan]
  const host = 10 + index
  return {
    ...plan,
    mac: `02:70:00:00:00:${host.toString(16).padStart(2, '0')}`,
    v4: `${lan.net4}.${host}`,
    v6: `${lan.net6}:${host.toString(16)}`,
    gateway4: lan.v4,
    gateway6: lan.v6,
  }
}

// Without this the first IPv6 packet waits a second for duplicate address detection.
const NO_DAD = 'for k in all default; do echo 0 >/proc/sys/net/ipv6/conf/$k/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/$k/accept_ra; done'

function lanLines(name: LanName): readonly string[] {
  const { v4, v6 } = LANS[name]
  return [
    `link add ${name} type bridge forward_delay 0`,
    `link set ${name} up`,
    `addr add ${v4}/24 dev ${name}`,
    `addr add ${v6}/64 dev ${name} nodad`,
  ]
}

function clientLines(client: Client): readonly string[] {
  return [
    `link add v-${client.name} type veth peer name wlan0 address ${client.mac} netns ${client.name}`,
    `link set v-${client.name} master ${client.lan} up`,
  ]
}

function insideClient({ v4, v6, gateway4, gateway6 }: Client): readonly string[] {
  return [
    'link set lo up',
    'link set wlan0 up',
    `addr add ${v4}/24 dev wlan0`,
    `addr add ${v6}/64 dev wlan0 nodad`,
    `route add default via ${gateway4}`,
    `route add default via ${gateway6}`,
  ]
}

const INSIDE_UPSTREAM = [
  'link set lo up',
  'link set eth0 up',
  `addr add ${UPSTREAM.v4}/24 dev eth0`,
  `addr add ${UPSTREAM.v6}/64 dev eth0 nodad`,
  `route add default via ${WAN_GATEWAY.v4}`,
  `route add default via ${WAN_GATEWAY.v6}`,
]

const WAN_LINES = [
  'link set lo up',
  'link add wan0 type veth peer name eth0 netns upstream',
  'link set wan0 up',
  `addr add ${WAN_GATEWAY.v4}/24 dev wan0`,
  `addr add ${WAN_GATEWAY.v6}/64 dev wan0 nodad`,
]

// Counts before anything at the upstream could refuse: each source address has a counter of its own.
const COUNTERS = `table inet upstream {
  set from4 { type ipv4_addr; size 4096; flags dynamic; counter; }
  set from6 { type ipv6_addr; size 4096; flags dynamic; counter; }
  chain arrivals {
    type filter hook prerouting priority raw; policy accept;
    iifname "eth0" add @from4 { ip saddr counter }
    iifname "eth0" add @from6 { ip6 saddr counter }
  }
}`

function batch(inside: string | undefined, lines: readonly string[]): string {
  const ip = inside === undefined ? 'ip' : `ip netns exec ${inside} ip`
  return `${ip} -batch - <<'END'\n${lines.join('\n')}\nEND`
}

/** The shell script that builds it all inside fresh network, mount and process namespaces. */
export function buildScript(clients: readonly Client[]): string {
  const spaces = [...clients.map((client) => client.name), 'upstream']
  const lans = [...new Set(clients.map((client) => client.lan))]
  return [
    'set -e',
    // /run of the machine stays as it is: ours is in this mount namespace only.
    'mount -t tmpfs tmpfs /run && mkdir -p /run/netns',
    NO_DAD,
    'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding',
    ...spaces.map((name) => `ip netns add ${name} && ip netns exec ${name} sh -c '${NO_DAD}'`),
    batch(undefined, [...WAN_LINES, ...lans.flatMap(lanLines), ...clients.flatMap(clientLines)]),
    ...clients.map((client) => batch(client.name, insideClient(client))),
    batch('upstream', INSIDE_UPSTREAM),
    `ip netns exec upstream nft -f - <<'END'\n${COUNTERS}\nEND`,
  ].join('\n')
}
