// Who may ask our RADIUS server and whom our portal asks, out of the settings: the two must agree on a secret and a name.
import { BlockList, isIPv6 } from 'node:net'
import { UsageError } from '#shared/errors.ts'
import type { ClientSettings } from '#radius/settings.ts'
import type { ServerSettings } from '#radius/client.ts'
import type { Ground } from './ground.ts'
import { localRadiusSecret } from './secrets.ts'

export const LOCAL = 'local'

/** True when a block takes in an address of this machine's own loopback. */
export function coversLoopback(block: string): boolean {
  const [address = '', length] = block.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8)
  const wide = new BlockList()
  wide.addSubnet(address, length === undefined ? (family === 'ipv6' ? 128 : 32) : Number(length), family)
  return loopback.check(address, family) || wide.check('127.0.0.1') || wide.check('::1', 'ipv6')
}

export type RadiusPeers = {
  readonly clients: readonly ClientSettings[]
  /** The client as which the portal beside the server is known, and its secret. */
  readonly own: { readonly name: string; readonly secret: string }
}

/** The configured clients and, unless one of them covers loopback, one named `local` with the secret that first run made. */
export function radiusPeers({ settings, directories, effects }: Ground): RadiusPeers {
  const clients = settings['radius.clients'].map((row): ClientSettings => ({
    name: row.name,
    address: row.address ?? '',
    secret: row.secret ?? '',
    requireMessageAuthenticator: row.require_message_authenticator,
    binding: row.binding,
    coaPort: row.coa_port,
    packetsPerSecond: row.packets_per_second,
  }))
  const loopback = clients.find((client) => coversLoopback(client.address))
  if (loopback) return { clients, own: { name: loopback.name, secret: loopback.secret } }
  const { secret } = localRadiusSecret(directories.data, effects.random)
  const local = ['127.0.0.1', '::1'].map((address): ClientSettings => ({ name: LOCAL, address, secret }))
  return { clients: [...clients, ...local], own: { name: LOCAL, secret } }
}

/**
 * Whom the portal asks: the configured servers, else the server on this machine.
 * @throws UsageError `port` when that one is another process and nobody said where it listens.
 */
export function radiusServers(ground: Ground, peers: RadiusPeers, ports: { auth: number; acct: number }): ServerSettings[] {
  const configured = ground.settings['radius.servers']
  if (configured.length === 0 && (ports.auth === 0 || ports.acct === 0)) {
    throw new UsageError('port', 'a portal without the radius role cannot ask a server on any free port: set radius.auth_port and radius.acct_port, or add [[radius.servers]]')
  }
  if (configured.length === 0) return [{ address: '127.0.0.1', authPort: ports.auth, acctPort: ports.acct, secret: peers.own.secret }]
  return configured.map((row) => ({ address: row.address ?? '', authPort: row.auth_port, acctPort: row.acct_port, secret: row.secret ?? '' }))
}
