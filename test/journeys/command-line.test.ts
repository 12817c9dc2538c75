// Every command as an operator types it: help, exit codes, mistakes, and servers whose roles run apart.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { COMMANDS } from '#scripts/commands/all.ts'
import { startInstance, type Instance, type InstanceOptions } from '#scripts/instance.ts'
import { connect, disconnect, phone } from '#scripts/town/phone.ts'
import { columnsOf, copyDatabases } from '../privacy/gather.ts'
import { absent } from '../support/peer.ts'

const ROOT = join(import.meta.dirname, '../..')
const SECRET = 'between-portal-and-radius-only'
const TOKEN_KEY = 'a-token-key-that-both-of-them-know'

let workplace: string
let volatile: string
beforeAll(() => {
  workplace = mkdtempSync(join(tmpdir(), 'parvis-cli-'))
  volatile = mkdtempSync('/dev/shm/parvis-cli-')
})
afterAll(() => {
  for (const folder of [workplace, volatile]) rmSync(folder, { recursive: true, force: true })
})

type Said = { readonly code: number; readonly out: string; readonly err: string }
function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: workplace, env: { ...process.env, NO_COLOR: '1', PARVIS_RUNTIME: volatile, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (part: Buffer) => (out += part.toString()))
    child.stderr.on('data', (part: Buffer) => (err += part.toString()))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }))
  })
}
const parvis = (args: readonly string[], env?: Readonly<Record<string, string>>) => run(process.execPath, [join(ROOT, 'scripts/main.ts'), ...args], env)
function file(name: string, text: string): string {
  const path = join(workplace, name)
  writeFileSync(path, text)
  return path
}

