// No byte of a request becomes an argument of a program (security.md): what the gateway starts while a phone says whatever it likes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSquare, type Square } from '#test/lab/square.ts'
import { NEEDLE } from '#test/support/hostile.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { recordingTo, startedIn } from '#test/support/recorded-programs.ts'

type Said = { readonly asked: number; readonly online: number; readonly faults: readonly string[] }

describe.skipIf(namespacesForbidden() || absent('conntrack', 'tc', 'strace', 'curl'))('what a gateway starts', () => {
  let square: Square
  let dir: string
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'parvis-programs-'))
    Object.assign(process.env, { PARVIS_GATEWAY_DOWN_MBIT: '20', PARVIS_GATEWAY_UP_MBIT: '10' })
    square = await openSquare([{ name: 'phone', lan: 'lan0' }])
    await square.radius(600)
  }, 60_000)
  afterAll(async () => {
    for (const key of ['DOWN', 'UP']) delete process.env[`PARVIS_GATEWAY_${key}_MBIT`]
    await square?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  test('holds nothing that a phone has said, in any place where it could say something', async () => {
    const file = join(dir, 'programs')
    await square.portal(undefined, recordingTo(file))
    const before = startedIn(file)
    expect(before.map(({ program }) => program)).toEqual(expect.arrayContaining(['nft', 'ip', 'tc']))
    const phone = square.lab.spawn('phone', [process.execPath, 'test/lab/hostile.ts', square.url, square.lab.clients['phone']?.v4 ?? ''])
    const { stdout, stderr } = await phone.ended
    const { asked, online, faults } = JSON.parse(stdout || JSON.stringify({ asked: 0, online: 0, faults: [stderr] })) as Said
    expect(faults).toEqual([])
    expect(asked).toBeGreaterThan(1_000)
    expect(online).toBeGreaterThan(10)
    // Each time that the phone left, its flows were forgotten by a program of its own.
    const started = startedIn(file)
    const since = started.slice(before.length).map(({ program }) => program)
    expect(since.filter((program) => program === 'conntrack').length).toBeGreaterThanOrEqual(online)
    expect(started.filter(({ text }) => text.toLowerCase().includes(NEEDLE)).slice(0, 3)).toEqual([])
  }, 120_000)
})
