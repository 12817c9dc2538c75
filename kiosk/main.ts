import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { Effects, Running } from '#shared/effects.ts'
import { UsageError } from '#shared/errors.ts'
import { listen } from '#shared/http/listen.ts'
import { createKioskApp } from './app.ts'
import { loadAssets } from './assets.ts'
import type { KioskParts } from './counting.ts'
import { bringUpToDate, loadDirectory } from './directory/directory.ts'
import type { SourceFile } from './directory/read-directory.ts'
import type { ImportReport } from './directory/report.ts'
import { readSource } from './directory/source.ts'
import { openDirectory } from './directory/store.ts'
import { sampleTown } from './sample-town/town.ts'
import type { KioskSettings } from './settings.ts'

export type { KioskSettings } from './settings.ts'
export type { KioskParts, Unmet } from './counting.ts'

/** Where the directory of a state directory is kept. */
export function directoryFile(dataDir: string): string {
  return join(dataDir, 'kiosk.db')
}

function filesOf(settings: KioskSettings): SourceFile[] {
  return settings.directory.kind === 'sample' ? [sampleTown()] : readSource(settings.directory.path)
}

function tell({ log }: Effects, report: ImportReport | undefined): void {
  if (!report) return
  const { read, stored, repeated, refused, problems, emptyTiles } = report
  log.info('directory-imported', { read, stored, repeated, refused, problems: problems.length })
  if (refused > 0) log.warn('directory-rows-refused', { refused, first: `${problems.find((one) => one.outcome === 'refused')?.reason ?? ''}` })
  if (emptyTiles.length > 0) log.warn('directory-tiles-empty', { tiles: emptyTiles.join(' ') })
}

/** `publicUrl`: where a phone reaches it. */
export type Kiosk = Running & { readonly publicUrl: string }

/**
 * The kiosk: imports its directory when the files changed, then listens.
 * @throws UsageError `directory`, `screen` or `port`, each with the remedy.
 */
export async function startKiosk(settings: KioskSettings, effects: Effects, parts: KioskParts = {}): Promise<Kiosk> {
  const scoped = { ...effects, log: effects.log.scoped('kiosk') }
  const assets = loadAssets()
  const files = filesOf(settings)
  mkdirSync(settings.dataDir, { recursive: true })
  const store = openDirectory(directoryFile(settings.dataDir))
  try {
    tell(scoped, bringUpToDate(store, files))
    const directory = loadDirectory(store)
    if (directory.catalogue.size === 0) throw new UsageError('directory', 'kiosk.directory holds no active service: see `parvis directory import` for the reasons')
    let closing = false
    let publicUrl = settings.url ?? ''
    const ready = () => !closing
    const app = createKioskApp({ settings, effects: scoped, parts, assets, directory: () => directory, ready, publicUrl: () => publicUrl })
    const door = await listen({ hosts: settings.hosts, port: settings.port, key: 'kiosk.port', handler: getRequestListener(app.fetch) })
    publicUrl = (settings.url ?? door.urls[0] ?? '/').replace(/\/?$/, '/')
    let closed: Promise<void> | undefined
    return {
      urls: { kiosk: door.urls[0] ?? '' },
      publicUrl,
      ready,
      close() {
        closing = true
        return (closed ??= door.close().then(() => store.close()))
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}