test('every command helps, and the overview names them all', async () => {
  const overview = await parvis(['--help'])
  expect(overview.code).toBe(0)
  for (const [name, { summary }] of COMMANDS) expect(overview.out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'))
  // One column, whatever the longest name.
  expect(new Set([...COMMANDS.values()].map(({ summary }) => overview.out.split('\n').find((line) => line.endsWith(summary))?.indexOf(summary))).size).toBe(1)
  for (const name of COMMANDS.keys()) {
    for (const flag of ['--help', '-h']) {
      const { code, out, err } = await parvis([name, flag])
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(new RegExp(`^parvis ${name}`))
    }
  }
}, 30_000)

test('wrong use ends with 2, one plain sentence, and no trace of where it happened', async () => {
  const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
    [[], /parvis <command>/], [['fly'], /unknown command "fly"/], [['constructor'], /unknown command/], [['run', '--wings'], /unknown option --wings/],
    [['run', '--role', 'portal', '--radius.auth_port=0'], /any free port: set radius\.auth_port/],
    [['run', '--role'], /--role needs a value/], [['run', '--role', 'portal,cook'], /unknown role "cook"; there are portal/], [['run', '--role='], /unknown role/], [['check', '--portal.prot=1'], /portal\.prot/],
    [['check', '--config'], /--config needs a value/], [['device'], /parvis device code/], [['device', 'enrol'], /parvis device/], [['device', 'code', 'extra'], /parvis device/],
    [['operator', 'code'], /^parvis: operator code needs NAME$/m], [['operator', 'code', 'anne', 'bea'], /operator code takes no "bea"/], [['voucher'], /voucher needs a word after it: voucher make, voucher list, voucher void$/m],
    [['voucher', 'void'], /voucher void needs LABEL$/m], [['voucher', 'mint'], /there is no voucher mint, but voucher make/], [['staff', 'add'], /staff add needs NAME$/m], [['staff', 'unlock'], /staff unlock needs NAME$/m],
    [['session', 'end'], /session end needs ID$/m], [['account', 'import'], /account import needs FILE\.csv$/m], [['receipt', 'verify'], /receipt verify needs FILE$/m], [['network'], /network dnsmasq/],
    [['maintenance', 'now'], /there is no maintenance now, but maintenance on, maintenance off$/m], [['maintenance', 'off', 'now'], /maintenance off takes no "now"$/m],
    [['legal'], /legal needs a word after it: legal profile, legal keys/], [['legal', 'seal'], /there is no legal seal, but/], [['legal', 'request'], /legal request needs LOG…$/m], [['legal', 'open'], /legal open needs FILE$/m], [['legal', 'open', 'a', 'b'], /legal open takes no "b"$/m], [['radius', 'toString'], /there is no radius toString/],
    [['check', 'hub'], /check takes no "hub"/], [['demo'], /parvis demo remove/], [['demo', 'remove', 'all'], /parvis demo/], [['check', '--config', 'nowhere.toml'], /nowhere\.toml cannot be read/],
  ]
  for (const [args, says] of wrong) {
    const { code, out, err } = await parvis(args)
    expect([args, code]).toEqual([args, 2])
    expect(out + err).toMatch(says)
    expect(err).not.toMatch(/\n\s+at .*:\d|file:\/\//)
  }
}, 60_000)

test('the launcher finds its Node and the project from any folder and through a link', async () => {
  const link = join(workplace, 'parvis-link')
  await run('ln', ['-s', join(ROOT, 'scripts/parvis'), link])
  const { code, out } = await run(link, ['check'])
  expect([code, out]).toEqual([0, expect.stringContaining('The settings are in order')])
})

const MISTAKES = `
[portal]
prot = 8080
port = 99999
session_seconds = "long"
[gateway]
enforcer = "iptables"
[[sites]]
id = "Place du Marché"
close_at = "25:00"
timezone = "Europe/Bielefeld"
match = { colour = "red" }
[[radius.clients]]
name = "ap"
address = "192.0.2.0/99"
[fleet]
x = 1
`

test('check reports every mistake at once, each with its line and key', async () => {
  const path = file('mistakes.toml', MISTAKES)
  const { code, err } = await parvis(['check', '--config', path, '--kiosk.port=x'], { PARVIS_HUB_MODE: 'sideways' })
  expect(code).toBe(2)
  const lineOf = (text: string) => MISTAKES.split('\n').findIndex((line) => line.startsWith(text)) + 1
  const expected: readonly (readonly [key: string, line: number])[] = [
    ['portal.prot', lineOf('prot')], ['portal.port', lineOf('port')], ['portal.session_seconds', lineOf('session_seconds')], ['gateway.enforcer', lineOf('enforcer')],
    ['sites[0].id', lineOf('id')], ['sites[0].close_at', lineOf('close_at')], ['sites[0].timezone', lineOf('timezone')], ['sites[0].match', lineOf('match')],
    ['radius.clients[0].address', lineOf('address')], ['fleet', lineOf('[fleet]')],
  ]
  for (const [key, line] of expected) expect(err).toMatch(new RegExp(`mistakes\\.toml:${line}\\s+${key.replaceAll(/[.[\]]/g, '\\$&')}: `))
  expect(err).toMatch(/did you mean port/)
  expect(err).toMatch(/--kiosk\.port\s+kiosk\.port: /)
  expect(err).toMatch(/PARVIS_HUB_MODE\s+hub\.mode: /)
  // What only the whole can show is told in the same breath, and nothing that follows from a mistake told already.
  expect(err).toMatch(new RegExp(`mistakes\\.toml:${lineOf('[[radius.clients]]')}\\s+radius\\.clients\\[0\\]\\.secret: missing`))
  expect(err).toMatch(/13 mistakes in the settings/)
  // The same words at the start of a server.
  expect(await parvis(['run', '--config', path])).toMatchObject({ code: 2, err: expect.stringContaining('11 mistakes in the settings') })
})

test('a file that is no TOML is told by its line; one in order is in order', async () => {
  const broken = await parvis(['check', '--config', file('broken.toml', '[portal]\nport = 8080\nhost = [\n')])
  expect(broken.code).toBe(2)
  expect(broken.err).toMatch(/broken\.toml:[34]\s/)
  for (const text of ['\0\0\0', '[portal', '[portal]\nport = 1\nport = 2\n', `x = "${'y'.repeat(100_000)}"`, '__proto__ = 1\n[constructor]\na = 1\n', '[[portal]]\nport = 1\n', '[sites]\nid = "a"\n', 'portal = 3']) {
    const { code, err } = await parvis(['check', '--config', file('odd.toml', text)])
    expect([text.slice(0, 20), code]).toEqual([text.slice(0, 20), 2])
    expect(err).not.toMatch(/\n\s+at /)
  }
  expect(await parvis(['check', '--config', file('good.toml', '[portal]\nport = 8081\n[[sites]]\nid = "place"\n')])).toMatchObject({ code: 0, err: '' })
}, 30_000)

test('check remarks on what is allowed and hardly meant, and a server says the same at its start', async () => {
  const text = '[radius]\nauth_port = 0\nacct_port = 0\n[[radius.clients]]\nname = "ap"\naddress = "192.0.2.7"\nsecret = "fifteen bytes!!"\n[[radius.upstreams]]\nrealm = "ville.example"\nservers = ["192.0.2.9"]\nsecret = "x"\n'
  const path = file('remarks.toml', text)
  const { code, out, err } = await parvis(['check', '--config', path])
  expect([code, out]).toEqual([0, expect.stringContaining('The settings are in order')])
  expect(err).toMatch(/^3 remarks:\n/)
  for (const [line, key] of [[1, 'radius\\.host: not set'], [7, 'radius\\.clients\\[0\\]\\.secret: shorter'], [11, 'radius\\.upstreams\\[0\\]\\.secret: shorter']] as const) expect(err).toMatch(new RegExp(`remarks\\.toml:${line} +${key}`))
  expect(err).not.toContain('fifteen')
  const inReach = file('in-reach.toml', text.replace('[radius]', '[radius]\nhost = ["127.0.0.1", "192.0.2.1"]').replaceAll('secret = "', `secret = "${SECRET}`))
  expect(await parvis(['check', '--config', inReach])).toMatchObject({ code: 0, err: '' })
  const here = file('here.toml', text.replace('192.0.2.7', '127.0.0.0/8').replaceAll('secret = "', `secret = "${SECRET}`))
  expect(await parvis(['check', '--config', here])).toMatchObject({ code: 0, err: '' })
  const server = await startInstance({ data: join(workplace, 'remarks'), runtime: join(volatile, 'remarks'), args: ['--config', path, '--role', 'radius'] })
  await server.stop()
  expect(server.log().match(/radius\.host is not set/g)).toHaveLength(1)
  expect(server.log().match(/secret is shorter than 16/g)).toHaveLength(1)
}, 30_000)

test.skipIf(absent('script'))('on a terminal the log is in words, around a summary that can be read, and Ctrl-C ends it', async () => {
  const path = file('weak.toml', '[radius]\nauth_port = 0\nacct_port = 0\ncoa_port = 0\n[ops]\nport = 0\n[[radius.clients]]\nname = "ap"\naddress = "127.0.0.7"\nsecret = "short"\n')
  const places = { PARVIS_DATA: join(workplace, 'terminal'), PARVIS_RUNTIME: mkdtempSync(join(volatile, 'terminal-')) }
  const command = `exec "${process.execPath}" "${join(ROOT, 'scripts/main.ts')}" run --role radius --config "${path}"`
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...places, NO_COLOR: '1', SHELL: '/bin/sh' }, stdio: ['pipe', 'pipe', 'inherit'] })
  let shown = ''
  terminal.stdout.on('data', (part: Buffer) => {
    const before = shown.includes('is open')
    shown += part.toString()
    if (!before && shown.includes('is open')) terminal.stdin.write('\u0003')
  })
  expect(await new Promise((resolve) => terminal.once('close', resolve))).toBe(0)
  expect(shown).toMatch(/\d\d:\d\d:\d\d warn radius: .*secret/)
  expect(shown).toContain('Stopping')
  expect(shown).not.toContain('{"')
}, 30_000)

