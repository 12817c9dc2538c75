// What the schema cannot see alone about certificates and the phones' networks.
import { isIPv4 } from 'node:net'
import { PROBES } from '#portal/detect/probes.ts'
import { covers } from '#portal/gateway/network/dnsmasq.ts'
import type { Wrong } from './radius-checks.ts'
import { isLoopback } from './radius-remarks.ts'
import type { Settings } from './schema.ts'

function checkCertificate({ portal, hub }: Settings, wrong: Wrong): void {
  const { tls_port, tls_cert, tls_key, api_url, url, host } = portal
  if ((tls_cert === undefined) !== (tls_key === undefined)) wrong(tls_cert === undefined ? 'portal.tls_key' : 'portal.tls_cert', 'a certificate and its key go together: set tls_cert and tls_key')
  if (tls_cert !== undefined && tls_port === undefined) wrong('portal.tls_cert', 'a certificate needs a port: set tls_port')
  if (tls_port !== undefined && tls_cert === undefined && hub.mode === 'off') wrong('portal.tls_port', 'without a hub the certificate comes from files: set tls_cert and tls_key')
  if (tls_port !== undefined && tls_cert === undefined && hub.mode === 'embedded' && hub.acme_domain === undefined) wrong('portal.tls_port', 'set tls_cert and tls_key, or hub.acme_domain')
  if (api_url !== undefined && !api_url.startsWith('https:')) wrong('portal.api_url', 'RFC 8908 wants https')
  if (tls_port !== undefined && url?.startsWith('https:') && host.some((one) => one === '0.0.0.0' || one === '::')) {
    wrong('portal.host', 'name the addresses that phones reach: with an https url the first of them is where they are sent when the certificate has run out')
  }
}

function checkAcme({ acme_domain, acme_dns, acme_directory, mode }: Settings['hub'], wrong: Wrong): void {
  if (acme_domain === undefined && acme_dns === undefined) return
  if (mode !== 'embedded') wrong('hub.acme_domain', 'the hub itself gives certificates; this process runs none')
  if (acme_domain === undefined) wrong('hub.acme_domain', 'missing: gateways are named under it')
  if (acme_dns === undefined) wrong('hub.acme_dns', 'missing: the program that sets TXT records')
  if (!acme_directory.startsWith('https:')) wrong('hub.acme_directory', 'a certificate authority is reached by https')
}

const numeric = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

function checkNetwork({ network, gateway }: Settings, wrong: Wrong): void {
  for (const [index, { first, last }] of network.pools.entries()) {
    if (!isIPv4(first) || !isIPv4(last) || numeric(first) > numeric(last)) wrong(`network.pools[${index}]`, 'a range goes upwards')
  }
  if (network.pools.length > 0 && !gateway.lan) wrong('gateway.lan', 'a pool needs the interface of the phones')
  for (const name of network.garden) {
    const probe = PROBES.find(({ host }) => covers(name, host))
    if (probe) wrong('network.garden', `${name} would let ${probe.client}'s probe ${probe.host} through: those phones would not see the portal`)
  }
}

/** Phones without an address see no portal, and nothing here would say why. */
export const NO_POOLS = 'not set: `parvis network dnsmasq` gives phones no IPv4 addresses; name a range in the network of gateway.lan, such as 10.44.0.10-10.44.3.250, unless another server on it has DHCP'

/** True when phones that are not this machine are sent to a portal which only this machine can reach. */
function isPortalOutOfReach({ gateway, portal }: Settings): boolean {
  if (gateway.enforcer === 'dry-run' || !portal.host.every(isLoopback)) return false
  // Behind a controller whatever ends TLS before us may stand on this machine. Our own rules redirect to the lan's address itself.
  return gateway.enforcer === 'nftables' || portal.tls_port !== undefined || !portal.url?.startsWith('https:')
}

export function remarkOnNetworks(settings: Settings, remark: Wrong): void {
  const { gateway, network } = settings
  if (isPortalOutOfReach(settings)) remark('portal.host', gateway.enforcer === 'nftables' ? 'phones cannot reach this machine’s loopback: name the address of each interface of gateway.lan' : 'phones cannot reach this machine’s loopback: name an address that the controllers let them reach')
  if (gateway.enforcer === 'nftables' && network.pools.length === 0) remark('network.pools', NO_POOLS)
}

export function checkNetworks(settings: Settings, wrong: Wrong): void {
  checkCertificate(settings, wrong)
  checkAcme(settings.hub, wrong)
  checkNetwork(settings, wrong)
}
