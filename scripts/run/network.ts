// The phones' networks as the settings say: for the template of dnsmasq, and for what the running portal tells phones.
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '#shared/errors.ts'
import { networkFiles, type NetworkFiles, type NetworkSettings } from '#portal/gateway/network/dnsmasq.ts'
import type { Settings } from '../settings/schema.ts'
import type { Directories } from './directories.ts'

/** @throws UsageError without a volatile directory: leases say who is here, and may be on no disk. */
export function networkFilesOf({ runtime }: Pick<Directories, 'runtime'>): NetworkFiles {
  if (runtime === undefined) throw new UsageError('runtime', 'leases may be on no disk: set PARVIS_RUNTIME to a directory on tmpfs')
  return networkFiles(join(runtime, 'network'))
}

/** @throws UsageError when the settings name no network of phones. */
export function networkOf(settings: Settings, directories: Pick<Directories, 'runtime'>): NetworkSettings {
  const { lan } = settings.gateway
  if (!lan) throw new UsageError('gateway.lan', 'gateway.lan: name the interfaces of the phones')
  const { pools, ipv6, resolvers, garden, blocked } = settings.network
  return { lan, pools, ipv6, resolvers, garden, blocked, user: userInfo().username, files: networkFilesOf(directories) }
}