test('a configuration of dnsmasq without a pool says that phones get no IPv4 address by it', async () => {
  const bare = await parvis(['network', 'dnsmasq', '--gateway.lan=lan0'])
  expect([bare.code, bare.err]).toEqual([0, expect.stringContaining('network.pools: not set')])
  expect(bare.out).not.toMatch(/^dhcp-range=\d/m)
  const whole = await parvis(['network', 'dnsmasq', '--gateway.lan=lan0', '--network.pools=10.44.0.10-10.44.3.250'])
  expect([whole.code, whole.err]).toEqual([0, ''])
  expect(whole.out).toContain('dhcp-range=10.44.0.10,10.44.3.250,30m\n')
})

test('whoever lists or takes away where no data is, is told so, and nothing is made', async () => {
  const places = { PARVIS_DATA: join(workplace, 'nowhere'), PARVIS_RUNTIME: join(volatile, 'nowhere') }
  for (const args of [['account', 'list'], ['account', 'remove', 'anne'], ['voucher', 'list'], ['voucher', 'void', 'fair'], ['session', 'list'], ['session', 'end', 's1']]) {
    const { code, out, err } = await parvis(args, places)
    expect([args, code, out, err]).toEqual([args, 1, '', expect.stringMatching(/^parvis: (there is no data in|no server runs on) .*nowhere: .*PARVIS_DATA/)])
    expect([args, existsSync(places.PARVIS_DATA), existsSync(places.PARVIS_RUNTIME)]).toEqual([args, false, false])
  }
}, 30_000)

