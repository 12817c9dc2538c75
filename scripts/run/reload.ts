// The settings read again while the server runs: the RADIUS clients change at once, everything else with the next start.
import { isDeepStrictEqual } from 'node:util'
import type { RunningRadius } from '#radius/main.ts'
import type { ClientSettings } from '#radius/settings.ts'
import { UsageError } from '#shared/errors.ts'
import type { Settings } from '../settings/schema.ts'
import type { Ground } from './ground.ts'
import { radiusPeers, type RadiusPeers } from './radius-peers.ts'

const AT_ONCE = 'radius.clients'

/** Names of clients, and keys of settings that have changed but hold only after a restart. */
export type Reloaded = {
  readonly clients: number
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly restart: readonly string[]
}

type Table = Settings[keyof Settings]

function changedKeys(before: Settings, after: Settings): string[] {
  const tables: readonly (readonly [string, Table])[] = Object.entries(after)
  const old: ReadonlyMap<string, Table> = new Map(Object.entries(before))
  return tables.flatMap(([name, table]) => {
    const was = old.get(name)
    if (name === AT_ONCE || isDeepStrictEqual(was, table)) return []
    if (Array.isArray(table)) return [name]
    const values: ReadonlyMap<string, unknown> = new Map(Object.entries(was ?? {}))
    return Object.entries(table).flatMap(([key, value]) => (isDeepStrictEqual(values.get(key), value) ? [] : [`${name}.${key}`]))
  })
}

function byName(clients: readonly ClientSettings[]): Map<string, ClientSettings[]> {
  return Map.groupBy(clients, ({ name }) => name)
}

function difference(before: readonly ClientSettings[], after: readonly ClientSettings[]): Pick<Reloaded, 'clients' | 'added' | 'changed' | 'removed'> {
  const [was, is] = [byName(before), byName(after)]
  const kept = [...is.keys()].filter((name) => was.has(name))
  return {
    clients: is.size,
    added: [...is.keys()].filter((name) => !was.has(name)),
    changed: kept.filter((name) => !isDeepStrictEqual(was.get(name), is.get(name))),
    removed: [...was.keys()].filter((name) => !is.has(name)),
  }
}

/**
 * @param reread reads and checks the whole settings anew.
 * @throws (the returned function) UsageError naming the mistakes; nothing has changed then.
 */
export function createReload(ground: Ground, reread: () => Settings, peers: RadiusPeers, radius: Pick<RunningRadius, 'clients'>): () => Reloaded {
  let current = peers.clients
  return function reload() {
    const settings = reread()
    const next = radiusPeers({ ...ground, settings })
    if (ground.roles.has('portal') && !isDeepStrictEqual(next.own, peers.own)) {
      throw new UsageError('reload', `the portal asks as client ${peers.own.name} and would have to ask as ${next.own.name}, or with another secret: that needs a restart`)
    }
    radius.clients.replace(next.clients)
    const reloaded = { ...difference(current, next.clients), restart: changedKeys(ground.settings, settings) }
    current = next.clients
    ground.effects.log.info('settings read again', { clients: reloaded.clients, restart: reloaded.restart.join(' ') })
    return reloaded
  }
}

/** For people. */
export function reloadedInWords({ clients, added, changed, removed, restart }: Reloaded): string {
  const named = (words: string, names: readonly string[]): string[] => (names.length > 0 ? [`  ${words} ${names.join(', ')}`] : [])
  return [
    `The settings are in order; RADIUS serves ${clients} client${clients === 1 ? '' : 's'}.`,
    ...named('added    ', added),
    ...named('changed  ', changed),
    ...named('removed  ', removed),
    ...named('changed too, in force after a restart:', restart),
    '',
  ].join('\n')
}
