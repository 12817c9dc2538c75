// A city whose schools and clerks have a RADIUS server of their own, as it writes that into its settings file.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freeUdpPort, radclient, startFreeRadius } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const ENDS_WITHIN_MS = 15_000

type Run = { readonly child: ChildProcess; readonly code: Promise<number | null>; out: string; err: string }

let folder: string
let runtime: string
const children: ChildProcess[] = []
const stops: (() => Promise<void>)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parvis-realms-'))
  runtime = mkdtempSync('/dev/shm/parvis-realms-')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const stop of stops.splice(0)) await stop()
  for (const path of [folder, runtime]) rmSync(path, { recursive: true, force: true })
})

function parvis(toml: string, ...args: readonly string[]): Run {
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, toml, { mode: 0o600 })
  const env = { ...process.env, NO_COLOR: '1', PARVIS_DATA: join(folder, 'data'), PARVIS_RUNTIME: runtime }
  const child = spawn(process.execPath, [MAIN, ...args, '--config', config], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: ENDS_WITHIN_MS })
  children.push(child)
  const run: Run = { child, out: '', err: '', code: new Promise((resolve) => child.once('close', resolve)) }
  child.stdout.on('data', (part: Buffer) => void (run.out += part.toString()))
  child.stderr.on('data', (part: Buffer) => void (run.err += part.toString()))
  return run
}
const upstream = (realm: string, servers: string, secret: string): string => `[[radius.upstreams]]\nrealm = "${realm}"\nservers = ${servers}\nsecret = "${secret}"\n`

/** Name and content of every file the server has written. */
function written(): string {
  const files = [join(folder, 'data'), runtime].flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  )
  return files.map((file) => file + readFileSync(file, 'latin1')).join('\n')
}

test('check says every mistake about realms with its line and what would be right', async () => {
  const toml = [
    upstream('ville.example', '["192.0.2.1:1812:1813", "[2001:db8::1]"]', 'x'), upstream('VILLE.example', '["radius.ville.example"]', 'x'), upstream('a b', '[]', 'x'),
    '[[radius.upstreams]]\naccounting = "perhaps"\n',
  ].join('\n')
  const run = parvis(toml, 'check')
  expect(await run.code).toBe(2)
  expect(run.err.split('\n').slice(1).map((line) => line.trim().replace(/^\S+:(\d+) +radius\.upstreams\[(\d)\]\./, '$1 $2 '))).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^8 1 servers: expected servers such as 192\.0\.2\.1, 192\.0\.2\.1:1812:1813 or \[2001:db8::1\]:1812/),
      '7 1 realm: "VILLE.example" is there already; put its servers into one list',
      expect.stringMatching(/^12 2 realm: expected a realm/),
      expect.stringMatching(/^13 2 servers: expected at least one value/),
      expect.stringMatching(/^\d+ 3 accounting: expected true or false/),
      expect.stringMatching(/^\d+ 3 realm: missing/),
      expect.stringMatching(/^\d+ 3 secret: missing/),
    ]),
  )
  expect(await parvis(toml.slice(0, toml.indexOf('[[radius', 2)), 'check').code).toBe(0)
})

test('a realm that points to this very server is refused at start, with what to do', async () => {
  const port = await freeUdpPort()
  const run = parvis(upstream('ville.example', `["127.0.0.1:${port}"]`, 'x'), 'run', '--role', 'radius', `--radius.auth_port=${port}`, '--radius.acct_port=0', '--ops.port=0')
  expect(await run.code).toBe(2)
  expect(run.err).toContain('is this server itself; name the one that knows the realm')
})

test.skipIf(absent('freeradius', 'radclient'))('a clerk signs in by the town’s directory; her session is told to it, and her name is on no disk of ours', async () => {
  const directory = await startFreeRadius({ secret: 'between us', users: [{ name: 'amina.diallo@ville.example', password: 'sesame' }] })
  stops.push(directory.stop)
  const client = '[[radius.clients]]\nname = "ap"\naddress = "127.0.0.1"\nsecret = "of the ap"\n\n'
  const run = parvis(client + upstream('ville.example', `["127.0.0.1:${directory.authPort}:${directory.acctPort}"]`, 'between us'), 'run', '--role', 'radius', '--json', '--radius.auth_port=0', '--radius.acct_port=0', '--ops.port=0')
  await expect.poll(() => run.out, { timeout: 10_000 }).toContain('\n')
  const { ports } = JSON.parse(run.out) as { ports: Readonly<Record<string, number>> }
  const ask = (kind: 'auth' | 'acct', ...attributes: readonly string[]): ReturnType<typeof radclient> =>
    radclient({ kind, port: ports[`radius_${kind}`] ?? 0, secret: 'of the ap', attributes: ['User-Name = "amina.diallo@ville.example"', 'Calling-Station-Id = "02-00-5E-11-22-33"', ...attributes] })
  const proved = 'Message-Authenticator = 0x00'
  expect((await ask('auth', 'User-Password = "sesame"', proved)).code).toBe('Access-Accept')
  expect((await ask('auth', 'User-Password = "wrong"', proved)).code).toBe('Access-Reject')
  for (const status of ['Start', 'Stop']) expect((await ask('acct', `Acct-Status-Type = ${status}`, 'Acct-Session-Id = "5e55"', 'NAS-Identifier = "ap"')).code).toBe('Accounting-Response')
  expect(directory.accounting().map((report) => report['Acct-Status-Type'])).toEqual(['Start', 'Stop'])
  run.child.kill('SIGTERM')
  expect(await run.code).toBe(0)
  const files = written()
  expect(files).toContain('radius.db')
  for (const secret of ['amina', 'diallo', 'sesame', '02-00-5E', '02005e112233']) expect([secret, files.toLowerCase().includes(secret.toLowerCase())]).toEqual([secret, false])
  expect(run.err + run.out).not.toMatch(/amina|sesame|02-00/)
})