test('file, environment and flags hold in this order, and no secret is shown', async () => {
  const path = file('secrets.toml', `[portal]\nport = 1001\nsession_seconds = 600\nidle_seconds = 60\n[radius]\ntoken_key_FILE = "${join(workplace, 'token.txt')}"\n[[radius.clients]]\nname = "ap"\naddress = "192.0.2.7"\nsecret = "${SECRET}"\n[[radius.servers]]\naddress = "192.0.2.8"\nsecret_FILE = "${join(workplace, 'token.txt')}"\n`)
  file('token.txt', `${TOKEN_KEY}\n`)
  const shown = await parvis(['settings', '--json', '--config', path, '--portal.session_seconds=700'], { PARVIS_PORTAL_SESSION_SECONDS: '650', PARVIS_PORTAL_IDLE_SECONDS: '61' })
  expect(shown.code).toBe(0)
  const settings = JSON.parse(shown.out) as Record<string, Record<string, unknown> & Record<string, unknown>[]>
  expect(settings['portal']).toMatchObject({ port: 1001, session_seconds: 700, idle_seconds: 61 })
  expect(settings['radius']).toMatchObject({ token_key: 'set', host: null })
  expect(settings['hub']).not.toHaveProperty('database_url')
  expect(settings['radius.clients']?.[0]).toMatchObject({ name: 'ap', secret: 'set' })
  const words = await parvis(['settings', '--config', path])
  expect(words.out).toMatch(/^  token_key +# set$/m)
  expect((await parvis(['settings'])).out).toMatch(/^  token_key +# not set$/m)
  expect(words.out).toMatch(/^  url +# not set$/m)
  for (const said of [shown, words, await parvis(['check', '--config', path]), await parvis(['check', '--config', path, '--portal.port=x'])]) {
    expect(said.out + said.err).not.toContain(SECRET)
    expect(said.out + said.err).not.toContain(TOKEN_KEY)
  }
  expect((await parvis(['settings', '--json'], { PARVIS_RADIUS_TOKEN_KEY: TOKEN_KEY })).out).not.toContain(TOKEN_KEY)
  expect(await parvis(['check'], { PARVIS_RADIUS_TOKEN_KEY_FILE: join(workplace, 'absent.txt') })).toMatchObject({ code: 2, err: expect.stringContaining('PARVIS_RADIUS_TOKEN_KEY_FILE') })
}, 30_000)

test('a reader that goes away is no error of ours', async () => {
  const { code, err } = await run('sh', ['-c', `"${process.execPath}" "${join(ROOT, 'scripts/main.ts')}" settings --json | true`])
  expect([code, err]).toEqual([0, ''])
})

test('commands for a running server say so when none runs, and end with 1', async () => {
  const env = { PARVIS_DATA: join(workplace, 'nothing-here') }
  expect(await parvis(['device', 'code'], env)).toMatchObject({ code: 1, err: expect.stringMatching(/no server runs on .*nothing-here/) })
  expect(await parvis(['device', 'enrol', 'abcd-efgh'], env)).toMatchObject({ code: 1 })
  expect(await parvis(['demo', 'remove'], env)).toMatchObject({ code: 2, err: expect.stringContaining('PARVIS_DATA') })
  expect(existsSync(env.PARVIS_DATA)).toBe(false)
})

const running: Instance[] = []
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) expect(await one.stop()).toBe(0)
})
/** A server with a data directory of its own and no demonstration. */
async function open(name: string, options: InstanceOptions = {}): Promise<Instance> {
  const data = join(workplace, name)
  mkdirSync(data, { recursive: true })
  writeFileSync(join(data, 'demo-removed'), '')
  const runtime = mkdtempSync('/dev/shm/parvis-cli-')
  const one = await startInstance({ ...options, data, runtime })
  running.push({ ...one, stop: () => one.stop().finally(() => rmSync(runtime, { recursive: true, force: true })) })
  return one
}
function values(instance: Instance, database: string, table: string, column: string): string[] {
  const copies = copyDatabases(instance.data, mkdtempSync(join(workplace, 'copy-')))
  return copies.filter((path) => path.endsWith(`/${database}`)).flatMap(columnsOf).filter((one) => one.table === table && one.column === column).flatMap((one) => one.values.map(String))
}
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const late = performance.now() + 15_000; performance.now() < late; await new Promise((resolve) => setTimeout(resolve, 100))) if (await holds()) return
  throw new Error(`it did not come to pass: ${what}`)
}
function push(instance: Instance): Promise<{ outcome?: string; waiting?: number }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: join(instance.data, 'control.sock'), path: '/batch%20push', method: 'POST' }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve(JSON.parse(text) as { outcome?: string; waiting?: number }))
    })
    call.on('error', reject).end()
  })
}

