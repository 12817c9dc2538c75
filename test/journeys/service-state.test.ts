// A running Parvis whose line dies and comes back, whose operator announces works and ends a connection, and whose hub tells the time.
import { spawn, spawnSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedTime } from '#portal/hub/time.ts'
import { askHubTime } from '#portal/sync/hub-time.ts'
import { instantIn } from '#scripts/commands/maintenance.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { connect, phone } from '#scripts/town/phone.ts'
import { manualClock, systemClock } from '#shared/clock.ts'
import { generateDeviceKey, publicKey } from '#shared/sign.ts'
import { namespacesForbidden } from '../support/peer.ts'
import { townEffects } from '../support/radius-town.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'parvis-state-'))
const runtime = mkdtempSync('/dev/shm/parvis-state-')
const data = join(folder, 'data')
let resolver: Socket
let server: Instance
const citizen = phone('127.66.0.2')
const portal = () => server.urls['portal'] ?? ''

type Said = { readonly code: number | null; readonly out: string }
function parvis(...args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1', PARVIS_DATA: data, PARVIS_RUNTIME: runtime }, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (out += part.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })))
}
/** A name server beyond the line: it answers while `answers` says so. */
let answers = true
async function openResolver(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const reply = Buffer.from(question)
    reply[2] = (reply[2] ?? 0) | 0x80
    if (answers) socket.send(reply, from.port, from.address)
  })
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  return socket
}

beforeAll(async () => {
  mkdirSync(data)
  resolver = await openResolver()
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, `[uplink]\nprobe = ["dns:127.0.0.1:${resolver.address().port}"]\n[[portal.emergency]]\nnumber = "04 12 34 56 78"\nfr = "Mairie"\n`)
  server = await startInstance({ data, runtime, args: ['--config', config, '--role', 'portal,radius', '--hub.mode=off'] })
})
afterAll(async () => {
  await server.stop()
  resolver.close()
  for (const place of [folder, runtime]) rmSync(place, { recursive: true, force: true })
})

