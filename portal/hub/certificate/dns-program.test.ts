import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { jsonLog } from '#shared/log.ts'
import { dnsProgram } from './dns-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'parvis-dns-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what a program says when it fails stays in the hub’s own log: it may hold the key to the zone', async () => {
  const program = join(folder, 'dns')
  writeFileSync(program, '#!/bin/sh\necho "no zone with key TSIG-SECRET" >&2\nexit 1\n')
  chmodSync(program, 0o755)
  const lines: string[] = []
  const { set } = dnsProgram(program, jsonLog((line) => void lines.push(line), () => 0, 'info'))
  const failed = await Promise.resolve(set('_acme-challenge.wifi.example', 'a'.repeat(43))).then(() => '', String)
  expect(failed).toContain('hub.acme_dns could not set the record')
  expect(failed).not.toContain('TSIG-SECRET')
  expect(lines.join()).toContain('TSIG-SECRET')
})
