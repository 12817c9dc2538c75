import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { jsonLog, silentLog } from '#shared/log.ts'
import { HOSTILE } from '#test/support/hostile.ts'
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

test('it is started for a name and a digest of ours alone: anything else never becomes an argument', async () => {
  const [program, told] = [join(folder, 'telling'), join(folder, 'told')]
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" >>"${told}"\n`)
  chmodSync(program, 0o755)
  const { set, clear } = dnsProgram(program, silentLog())
  const [name, value] = ['_acme-challenge.wifi.example', 'a'.repeat(43)]
  const hostile = Object.values(HOSTILE).map((pair) => new URLSearchParams(pair('x')).get('x') ?? '')
  for (const text of [...hostile, '-rf', '', `${name}\n`, '../x']) {
    for (const act of [set, clear]) {
      await expect(act(text, value)).rejects.toThrow('no record of ACME')
      await expect(act(name, text)).rejects.toThrow('no record of ACME')
      await expect(act(`${name} ${text}`, value)).rejects.toThrow('no record of ACME')
    }
  }
  expect(existsSync(told)).toBe(false)
  await set(name, value)
  expect(readFileSync(told, 'utf8')).toBe(`set\n${name}\n${value}\n`)
})

test('however much it says, the log keeps two hundred characters of its last line', async () => {
  const program = join(folder, 'talkative')
  writeFileSync(program, `#!/bin/sh\necho first >&2\nprintf 'x%.0s' $(seq 5000) >&2\nexit 1\n`)
  chmodSync(program, 0o755)
  const lines: string[] = []
  const { clear } = dnsProgram(program, jsonLog((line) => void lines.push(line), () => 0, 'info'))
  await expect(clear('_acme-challenge.wifi.example', 'a'.repeat(43))).rejects.toThrow('could not clear')
  expect(lines.map((line) => (JSON.parse(line) as { said: string }).said)).toEqual(['x'.repeat(200)])
})