test('a gateway enrols at another machine’s hub with a code, once, and its batches arrive and leave its outbox', async () => {
  const city = await open('city')
  const hub = city.urls['hub'] ?? ''
  const remote = ['--hub.mode=remote', `--hub.url=${hub}`]
  const gateway = await open('gateway', { args: ['--role', 'portal,radius', ...remote] })
  const [atCity, atGateway] = [{ PARVIS_DATA: city.data }, { PARVIS_DATA: gateway.data }]

  expect(await parvis(['device', 'code'], atGateway)).toMatchObject({ code: 1, err: expect.stringContaining('does not know this command') })
  expect(await parvis(['device', 'enrol', '0000-0000'], atGateway)).toMatchObject({ code: 1, err: expect.stringMatching(/code/) })
  expect(values(gateway, 'counts.db', 'outbox_batch', 'seq').length).toBeGreaterThan(0)

  const { code } = JSON.parse((await parvis(['device', 'code', '--json'], atCity)).out) as { code: string }
  expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{8}$/)
  // As people type what they are told: in capitals, in two groups.
  const enrolled = await parvis(['device', 'enrol', `${code.slice(0, 4)}-${code.slice(4)}`.toUpperCase(), '--json'], atGateway)
  expect(enrolled).toMatchObject({ code: 0, err: '' })
  const { gateway: name } = JSON.parse(enrolled.out) as { gateway: string }

  await until('the batches are acknowledged', async () => (await push(gateway)).waiting === 0)
  expect(values(gateway, 'counts.db', 'outbox_batch', 'seq')).toEqual([])
  expect(values(city, 'hub.db', 'batch', 'gateway').filter((one) => one === name).length).toBeGreaterThan(0)

  // The code is used up; one for a card is longer, and is taken at the start.
  const third = await open('third', { args: ['--role', 'counts', ...remote] })
  expect(await parvis(['device', 'enrol', code], { PARVIS_DATA: third.data })).toMatchObject({ code: 1 })
  const claim = (await parvis(['device', 'code', '--file'], atCity)).out.split('\n')[0] ?? ''
  expect(claim).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/)
  mkdirSync(join(workplace, 'card'))
  writeFileSync(join(workplace, 'card', 'claim.txt'), `${claim}\n`)
  const card = await open('card', { args: ['--role', 'counts', ...remote] })
  await until('the card enrols by itself', () => existsSync(join(card.data, 'claim.txt.used')))
  await until('its batches arrive', async () => (await push(card)).waiting === 0)
  expect(new Set(values(city, 'hub.db', 'batch', 'gateway')).size).toBe(3)
}, 60_000)

