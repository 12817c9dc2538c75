import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { UsageError } from '#shared/errors.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8',
}
const SMALLEST_GZIPPED = 512

export type Asset = { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly gzip?: Uint8Array<ArrayBuffer> | undefined; /** Its name changes with its content. */ readonly immutable: boolean }

/** The built screen, read once: by path from the root of the site. Nothing else is ever served from the disk. */
export type Assets = ReadonlyMap<string, Asset>

export const SCREEN_DIR = join(import.meta.dirname, 'ui', 'dist')

function* paths(dir: string, under = ''): Generator<string> {
  for (const entry of readdirSync(join(dir, under), { withFileTypes: true })) {
    const path = `${under}/${entry.name}`
    if (entry.isDirectory()) yield* paths(dir, path)
    else if (entry.isFile() && TYPES[extname(entry.name)]) yield path
  }
}

/** @throws UsageError `screen` when it has not been built. */
export function loadAssets(dir = SCREEN_DIR): Assets {
  if (!existsSync(join(dir, 'index.html'))) throw new UsageError('screen', 'the kiosk screen is not built: run `node scripts/bootstrap.js`', { data: { dir } })
  const assets = new Map<string, Asset>()
  for (const path of paths(dir)) {
    const bytes = new Uint8Array(readFileSync(join(dir, path)))
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    assets.set(path, { type, bytes, gzip: bytes.length < SMALLEST_GZIPPED ? undefined : new Uint8Array(gzipSync(bytes, { level: 9 })), immutable: path.startsWith('/assets/') })
  }
  return assets
}
