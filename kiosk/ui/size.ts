import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export type ScreenSize = { /** Bytes of all JavaScript the first load needs, gzip level 9. */ readonly js: number; readonly css: number }

/** Measures the built screen. @throws when it is not built. */
export function screenSize(dist = join(import.meta.dirname, 'dist')): ScreenSize {
  const assets = join(dist, 'assets')
  const total = (ending: string) =>
    readdirSync(assets).filter((name) => name.endsWith(ending)).reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name)), { level: 9 }).length, 0)
  return { js: total('.js'), css: total('.css') }
}