test('portal and RADIUS in two processes, with one secret and one token key: a phone gets online and its end is accounted', async () => {
  const shared = (more: string) => `[radius]\ntoken_key = "${TOKEN_KEY}"\n[[radius.clients]]\nname = "gate"\naddress = "127.0.0.0/8"\nsecret = "${SECRET}"\n${more}`
  const radius = await open('radius', { args: ['--role', 'radius', '--config', file('radius.toml', shared(''))] })
  expect(Object.keys(radius.urls)).toEqual(['ops'])
  expect(Object.keys(radius.ports).sort()).toEqual(['radius_acct', 'radius_auth'])
  const servers = `[[radius.servers]]\naddress = "127.0.0.1"\nauth_port = ${radius.ports['radius_auth']}\nacct_port = ${radius.ports['radius_acct']}\nsecret = "${SECRET}"\n`
  const portal = await open('portal', { args: ['--role', 'portal', '--hub.mode=off', '--config', file('portal.toml', shared(servers))] })
  expect(Object.keys(portal.urls).sort()).toEqual(['ops', 'portal'])
  const visitor = phone('127.66.5.4')
  const visit = await connect(visitor, portal.urls['portal'] ?? '')
  expect(visit.sessionPath).toBeDefined()
  await until('the Start is heard', () => values(radius, 'radius.db', 'accounting_session', 'stop_minute').includes('null'))
  expect((await disconnect(visitor, portal.urls['portal'] ?? '', visit)).status).toBe(200)
  await until('the Stop is acknowledged and the journal closed', () => values(portal, 'gateway.db', 'journal', 'session').length === 0)
  await until('the Stop is in the books', () => !values(radius, 'radius.db', 'accounting_session', 'stop_minute').includes('null'))
  expect(values(radius, 'radius.db', 'accounting_session', 'stop_minute')).toEqual([expect.stringMatching(/^\d+$/)])
  // Neither process made a secret of its own: both were configured.
  for (const one of [radius, portal]) expect(existsSync(join(one.data, 'radius.secret'))).toBe(false)

  // With another token key the answer is a Reject, which the phone is told in words.
  const stranger = await open('stranger', { args: ['--role', 'portal', '--hub.mode=off', '--config', file('stranger.toml', shared(servers).replace(TOKEN_KEY, 'quite-another-token-key'))] })
  await expect(connect(phone('127.66.5.5'), stranger.urls['portal'] ?? '')).rejects.toThrow(/the tap was answered with [45]\d\d/)
}, 60_000)

test.each(['127.0.0.5', '0.0.0.0', '::1'])('where access points find RADIUS at %s, the portal beside it finds it too', async (host) => {
  const gateway = await open(`at-${host.replaceAll(/[.:]/g, '-')}`, { args: ['--role', 'portal,radius', '--hub.mode=off', `--radius.host=${host}`] })
  expect((await connect(phone('127.66.5.6'), gateway.urls['portal'] ?? '')).sessionPath).toBeDefined()
}, 30_000)

test('kiosk and hub run alone, and each role opens its own doors only', async () => {
  const kiosk = await open('kiosk', { args: ['--role', 'kiosk'] })
  expect(Object.keys(kiosk.urls).sort()).toEqual(['kiosk', 'ops'])
  expect((await fetch(kiosk.urls['kiosk'] ?? '')).status).toBe(200)
  const hub = await open('hub', { args: ['--role', 'hub'] })
  expect(Object.keys(hub.urls).sort()).toEqual(['hub', 'ops', 'staff'])
  expect((await fetch(hub.urls['staff'] ?? '')).status).toBe(200)
  for (const one of [kiosk, hub]) {
    await until('it is ready', async () => (await fetch(new URL('/readyz', one.urls['ops']))).status === 200)
    expect(one.ports).toEqual({})
    for (const absent of ['gateway.db', 'counts.db', 'radius.secret']) expect([absent, existsSync(join(one.data, absent))]).toEqual([absent, false])
  }
  expect(readFileSync(join(hub.data, 'hub.key'), 'utf8')).toContain('PRIVATE KEY')
}, 30_000)
