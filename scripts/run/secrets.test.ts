import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { coversLoopback } from './radius-peers.ts'
import { localRadiusSecret } from './secrets.ts'

const dir = mkdtempSync(join(tmpdir(), 'parvis-'))
afterAll(() => rmSync(dir, { recursive: true }))

test('the secret of this machine is made once, for this account alone, and never empty', () => {
  const { path, secret, made } = localRadiusSecret(dir, randomBytes)
  expect([made, statSync(path).mode & 0o777, secret.length]).toEqual([true, 0o600, 32])
  expect(localRadiusSecret(dir, randomBytes)).toEqual({ path, secret, made: false })
  writeFileSync(path, ' \n')
  expect(() => localRadiusSecret(dir, randomBytes)).toThrow(/is empty/)
})

test.each([
  ['127.0.0.1', true], ['127.0.0.5/32', true], ['127.0.0.0/8', true], ['0.0.0.0/0', true], ['0.0.0.0/1', true], ['64.0.0.0/2', true], ['::1', true], ['::/0', true], ['::/64', true],
  ['192.0.2.0/24', false], ['128.0.0.0/1', false], ['10.0.0.1', false], ['2001:db8::/32', false], ['::2/128', false],
])('a RADIUS client at %s covers loopback: %s', (block, covers) => {
  expect(coversLoopback(block)).toBe(covers)
})
