// The instance that the town starts for itself: a whole Parvis in `dry-run`, in folders of its own, on a clock that leaps.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BATCH_EVERY_MS } from '#shared/batch.ts'
import type { Draw } from '#shared/count/sampler.ts'
import { siteDayAt } from '#shared/site-day.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import type { CellRow, SiteRow } from '#portal/hub/store/store.ts'
import { openDirectories } from '../run/directories.ts'
import { ROLES } from '../run/ground.ts'
import { localRadiusSecret } from '../run/secrets.ts'
import { start } from '../run/start.ts'
import { readSettings } from '../settings/read.ts'
import { leapingClock, type LeapingClock } from './clock.ts'
import type { RadiusDoor } from './passers-by.ts'
import type { Place } from './places.ts'

/** Batches are made up to a minute after the quarter, and sent within six more. */
const SLOT_OF_BATCHES_MS = 61_000
const AFTER_THE_CLOSE_MS = 20 * 60_000
/** The town begins just after a close, because a database's first site-day opens at once and the next one 20 hours later. */
const AFTER_OPENING_MS = 1_000

export type OwnTown = {
  readonly clock: LeapingClock
  readonly urls: Readonly<Record<string, string>>
  /** Where the phones of a place reach the portal. */
  portalAt(place: Place): string
  readonly radius: RadiusDoor
  /** Lets the time between acts pass, with every quarter's batch made on the way. */
  passUntil(wallMs: number): Promise<void>
  /** Closes the last site-day, sends everything, and reads what the hub holds. */
  releases(): Promise<readonly { site: SiteRow; cells: readonly CellRow[] }[]>
  close(): Promise<void>
}

/** Each place has an address of the portal's for itself. */
const doorOf = (index: number): string => `127.0.0.${index + 1}`

function settingsFile(places: readonly Place[], sessionMinutes: number): string {
  const sites = places.map((place, index) =>
    ['[[sites]]', `id = "${place.id}"`, `name = "${place.name}"`, `class = "${place.class}"`, `match = { called_station_id = "${doorOf(index)}" }`, ''].join('\n'),
  )
  const hosts = places.map((_, index) => `"${doorOf(index)}"`).join(', ')
  return [...sites, '[portal]', `host = [${hosts}]`, `session_seconds = ${sessionMinutes * 60}`, ''].join('\n')
}

/** Any free port for every door. */
const FREE_PORTS = new Map(['portal.port', 'radius.auth_port', 'radius.acct_port', 'radius.coa_port', 'hub.port', 'kiosk.port', 'ops.port'].map((key) => [key, '0']))

export type OwnTownOptions = {
  readonly places: readonly Place[]
  /** In the first site-day. */
  readonly nowMs: number
  readonly sessionMinutes: number
  /** Only tests pass another one. */
  readonly draw?: Draw
  /** Hears what the instance logs as an error. */
  readonly complain: (line: string) => void
}

/** @throws UsageError when a port or a folder cannot be had. */
export async function openOwnTown({ places, nowMs, sessionMinutes, draw, complain }: OwnTownOptions): Promise<OwnTown> {
  const { startsMs } = siteDayAt(nowMs, 'Europe/Paris', '04:00')
  const clock = leapingClock(startsMs + AFTER_OPENING_MS)
  const data = mkdtempSync(join(tmpdir(), 'parvis-town-'))
  const directories = openDirectories({ PARVIS_DATA: data })
  const folders = [data, ...(directories.runtime === undefined ? [] : [directories.runtime])]
  const clean = (): void => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }))
  const config = join(data, 'parvis.toml')
  writeFileSync(config, settingsFile(places, sessionMinutes))
  const effects = { clock, random: randomBytes, log: jsonLog(complain, clock.now, 'error'), metrics: createMetrics() }
  const { settings } = readSettings({ config, flags: FREE_PORTS }, {})
  const parvis = await start({ settings, directories, effects, roles: new Set(ROLES), code: { demo: false, ...(draw === undefined ? {} : { draw }) } }).catch((error: unknown) => {
    clean()
    throw error
  })
  const { delivery, hub, ports, urls } = parvis
  if (!delivery || !hub) throw new TypeError('the town runs every role')

  async function passUntil(wallMs: number): Promise<void> {
    for (;;) {
      const quarter = (Math.floor((clock.now() - SLOT_OF_BATCHES_MS) / BATCH_EVERY_MS) + 1) * BATCH_EVERY_MS + SLOT_OF_BATCHES_MS
      if (quarter > wallMs) break
      await clock.leapTo(quarter)
      await delivery?.tick()
    }
    await clock.leapTo(wallMs)
  }

  return {
    clock,
    urls,
    portalAt: (place) => `http://${doorOf(places.indexOf(place))}:${ports['portal'] ?? 0}/`,
    radius: { address: '127.0.0.1', authPort: ports['radius_auth'] ?? 0, acctPort: ports['radius_acct'] ?? 0, secret: localRadiusSecret(data, randomBytes).secret },
    passUntil,
    async releases() {
      await passUntil(siteDayAt(clock.now(), 'Europe/Paris', '04:00').closesMs + AFTER_THE_CLOSE_MS)
      const { waiting } = await delivery.push()
      if (waiting > 0) throw new Error(`${waiting} batches did not reach the hub`)
      const sites = await hub.store.counts.sites()
      return Promise.all(sites.map(async (site) => ({ site, cells: await hub.store.counts.cells(site.id, 0, Number.MAX_SAFE_INTEGER) })))
    },
    async close() {
      await parvis.close()
      clean()
    },
  }
}
