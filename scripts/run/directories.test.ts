import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDirectories } from './directories.ts'

const ANOTHER_ACCOUNT = 65_534
const isRoot = process.getuid?.() === 0
const made: string[] = []
let home = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'parvis-'))
  made.push(home)
})
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

const mode = (path: string) => statSync(path).mode & 0o777
const data = () => join(home, 'var')
/** The name that anyone who knows the data directory can work out. */
function guessedRuntime(): string {
  mkdirSync(data(), { recursive: true })
  const path = `/dev/shm/parvis-${process.getuid?.()}-${createHash('sha256').update(realpathSync(data())).digest('hex').slice(0, 8)}`
  made.push(path)
  return path
}

test('both directories are made, and only this account may look into them', () => {
  const opened = openDirectories({ PARVIS_DATA: data() })
  if (opened.runtime !== undefined) made.push(opened.runtime)
  for (const path of [opened.data, opened.runtime]) if (path !== undefined) expect(mode(path)).toBe(0o700)
})

test.skipIf(existsSync('/run/parvis'))('a link that waits in /dev/shm is not followed, and where it leads nothing is changed', () => {
  const elsewhere = join(home, 'elsewhere')
  mkdirSync(elsewhere)
  chmodSync(elsewhere, 0o755)
  symlinkSync(elsewhere, guessedRuntime())
  expect(() => openDirectories({ PARVIS_DATA: data() })).toThrow(/is a link that Parvis did not make/)
  expect(mode(elsewhere)).toBe(0o755)
})

test.skipIf(!isRoot || existsSync('/run/parvis'))('a runtime directory that another account made first is refused, also by root', () => {
  const path = guessedRuntime()
  mkdirSync(path)
  chownSync(path, ANOTHER_ACCOUNT, ANOTHER_ACCOUNT)
  expect(() => openDirectories({ PARVIS_DATA: data() })).toThrow(/belongs to another account/)
})

test('a directory into which everyone may write holds no keys, and keeps its mode', () => {
  const shared = join(home, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o1777)
  expect(() => openDirectories({ PARVIS_DATA: shared })).toThrow(/may be written by everyone/)
  expect(statSync(shared).mode & 0o7777).toBe(0o1777)
})