async function until(path: string, said: (body: string) => boolean): Promise<number> {
  const beganMs = performance.now()
  for (;;) {
    const askedMs = performance.now()
    const { body } = await citizen.ask(portal(), path)
    if (said(body)) return performance.now() - beganMs
    // Even a page that waits for an answer of the line comes within a second or so.
    expect(performance.now() - askedMs).toBeLessThan(2_000)
    expect(performance.now() - beganMs).toBeLessThan(5_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a line that dies is said within two seconds, the emergency page stands, and it comes back by itself', async () => {
  const isCut = (body: string): boolean => body.includes('La ligne vers Internet est coupée')
  await until('/', (body) => !isCut(body))
  answers = false
  expect(await until('/', isCut)).toBeLessThan(2_000)
  const emergency = await citizen.ask(portal(), '/emergency')
  expect(emergency.body).toMatch(/href="tel:112".*href="tel:0412345678"/s)
  answers = true
  await until('/', (body) => !isCut(body))
}, 20_000)

/** In a network of its own: a line to a far end, whose far end is then pulled out and put back. Prints what is known after each. */
const CABLE = `
import { execFileSync } from 'node:child_process'
import { watchLink } from '#portal/state/uplink-probes.ts'
const ip = (...args) => execFileSync('ip', args)
ip('link', 'add', 'wan0', 'type', 'veth', 'peer', 'name', 'far0')
ip('address', 'add', '192.0.2.2/24', 'dev', 'wan0')
for (const end of ['wan0', 'far0']) ip('link', 'set', end, 'up')
const link = watchLink('wan0', () => performance.now())
async function until(wanted) {
  const began = performance.now()
  while (link() !== wanted && performance.now() - began < 5_000) await new Promise((resolve) => setTimeout(resolve, 20))
  console.log(JSON.stringify({ up: link(), ms: Math.round(performance.now() - began) }))
}
await until(true)
ip('link', 'set', 'far0', 'down')
await until(false)
ip('link', 'set', 'far0', 'up')
await until(true)
`

test.skipIf(namespacesForbidden())('a cable that is pulled out is known within two seconds, and so is one that is put back', () => {
  const pulled = spawnSync('unshare', ['-rn', process.execPath, '--input-type=module', '-e', CABLE], { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8', timeout: 20_000 })
  expect(pulled.stderr).toBe('')
  const known = pulled.stdout.trim().split('\n').map((line) => JSON.parse(line) as { up: boolean; ms: number })
  expect(known.map(({ up }) => up)).toEqual([true, false, true])
  for (const { ms } of known) expect(ms).toBeLessThan(2_000)
}, 30_000)

test('works are announced and ended by command, on a running server and without one', async () => {
  const on = await parvis('maintenance', 'on', '--until', '2099-01-01T06:00', '--from', '2098-12-31T06:00', '--fr', 'On change l’antenne.')
  expect(on).toEqual({ code: 0, out: 'Works are announced: 31 Dec 2098, 06:00 to 1 Jan 2099, 06:00 (Europe/Paris).\n' })
  expect((await citizen.ask(portal(), '/service')).body).toContain('On change l’antenne.')
  expect(existsSync(join(data, 'maintenance.json'))).toBe(true)
  expect((await parvis('maintenance', 'off')).out).toBe('No works are announced.\n')
  expect((await citizen.ask(portal(), '/service')).body).not.toContain('On change l’antenne.')
  expect((await parvis('maintenance', 'on')).code).toBe(2)
  expect((await parvis('maintenance', 'on', '--until', 'tomorrow')).out).toContain('tomorrow is no time')
  expect((await parvis('maintenance', 'on', '--until', '2099-01-01T06:00')).code).not.toBe(0)
}, 30_000)

test('an operator comes in with a code of this machine, finds a connection and ends it', async () => {
  const visit = await connect(citizen, portal())
  const { code, url } = JSON.parse((await parvis('operator', 'code', 'Claire', '--json')).out) as { code: string; url: string }
  const origin = new URL(url).origin
  const cookie = (await citizen.ask(origin, '/operator/enter', { form: { code }, headers: { origin } })).headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const found = (await citizen.ask(origin, '/operator/find', { form: { needle: '127.66.0.2' }, headers: { origin, cookie } })).body
  const row = /operator\/end"><input type="hidden" name="row" value="(\w+)"/.exec(found)?.[1] ?? ''
  expect((await citizen.ask(origin, '/operator/end', { form: { row }, headers: { origin, cookie } })).body).toContain('La connexion est arrêtée.')
  expect((await citizen.ask(portal(), visit.sessionPath ?? '')).status).toBe(404)
  expect((await parvis('operator', 'code', '<b>')).code).not.toBe(0)
}, 30_000)

test('the hub’s word about the time counts when it is signed, fresh and an answer to this very question', async () => {
  const key = generateDeviceKey()
  const clock = systemClock()
  const effects = townEffects(manualClock(Date.UTC(2027, 0, 1)))
  const hub = new Hono().get('/v1/time', signedTime(key, effects))
  const parts = { url: 'http://hub.example', hub: publicKey(key.jwk), clock, random: randomBytes }
  const fetch = async (url: string): Promise<Response> => hub.request(url)
  expect(await askHubTime({ ...parts, fetch })).toMatchObject({ hubMs: Date.UTC(2027, 0, 1) })
  const kept = await (await fetch('http://hub.example/v1/time?nonce=0123456789abcdef')).text()
  await expect(askHubTime({ ...parts, fetch: async () => new Response(kept) })).rejects.toThrow('another question')
  await expect(askHubTime({ ...parts, fetch, hub: publicKey(generateDeviceKey().jwk) })).rejects.toThrow('not signed')
  const slow = manualClock(0)
  await expect(askHubTime({ ...parts, clock: slow, fetch: async (url) => (slow.advance(5_001), fetch(url)) })).rejects.toThrow('not soon enough')
})

test.each([
  ['14:30', Date.UTC(2026, 10, 23, 10), Date.UTC(2026, 10, 23, 13, 30)], ['09:00', Date.UTC(2026, 10, 23, 10), Date.UTC(2026, 10, 24, 8)],
  // It is the 24th there already.
  ['02:00', Date.UTC(2026, 10, 23, 23, 30), Date.UTC(2026, 10, 24, 1)], ['2026-06-01T12:00', 0, Date.UTC(2026, 5, 1, 10)],
])('%s is the next to come in Paris', (typed, nowMs, ms) => {
  expect(instantIn(typed, 'Europe/Paris', nowMs)).toBe(ms)
})
