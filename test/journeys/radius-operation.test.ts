// A RADIUS server as a technician has it before them: access points come and go in the settings file while it runs, and `radius watch`
// says what passes.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { radclient } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const PROVED = 'Message-Authenticator = 0x00'

type Said = { out: string; err: string; readonly code: Promise<number | null> }

describe.skipIf(absent('radclient'))('a server in operation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parvis-operation-'))
  const runtime = mkdtempSync('/dev/shm/parvis-operation-')
  const config = join(folder, 'parvis.toml')
  const children: ChildProcess[] = []
  let server: ChildProcess & { said: Said }
  let ports: { auth: number; acct: number; ops: number }

  function parvis(...args: readonly string[]): ChildProcess & { said: Said } {
    const env = { ...process.env, NO_COLOR: '1', PARVIS_DATA: join(folder, 'data'), PARVIS_RUNTIME: runtime, TZ: 'UTC' }
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const said: Said = { out: '', err: '', code: new Promise((resolve) => child.once('close', resolve)) }
    child.stdout.on('data', (part: Buffer) => (said.out += part.toString()))
    child.stderr.on('data', (part: Buffer) => (said.err += part.toString()))
    return Object.assign(child, { said })
  }

  function clients(...rows: readonly (readonly [name: string, address: string, secret: string, more?: string])[]): void {
    writeFileSync(config, rows.map(([name, address, secret, more = '']) => `[[radius.clients]]\nname = "${name}"\naddress = "${address}"\nsecret = "${secret}"\n${more}\n`).join('\n'))
  }

  /** The name of the reply to a Status-Server from this address, `none` when there is none. */
  async function alive(from: string, secret: string): Promise<string> {
    const source = from.includes(':') ? [] : [`Packet-Src-IP-Address = ${from}`]
    const { code } = await radclient({ kind: 'status', port: ports.auth, secret, attributes: [PROVED, ...source], address: from.includes(':') ? '::1' : '127.0.0.1' })
    return code
  }

  beforeAll(async () => {
    clients(['ap-mairie', '127.5.0.0/16', 'mairie'], ['six', '::/120', 'six'])
    server = parvis('run', '--role', 'radius', '--json', '--config', config, '--radius.auth_port=0', '--radius.acct_port=0', '--ops.port=0')
    while (!server.said.out.includes('\n')) await setTimeout(20)
    const doors = JSON.parse(server.said.out) as { ports: Record<string, number>; urls: Record<string, string> }
    ports = { auth: doors.ports['radius_auth'] ?? 0, acct: doors.ports['radius_acct'] ?? 0, ops: Number(new URL(doors.urls['ops'] ?? '').port) }
  }, 15_000)
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    for (const path of [folder, runtime]) rmSync(path, { recursive: true, force: true })
  })

  test('access points are added, changed and removed without a restart, by IPv4 and IPv6 block; a mistake changes nothing', async () => {
    const all = (): Promise<string[]> => Promise.all([alive('127.5.3.2', 'mairie'), alive('127.6.0.9', 'gare'), alive('::1', 'six'), alive('127.5.0.7', 'mairie-2')])
    expect(await all()).toEqual(['Access-Accept', 'none', 'Access-Accept', 'none'])

    clients(['ap-mairie', '127.5.0.0/16', 'mairie-2'], ['ap-gare', '127.6.0.9', 'gare', 'require_message_authenticator = false'])
    const reloaded = parvis('radius', 'reload')
    expect([await reloaded.said.code, reloaded.said.err]).toEqual([0, ''])
    expect(reloaded.said.out).toMatch(/added +ap-gare\n.*changed +ap-mairie\n.*removed +six\n/s)
    expect(await all()).toEqual(['none', 'Access-Accept', 'none', 'Access-Accept'])
    expect(server.said.err.match(/CVE-2024-3596/g)).toHaveLength(1)

    clients(['ap-mairie', '127.5.0.0/99', 'mairie-3'])
    const mistaken = parvis('radius', 'reload')
    expect([await mistaken.said.code, mistaken.said.err]).toEqual([2, expect.stringMatching(/parvis\.toml:3 +radius\.clients\[0\]\.address: expected an address/)])
    clients(['ap-mairie', '127.5.0.0/16', 'mairie-3'], ['twin', '127.5.9.9/16', 'mairie-3'])
    const twins = parvis('radius', 'reload')
    expect([await twins.said.code, twins.said.err]).toEqual([2, expect.stringMatching(/parvis\.toml:\d+ +radius\.clients\[1\]\.address: ap-mairie has the same address/)])
    expect(await all()).toEqual(['none', 'Access-Accept', 'none', 'Access-Accept'])

    clients(['ap-mairie', '127.5.0.0/16', 'mairie'], ['ap-gare', '127.6.0.9', 'gare', 'require_message_authenticator = false'])
    server.kill('SIGHUP')
    await expect.poll(() => alive('127.5.3.2', 'mairie'), { timeout: 10_000 }).toBe('Access-Accept')
    expect(server.said.err.match(/CVE-2024-3596/g)).toHaveLength(1)
  }, 30_000)

  test('what else has changed in the file needs a restart, and that is said', async () => {
    clients(['ap-mairie', '127.5.0.0/16', 'mairie', '[portal]\nsession_seconds = 60'])
    const reloaded = parvis('radius', 'reload', '--json')
    expect(await reloaded.said.code).toBe(0)
    expect(JSON.parse(reloaded.said.out)).toEqual({ clients: 1, added: [], changed: [], removed: ['ap-gare'], restart: ['portal.session_seconds'] })
  })

  test('radius watch says in words what passes, and names nobody; Ctrl-C ends it well', async () => {
    const [words, values] = [parvis('radius', 'watch'), parvis('radius', 'watch', '--json')]
    await expect.poll(() => words.said.err, { timeout: 5_000 }).toContain('Ctrl-C')
    const ask = (kind: 'auth' | 'acct', ...attributes: readonly string[]) =>
      radclient({ kind, port: ports[kind], secret: 'mairie', attributes: ['Packet-Src-IP-Address = 127.5.3.2', 'User-Name = "awa.diop"', 'Calling-Station-Id = "02-00-5E-11-22-33"', ...attributes] })
    // The second watcher has opened its door when it hears something.
    await expect.poll(() => ask('auth', 'User-Password = "sesame"', PROVED).then(() => values.said.out), { timeout: 10_000 }).toContain('user_unknown')
    await ask('auth', 'User-Password = "sesame"')
    await ask('acct', 'Acct-Status-Type = Start', 'Acct-Session-Id = "5e55"', 'Framed-IP-Address = 192.0.2.77')
    await ask('acct', 'Acct-Status-Type = Stop', 'Acct-Session-Id = "5e55"', 'Acct-Session-Time = 725', 'Acct-Terminate-Cause = Idle-Timeout', 'Acct-Input-Octets = 48151623')
    await alive('127.200.0.1', 'nobody')
    await expect.poll(() => words.said.out, { timeout: 5_000 }).toContain('unknown')
    const lines = words.said.out.trimEnd().split('\n').map((line) => line.replace(/ {2,}/g, ' | '))
    for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d \| (?:auth|acct) \| (?:ap-mairie|unknown) \| /)
    const said = lines.map((line) => line.split(' | ').slice(1).join(' | '))
    expect(said).toEqual(
      expect.arrayContaining([
        'auth | ap-mairie | refused: nobody here knows this user',
        expect.stringMatching(/^auth \| ap-mairie \| no answer: Message-Authenticator is missing/),
        'acct | ap-mairie | start',
        'acct | ap-mairie | stop, idle timeout, 12 min',
        'auth | unknown | no answer: no client is configured under this address',
      ]),
    )
    for (const watching of [words, values]) {
      for (const forbidden of ['awa', 'diop', 'sesame', 'mairie"', '02-00', '5e55', '192.0.2.77', '127.', '48151623', '725']) {
        expect(watching.said.out.replaceAll('"client":"ap-mairie"', '')).not.toContain(forbidden)
      }
    }
    expect(values.said.out.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toContainEqual({
      at: expect.any(Number), door: 'acct', client: 'ap-mairie', outcome: 'stored', words: 'stop, idle timeout, 12 min', minutes: 12,
    })
    expect(server.said.err.match(/what passes is being watched/g)).toHaveLength(2)
    words.kill('SIGINT')
    expect(await words.said.code).toBe(0)

    const metrics = await (await fetch(`http://127.0.0.1:${ports.ops}/metrics`)).text()
    expect(metrics).toMatch(/parvis_radius_requests_total\{door="acct",client="ap-mairie"\} 2\n/)
    expect(metrics).toMatch(/parvis_radius_refused_total\{door="auth",client="ap-mairie",reason="user_unknown",heard="refusal"\} \d/)
    expect(metrics).toMatch(/parvis_radius_refused_total\{door="auth",client="unknown",reason="unknown_client",heard="silence"\} \d/)

    // The server ends first: whoever watches is told, and it is not a success.
    server.kill('SIGTERM')
    expect([await server.said.code, await values.said.code, values.said.err]).toEqual([0, 1, expect.stringContaining('the server has stopped')])
  }, 30_000)
})
