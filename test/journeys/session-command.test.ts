// `parvis session` beside a running server: one phone at our own gateway, others at an access point that tells us its accounting.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { createNas } from '#radius/client.ts'
import { seal, sharedSecret } from '#radius/authenticator.ts'
import type { AccountingReport, Nas } from '#radius/nas.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { askServer } from '#scripts/control/client.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import type { SessionRow } from '#scripts/run/sessions.ts'
import { connect, phone } from '#scripts/town/phone.ts'
import { systemClock } from '#shared/clock.ts'
import { openWire, townEffects, type Wire } from '#test/support/radius-town.ts'

const SECRET = 'between the town and its access points'
const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'parvis-session-'))
let places: { data: string; runtime: string }
let args: string[]
let accessPoint: Wire
let nas: Nas
let server: Instance

type Said = { readonly code: number | null; readonly out: string }
function parvis(...args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1', PARVIS_DATA: server.data }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (out += part.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })))
}
async function list(): Promise<readonly SessionRow[]> {
  const asked = await askServer(server.data, 'session list')
  if (!asked) throw new Error('no server answers')
  return (asked.answer as { sessions: SessionRow[] }).sessions
}
function report(acctSessionId: string): AccountingReport {
  return {
    status: 'interim', nasIdentifier: 'ap-mairie', acctSessionId, userName: 'amina.b', callingStationId: '02-AB-CD-EF-00-01',
    eventSeconds: Math.floor(Date.now() / 1000), sessionSeconds: 725, inputOctets: 5, outputOctets: 6,
  }
}
function answer(request: Packet, code: number, cause?: number): void {
  const writer = new PacketWriter().begin(code, request.identifier, request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES))
  if (cause !== undefined) writer.add(ATTRIBUTES['Error-Cause'], cause)
  accessPoint.reply(seal(writer, sharedSecret(SECRET)))
}

beforeAll(async () => {
  accessPoint = await openWire()
  places = { data: join(folder, 'data'), runtime: mkdtempSync('/dev/shm/parvis-session-') }
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, `[[radius.clients]]\nname = "town"\naddress = "127.0.0.0/8"\nsecret = "${SECRET}"\ncoa_port = ${accessPoint.port}\n`)
  args = ['--config', config, '--role', 'portal,radius', '--hub.mode=off', '--portal.session_seconds=3600']
  server = await startInstance({ ...places, args })
  const { radius_auth: authPort = 0, radius_acct: acctPort = 0 } = server.ports
  nas = await createNas({ servers: [{ address: '127.0.0.1', authPort, acctPort, secret: SECRET }], nasIdentifier: 'ap-mairie' }, { ...townEffects(systemClock()), random: randomBytes })
}, 30_000)
afterAll(async () => {
  await nas?.close()
  await server?.stop()
  accessPoint?.close()
  for (const path of [folder, places.runtime]) rmSync(path, { recursive: true, force: true })
})

test('with nobody online it says so; wrong use ends with 2', async () => {
  expect(await parvis('session', 'list')).toEqual({ code: 0, out: 'Nobody is online.\n' })
  expect((await parvis('session', 'end')).code).toBe(2)
  expect(await parvis('session', 'end', 'zzzzzzzz')).toEqual({ code: 1, out: expect.stringContaining('There is no session zzzzzzzz') })
})

test('the list shows whom one may have to end, by ids that mean nothing, and nothing that says who it is', async () => {
  await connect(phone('127.0.0.9'), server.urls['portal'] ?? '')
  expect(await nas.account(report('ap/02:ab:cd:ef:00:01/7'))).toBe(true)
  const rows = await list()
  expect(rows.map(({ client, method, minutes, remaining }) => [client, method, minutes, remaining]).sort()).toEqual([
    ['town', 'click', 0, 60],
    ['town', 'other', 12, null],
  ])
  for (const { id } of rows) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{8}$/)
  expect(JSON.parse((await parvis('session', 'list', '--json')).out)).toEqual({ sessions: rows })
  const text = await parvis('session', 'list')
  expect(text.out).toMatch(/^id +client +method +online +left\n/)
  expect(text.out).toMatch(/town +click +0 min +60 min\n/)
  expect(text.out).toMatch(/town +other +12 min +–\n/)
  for (const said of [text.out, JSON.stringify(rows), server.log()]) expect(said).not.toMatch(/amina|02.?ab.?cd|ap-mairie/i)
  expect(server.log()).toContain('the list of live sessions was shown')
})

test('a session at the access point is ended there, one of our own at our gate', async () => {
  const rows = await list()
  const [foreign, own] = ['other', 'click'].map((method) => rows.find((row) => row.method === method)?.id ?? '')
  const ending = parvis('session', 'end', foreign?.toUpperCase() ?? '')
  const request = await accessPoint.next()
  expect([request.code, request.read(ATTRIBUTES['Acct-Session-Id']), request.read(ATTRIBUTES['NAS-Identifier'])]).toEqual([CODES.disconnectRequest, 'ap/02:ab:cd:ef:00:01/7', 'ap-mairie'])
  answer(request, CODES.disconnectAck)
  expect(await ending).toEqual({ code: 0, out: 'The session has ended.\n' })
  expect(await nas.account({ ...report('ap/02:ab:cd:ef:00:01/7'), status: 'stop' })).toBe(true)

  expect(await parvis('session', 'end', own ?? '')).toEqual({ code: 0, out: 'The session has ended.\n' })
  expect(JSON.parse((await phone('127.0.0.9').ask(server.urls['portal'] ?? '', '/capport')).body)).toMatchObject({ captive: true })
  expect(await list()).toEqual([])
})

test('what the access point answers is said in words', async () => {
  await nas.account(report('another'))
  const [row] = await list()
  const refused = parvis('session', 'end', row?.id ?? '')
  answer(await accessPoint.next(), CODES.disconnectNak, 501)
  expect(await refused).toEqual({ code: 1, out: expect.stringContaining('town refused: administrativelyProhibited') })
  const gone = parvis('session', 'end', row?.id ?? '', '--json')
  answer(await accessPoint.next(), CODES.disconnectNak, 503)
  const { code, out } = await gone
  expect([code, JSON.parse(out)]).toEqual([1, { ended: false, outcome: 'sessionNotFound', client: 'town' }])
  expect(await list()).toEqual([])
})

test('after a kill and a restart the same sessions are there under the same ids, and can be ended', async () => {
  await nas.account(report('over-the-restart'))
  const before = await list()
  // What runs is written to the runtime store once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  await server.kill()
  server = await startInstance({ ...places, args })
  expect(await list()).toEqual(before)
  const ending = parvis('session', 'end', before[0]?.id ?? '')
  const request = await accessPoint.next()
  expect(request.read(ATTRIBUTES['Acct-Session-Id'])).toBe('over-the-restart')
  answer(request, CODES.disconnectAck)
  expect((await ending).code).toBe(0)
}, 30_000)
