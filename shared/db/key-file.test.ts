import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { deviceKeyAt } from './key-file.ts'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

test('a device keeps its key over a restart, in a file that only it can read', () => {
  const dir = folder()
  const path = join(dir, 'device.key')
  expect(deviceKeyAt(path).kid).toBe(deviceKeyAt(path).kid)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dir)).toEqual(['device.key'])
})

test('a damaged key is not replaced behind the operator’s back', () => {
  const path = join(folder(), 'device.key')
  writeFileSync(path, 'not a key')
  expect(() => deviceKeyAt(path)).toThrow(/restore it from its backup/)
})
