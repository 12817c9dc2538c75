// The real programs that the tests run against, and how to have them on a Debian machine.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Peer = { readonly binary: string; readonly package: string; readonly unit?: string }

/** One row a program: the binary that shows it is there, its Debian package, the service that package would start. */
export const PEERS: readonly Peer[] = [
  { binary: 'freeradius', package: 'freeradius', unit: 'freeradius' },
  { binary: 'radclient', package: 'freeradius-utils' },
  { binary: 'eapol_test', package: 'eapoltest' },
  { binary: 'ip', package: 'iproute2' },
  { binary: 'nft', package: 'nftables', unit: 'nftables' },
  { binary: 'conntrack', package: 'conntrack' },
  { binary: 'curl', package: 'curl' },
  { binary: 'chromium', package: 'chromium' },
  { binary: 'wrk', package: 'wrk' },
  { binary: 'iperf3', package: 'iperf3' },
  { binary: 'tcpdump', package: 'tcpdump' },
  { binary: 'unzip', package: 'unzip' },
  { binary: 'strace', package: 'strace' },
  { binary: 'dnsmasq', package: 'dnsmasq-base' },
  { binary: 'dhclient', package: 'isc-dhcp-client' },
  { binary: 'rdisc6', package: 'ndisc6' },
  { binary: 'dig', package: 'bind9-dnsutils' },
  { binary: 'openssl', package: 'openssl' },
  { binary: 'firefox-esr', package: 'firefox-esr' },
  { binary: 'NetworkManager', package: 'network-manager', unit: 'NetworkManager' },
  { binary: 'dbus-daemon', package: 'dbus-daemon' },
  { binary: 'pebble', package: 'pebble' },
  { binary: 'pebble-challtestsrv', package: 'pebble' },
  { binary: 'opennds', package: 'opennds', unit: 'opennds' },
  { binary: 'php', package: 'php-cli' },
  { binary: 'iptables-legacy', package: 'iptables' },
  { binary: 'sysctl', package: 'procps' },
  { binary: 'systemd-analyze', package: 'systemd' },
]

/** Debian keeps many of them outside an ordinary user's PATH. */
export const PLACES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin']
const POLICY = '/usr/sbin/policy-rc.d'

export function where(binary: string): string | undefined {
  return PLACES.map((place) => join(place, binary)).find((path) => existsSync(path))
}

export function missingPeers(): readonly Peer[] {
  return PEERS.filter((peer) => !where(peer.binary))
}

function apt(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], { env, stdio: ['ignore', 2, 2] }).status === 0
}

/** Installs what is missing without letting a package start its service, then disables what would start at boot. */
function install(peers: readonly Peer[]): void {
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const names = peers.map((peer) => peer.package)
    if (!apt('install', '-y', '--no-install-recommends', ...names)) {
      apt('update')
      apt('install', '-y', '--no-install-recommends', ...names)
    }
  } finally {
    if (ours) rmSync(POLICY, { force: true })
  }
  for (const { unit } of peers) if (unit && where('systemctl')) spawnSync('systemctl', ['disable', unit], { stdio: 'ignore' })
}

/** Installs only for root in CI; elsewhere says the one command. Returns what is still missing. */
export function ensurePeers(): readonly Peer[] {
  const missing = missingPeers()
  if (missing.length === 0) return missing
  const root = process.getuid?.() === 0
  if (root && (process.env['CI'] === 'true' || process.env['PARVIS_REQUIRE_PEERS'] === '1')) {
    install(missing)
    return missingPeers()
  }
  const names = [...new Set(missing.map((peer) => peer.package))].join(' ')
  process.stderr.write(`Tests against these programs are skipped: ${missing.map((peer) => peer.binary).join(', ')}.\n`)
  process.stderr.write(`To run them too: sudo apt-get install --no-install-recommends ${names}\n`)
  return missing
}
