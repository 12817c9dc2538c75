// Two server processes on one machine share the RADIUS ports: a city with more access points than one core serves.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { CODES } from '#radius/packet.ts'
import { openWire, SECRET, statusBytes } from '#test/support/radius-town.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const ACCESS_POINTS = 64

const children: ChildProcess[] = []
const folders: string[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function folder(parent: string): string {
  const made = mkdtempSync(join(parent, 'parvis-shared-'))
  folders.push(made)
  return made
}

type Server = { readonly child: ChildProcess; readonly ended: Promise<number | null>; err(): string; doors(): Promise<{ auth: number; acct: number; ops: string }> }

function start(config: string, ...ports: readonly string[]): Server {
  const env = { ...process.env, PARVIS_DATA: join(folder(tmpdir()), 'data'), PARVIS_RUNTIME: folder('/dev/shm') }
  const child = spawn(process.execPath, [MAIN, 'run', '--role', 'radius', '--json', '--config', config, '--ops.port=0', ...ports], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  async function doors(): Promise<{ auth: number; acct: number; ops: string }> {
    while (!out.includes('\n')) await setTimeout(20)
    const said = JSON.parse(out) as { ports: Record<string, number>; urls: Record<string, string> }
    return { auth: said.ports['radius_auth'] ?? 0, acct: said.ports['radius_acct'] ?? 0, ops: said.urls['ops'] ?? '' }
  }
  return { child, ended: new Promise((resolve) => child.once('close', resolve)), err: () => err, doors }
}

async function answered(ops: string): Promise<number> {
  const text = await (await fetch(`${ops}metrics`)).text()
  return Number(/parvis_radius_answered_total\{door="auth",client="local"\} (\d+)/.exec(text)?.[1] ?? 0)
}

test('with reuse_port two processes serve one port, each its part of the access points; without it the second says that it is taken', async () => {
  const config = join(folder(tmpdir()), 'parvis.toml')
  writeFileSync(config, `[[radius.clients]]\nname = "local"\naddress = "127.0.0.0/8"\nsecret = "${SECRET}"\n`)
  const shared = '--radius.reuse_port=true'
  const first = await start(config, shared, '--radius.auth_port=0', '--radius.acct_port=0').doors()
  const same = [`--radius.auth_port=${first.auth}`, `--radius.acct_port=${first.acct}`]
  const second = await start(config, shared, ...same).doors()
  expect([second.auth, second.acct]).toEqual([first.auth, first.acct])

  const wires = await Promise.all(Array.from({ length: ACCESS_POINTS }, () => openWire()))
  for (const round of [1, 2]) {
    const replies = await Promise.all(wires.map((wire) => (wire.send(statusBytes(round), first.auth), wire.next())))
    expect(replies.every(({ code }) => code === CODES.accessAccept)).toBe(true)
  }
  const shares = await Promise.all([answered(first.ops), answered(second.ops)])
  expect(shares[0] + shares[1]).toBe(2 * ACCESS_POINTS)
  // Each access point stays with one process, so that a repeated request finds its remembered reply.
  expect(shares.map((share) => share % 2)).toEqual([0, 0])
  expect(Math.min(...shares)).toBeGreaterThan(ACCESS_POINTS / 4)
  for (const wire of wires) wire.close()

  const third = start(config, ...same)
  expect([await third.ended, third.err()]).toEqual([2, expect.stringContaining('is taken: set radius.auth_port')])
}, 30_000)
