// Who imports whom, read from the source: the architecture's directions as rules over pairs of paths.
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

export type Import = { readonly from: string; readonly to: string }

const FOLDERS = ['portal', 'kiosk', 'radius', 'shared', 'scripts', 'test'] as const
const IMPORT = /(?:^|[\s;}])(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|[\s;(])import\s*\(?\s*['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/gm

/** The imports of one file, as paths from the root; packages keep their name. */
export function importsOf(path: string, source: string): Import[] {
  const found: Import[] = []
  for (const match of source.matchAll(IMPORT)) {
    const target = match[1] ?? match[2] ?? match[3] ?? ''
    const to = target.startsWith('#') ? target.slice(1) : target.startsWith('.') ? posix.join(posix.dirname(path), target) : target
    found.push({ from: path, to })
  }
  return found
}

export function allImports(root: string): Import[] {
  return FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root, exclude: (name) => name === 'dist' }))
    .map((path) => path.replaceAll('\\', '/'))
    .flatMap((path) => importsOf(path, readFileSync(join(root, path), 'utf8')))
}

type Rule = { readonly why: string; readonly broken: (edge: Import) => boolean }
const within = (folder: string) => (path: string): boolean => path.startsWith(`${folder}/`)
const portal = within('portal')
const kiosk = within('kiosk')
const radius = within('radius')
const shared = within('shared')
const scripts = within('scripts')
const test = within('test')
const hub = within('portal/hub')
const db = within('shared/db')
const hubStore = within('portal/hub/store')

const isTest = (path: string): boolean => /\.(test|verify)\.tsx?$/.test(path) || test(path)
const DRIVERS = new Set(['better-sqlite3', 'pg'])

export const RULES: readonly Rule[] = [
  { why: 'shared imports nobody', broken: ({ from, to }) => shared(from) && (portal(to) || kiosk(to) || radius(to)) },
  { why: 'radius imports only shared', broken: ({ from, to }) => radius(from) && (portal(to) || kiosk(to)) },
  { why: 'kiosk talks HTTP: it imports only shared', broken: ({ from, to }) => kiosk(from) && (portal(to) || radius(to)) },
  { why: 'portal does not import kiosk', broken: ({ from, to }) => portal(from) && kiosk(to) },
  { why: 'gateway and hub meet only in shared/batch', broken: ({ from, to }) => portal(from) && !hub(from) && hub(to) },
  { why: 'the hub does not import the gateway', broken: ({ from, to }) => hub(from) && portal(to) && !hub(to) },
  { why: 'nobody imports scripts', broken: ({ from, to }) => !scripts(from) && scripts(to) },
  { why: 'product code does not import tests', broken: ({ from, to }) => test(to) && !test(from) && !scripts(from) },
  { why: 'only shared/db and portal/hub/store know a database driver', broken: ({ from, to }) => DRIVERS.has(to) && !db(from) && !hubStore(from) },
  { why: 'the noise door is opened by portal, kiosk and scripts only', broken: ({ from, to }) => within('shared/count')(to) && shared(from) && !within('shared/count')(from) },
]

/** Tests may reach where product code may not; everyone else obeys every rule. */
export function violations(edges: readonly Import[]): string[] {
  return edges
    .filter((edge) => !isTest(edge.from))
    .flatMap((edge) => RULES.filter((rule) => rule.broken(edge)).map((rule) => `${edge.from} → ${edge.to}: ${rule.why}`))
}
