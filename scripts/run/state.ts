// What the portal watches of its surroundings, as the settings say: the line, the pool of addresses, announced works.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { every } from '#shared/clock.ts'
import { UsageError } from '#shared/errors.ts'
import type { PortalParts } from '#portal/main.ts'
import type { PortalSettings } from '#portal/settings.ts'
import { leasesIn, nearlyFull, poolSize } from '#portal/state/leases.ts'
import { readMaintenance, type Maintenance } from '#portal/state/maintenance.ts'
import { ownResolvers, probeOf, readTarget, watchLink, type Target } from '#portal/state/uplink-probes.ts'
import { watchUplink, type Uplink } from '#portal/state/uplink.ts'
import type { Settings } from '../settings/schema.ts'
import type { Ground } from './ground.ts'
import { networkFilesOf } from './network.ts'
import { textsOf } from './consent.ts'
import { writeWhole } from './secrets.ts'

const POOL_EVERY_MS = 30_000
const MAINTENANCE_FILE = 'maintenance.json'

/** Whose answer proves the line: those of the settings, else the resolvers that phones' names go to. A dry run asks nobody unasked. */
function targetsOf({ uplink, network, gateway }: Settings): readonly Target[] {
  if (uplink.probe !== undefined) return uplink.probe.flatMap((text) => readTarget(text) ?? [])
  if (gateway.enforcer === 'dry-run' || gateway.wan === undefined) return []
  return ownResolvers(network.resolvers.length > 0 ? network.resolvers : undefined)
}

function uplinkOf({ settings, effects }: Ground): Uplink | undefined {
  const { wan } = settings.gateway
  const probes = targetsOf(settings).map((target) => probeOf(target, effects.random))
  if (wan === undefined && probes.length === 0) return undefined
  return watchUplink({ link: wan === undefined ? () => undefined : watchLink(wan, effects.clock.monotonic), probes, clock: effects.clock })
}

/** Reads dnsmasq's list now and then; without pools in the settings nothing is known. */
function watchPool({ settings, directories, effects }: Ground): { full(): boolean; close(): void } {
  const { pools } = settings.network
  if (pools.length === 0 || directories.runtime === undefined) return { full: () => false, close() {} }
  const { leases } = networkFilesOf(directories)
  const judge = nearlyFull(poolSize(pools))
  let full = false
  const look = async (): Promise<void> => void (full = judge(leasesIn(await readFile(leases, 'utf8'), pools, effects.clock.now())))
  // No list yet is no lease yet.
  const round = (): void => void look().catch(() => (full = false))
  round()
  return { full: () => full, close: every(effects.clock, POOL_EVERY_MS, round, () => {}) }
}

/** The file is the truth, so that works outlast a reboot; it is read once and written through. */
export function openMaintenance(data: string) {
  const path = join(data, MAINTENANCE_FILE)
  let current = existsSync(path) ? readMaintenance(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  return {
    now: (): Maintenance | undefined => current,
    /** @throws UsageError when it is none. */
    set(value: unknown): Maintenance {
      const wanted = readMaintenance(value)
      if (!wanted) throw new UsageError('maintenance', 'these works cannot be announced: they end before they begin, or last longer than 30 days')
      writeWhole(path, JSON.stringify(wanted))
      return (current = wanted)
    },
    clear(): boolean {
      const had = current !== undefined
      rmSync(path, { force: true })
      current = undefined
      return had
    },
  }
}

export type StateWatch = Pick<Required<PortalParts>, 'watched'> & { readonly maintenance: ReturnType<typeof openMaintenance>; close(): void }

export function watchState(ground: Ground): StateWatch {
  const uplink = uplinkOf(ground)
  const pool = watchPool(ground)
  const maintenance = openMaintenance(ground.directories.data)
  return {
    watched: { uplink, poolNearlyFull: pool.full, maintenance: maintenance.now },
    maintenance,
    close: pool.close,
  }
}

export function stateSettings(settings: Settings): Pick<PortalSettings, 'grace' | 'mostSessions' | 'emergency'> {
  const { grace_seconds, grace_sessions, most_sessions, country } = settings.portal
  return {
    ...(grace_seconds !== undefined && { grace: { seconds: grace_seconds, most: grace_sessions } }),
    mostSessions: most_sessions,
    emergency: { country, own: settings['portal.emergency'].map(({ number, ...row }) => ({ number, texts: textsOf(row) })) },
  }
}
