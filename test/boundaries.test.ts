import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allImports, importsOf, violations } from './support/imports.ts'

const root = join(import.meta.dirname, '..')

test('every import of the project goes in an allowed direction', () => {
  const edges = allImports(root)
  expect(edges.length).toBeGreaterThan(50)
  expect(violations(edges)).toEqual([])
})

const PLANTED: readonly (readonly [path: string, source: string])[] = [
  ['kiosk/main.ts', "import { app } from '#portal/app.ts'"],
  ['kiosk/ui/screen.tsx', "import '../../radius/codec.ts'"],
  ['radius/server.ts', "import type { Session } from '../portal/session/session.ts'"],
  ['shared/clock.ts', "export { start } from '#radius/main.ts'"],
  ['portal/app.ts', "const hub = await import('./hub/main.ts')"],
  ['portal/hub/app.ts', "import { sessions } from '../session/store.ts'"],
  ['portal/session/store.ts', "import Database from 'better-sqlite3'"],
  ['radius/main.ts', "import { commands } from '#scripts/main.ts'"],
  ['portal/main.ts', "new Worker(new URL('../test/lab/worker.ts', import.meta.url))"],
  ['shared/batch.ts', "import { Draw } from './count/sampler.ts'"],
]

test.each(PLANTED)('a planted violation in %s is caught: %s', (path, source) => {
  expect(violations(importsOf(path, source))).toHaveLength(1)
})

test('a planted import that is allowed passes', () => {
  expect(violations(importsOf('portal/hub/store/sqlite.ts', "import Database from 'better-sqlite3'\nimport { b } from '#shared/batch.ts'"))).toEqual([])
})
