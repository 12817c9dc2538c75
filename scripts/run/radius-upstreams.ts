// The realms whose users other servers know, out of the settings.
import { networkInterfaces } from 'node:os'
import { parseUpstreamServer, type RealmSettings, type UpstreamServer, type UpstreamSettings } from '#radius/proxy/settings.ts'
import { UsageError } from '#shared/errors.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import type { Ground } from './ground.ts'
import { volatileKey } from './secrets.ts'

const ANY_ADDRESS = new Set(['0.0.0.0', '::'])

/** Whether a packet to `address` would arrive at a door on one of `hosts`. */
function isOurs(address: string, hosts: readonly string[]): boolean {
  if (hosts.includes(address)) return true
  if (!hosts.some((host) => ANY_ADDRESS.has(host))) return false
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address))
}

function refuseOurselves(realm: string, { address, authPort, acctPort }: UpstreamServer, hosts: readonly string[], { settings }: Ground): void {
  const { auth_port, acct_port } = settings.radius
  if ((authPort !== auth_port && acctPort !== acct_port) || !isOurs(address, hosts)) return
  throw new UsageError('upstream_servers', `radius.upstreams ${realm}: ${address}:${authPort}:${acctPort} is this server itself; name the one that knows the realm’s users`, { data: { realm } })
}

/**
 * Undefined where no realm is configured.
 * @param hosts on which our own server listens.
 * @throws UsageError `upstream_servers` when one of them is ourselves.
 */
export function upstreamsOf(ground: Ground, hosts: readonly string[]): UpstreamSettings | undefined {
  const { settings, directories, effects } = ground
  const realms = settings['radius.upstreams'].map((row): RealmSettings => ({
    realm: row.realm ?? '',
    servers: row.servers.map(parseUpstreamServer),
    secret: row.secret ?? '',
    accounting: row.accounting,
    mayAssignNetwork: row.may_assign_network,
  }))
  if (realms.length === 0) return undefined
  for (const { realm, servers } of realms) for (const server of servers) refuseOurselves(realm, server, hosts, ground)
  return { realms, key: secretKey(volatileKey(directories.runtime, 'upstream', effects.random)) }
}
