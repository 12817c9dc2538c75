// Kill, stop, power cut: what a RADIUS server, ours or FreeRADIUS, hears of a gateway's sessions afterwards.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { GATEWAY_MIGRATIONS } from '#portal/migrations.ts'
import { createNas } from '#radius/client.ts'
import type { Nas } from '#radius/nas.ts'
import { askServer } from '#scripts/control/client.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { connect, disconnect, phone, type Visit } from '#scripts/town/phone.ts'
import { systemClock } from '#shared/clock.ts'
import { openDb } from '#shared/db/open.ts'
import { startFreeRadius, type FreeRadius } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import type { Life } from '#test/support/portal-life.ts'
import { beginLife, loseRuntime, tapAt, type LivingPortal } from '#test/support/portal-lives.ts'
import { ask, settled } from '#test/support/portal-town.ts'
import { SECRET, START_MS, townEffects } from '#test/support/radius-town.ts'

/** A check item of its users file that lets everybody in: portal tokens are none of its business. */
const EVERYBODY = { name: 'DEFAULT Auth-Type := Accept,', password: '-' }
type Heard = Readonly<Record<string, string>>
/** What a message says of its session, whenever and in whichever packet. */
const WORDS = ['Acct-Status-Type', 'Acct-Session-Id', 'Acct-Terminate-Cause', 'Acct-Session-Time', 'Acct-Input-Octets', 'Event-Timestamp']
const MINUTE_MS = 60_000
const PATIENCE_MS = 20_000
const folders: string[] = []
function folder(under = tmpdir()): string {
  const made = mkdtempSync(join(under, 'parvis-reboot-'))
  folders.push(made)
  return made
}
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })))

function fromGateway<T>(data: string, read: (query: (sql: string) => unknown[]) => T): T {
  const db = openDb(join(data, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  try {
    return read((sql) => db.prepare(sql).all())
  } finally {
    db.close()
  }
}

describe.skipIf(absent('freeradius'))('FreeRADIUS keeps the accounting', () => {
  let server: FreeRadius
  const children: ChildProcess[] = []
  beforeAll(async () => {
    server = await startFreeRadius({ secret: SECRET, users: [EVERYBODY] })
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })
  afterAll(() => server?.stop())

  async function live(life: Omit<Life, 'authPort' | 'acctPort'>): Promise<LivingPortal> {
    const portal = await beginLife({ ...life, authPort: server.authPort, acctPort: server.acctPort })
    children.push(portal.child)
    return portal
  }
  const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null
  async function powerCut(dir: string, child: ChildProcess): Promise<void> {
    const died = isAlive(child) ? once(child, 'exit') : undefined
    child.kill('SIGKILL')
    await died
    loseRuntime(dir)
  }
  const journal = (dir: string): number[] => fromGateway(dir, (query) => (query('select seconds from journal') as { seconds: number }[]).map(({ seconds }) => seconds))
  const wordsOf = (packet: Heard): string => JSON.stringify(WORDS.map((name) => packet[name]))
  /** Each message once: whoever dies before it has taken in an acknowledgement says the same again in its next life. */
  const told = (from: number): Heard[] => [...new Map(server.accounting().slice(from).map((packet) => [wordsOf(packet), packet])).values()]
  const kinds = (from: number): (string | undefined)[] => told(from).map((packet) => packet['Acct-Status-Type'])

  test('three phones, two power cuts, the second in the midst of the Stops: On first each time, one Stop a session, with its last checkpoint', { timeout: 60_000 }, async () => {
    const dir = folder()
    const from = server.accounting().length
    const first = await live({ dir, factor: 60, startMs: START_MS })
    for (const last of [2, 3, 4]) expect((await tapAt(first.port, `127.0.0.${last}`)).status).toBe(200)
    await settled(() => journal(dir).length === 3 && journal(dir).every((seconds) => seconds >= 300), PATIENCE_MS)
    expect(kinds(from)).toEqual(['Accounting-On', 'Start', 'Start', 'Start'])
    const ids = server.accounting().slice(from + 1).map((packet) => packet['Acct-Session-Id'])
    await powerCut(dir, first.child)
    const seconds = journal(dir)

    // One Stop was acknowledged and not yet crossed out.
    const second = await live({ dir, factor: 1, startMs: START_MS + 20 * MINUTE_MS, killAt: 'acknowledged' })
    if (isAlive(second.child)) await once(second.child, 'exit')
    await powerCut(dir, second.child)
    expect(journal(dir)).toHaveLength(3)

    const third = await live({ dir, factor: 1, startMs: START_MS + 30 * MINUTE_MS })
    await settled(() => journal(dir).length === 0, PATIENCE_MS)
    expect((await ask({ from: '127.0.0.2', port: third.port, path: '/capport' })).body).toContain('"captive":true')
    const heard = server.accounting().slice(from)
    const said = heard.map((packet) => packet['Acct-Status-Type'])
    const ons = said.flatMap((kind, index) => (kind === 'Accounting-On' ? [index] : []))
    expect([ons.length, new Set(ons.map((index) => heard[index]?.['Acct-Session-Id'])).size]).toEqual([3, 3])
    // Nothing of a boot before its Accounting-On.
    expect(said.slice(ons[0], ons[1])).toEqual(['Accounting-On', 'Start', 'Start', 'Start'])
    for (const index of ons.slice(1)) expect(said[index + 1]).toBe('Stop')

    const stops = heard.filter((packet) => packet['Acct-Status-Type'] === 'Stop')
    expect(new Set(stops.map(wordsOf)).size, 'a Stop that is repeated says the same').toBe(3)
    expect(new Set(stops.map((stop) => stop['Acct-Session-Id']))).toEqual(new Set(ids))
    expect(stops.map((stop) => Number(stop['Acct-Session-Time'])).every((one) => seconds.includes(one) && one >= 300)).toBe(true)
    for (const stop of stops) {
      expect(stop['Acct-Terminate-Cause']).toBe('NAS-Reboot')
      expect(stop).not.toHaveProperty('Calling-Station-Id')
    }
  })

  test('a whole gateway killed, stopped and started again goes on with the same session, and says no second On; booted anew it does', { timeout: 60_000 }, async () => {
    const places = { data: folder(), runtime: folder('/dev/shm') }
    const config = join(places.data, 'parvis.toml')
    const { authPort, acctPort } = server
    writeFileSync(config, `[[radius.servers]]\naddress = "127.0.0.1"\nauth_port = ${authPort}\nacct_port = ${acctPort}\nsecret = "${SECRET}"\n`)
    const start = (runtime = places.runtime): Promise<Instance> => startInstance({ ...places, runtime, args: ['--config', config, '--role', 'portal', '--hub.mode=off'] })
    const from = server.accounting().length
    const visitor = phone('127.0.0.77')
    const isOnline = async ({ urls }: Instance): Promise<boolean> => (JSON.parse((await visitor.ask(urls['portal'] ?? '', '/capport')).body) as { captive: boolean }).captive === false

    const first = await start()
    const visit: Visit = await connect(visitor, first.urls['portal'] ?? '')
    await settled(() => kinds(from).length >= 2, PATIENCE_MS)
    await first.kill()
    const second = await start()
    expect(await isOnline(second)).toBe(true)
    expect(await second.stop()).toBe(0)
    const third = await start()
    expect(await isOnline(third)).toBe(true)
    await disconnect(visitor, third.urls['portal'] ?? '', visit)
    await settled(() => kinds(from).length >= 3, PATIENCE_MS)
    expect(kinds(from)).toEqual(['Accounting-On', 'Start', 'Stop'])
    const [, began, ended] = told(from)
    expect([ended?.['Acct-Session-Id'], ended?.['Acct-Terminate-Cause']]).toEqual([began?.['Acct-Session-Id'], 'User-Request'])

    await connect(visitor, third.urls['portal'] ?? '')
    await settled(() => kinds(from).length >= 4, PATIENCE_MS)
    await third.kill()
    const fourth = await start(folder('/dev/shm'))
    await settled(() => kinds(from).length >= 6, PATIENCE_MS)
    expect(await isOnline(fourth)).toBe(false)
    expect(kinds(from).slice(3)).toEqual(['Start', 'Accounting-On', 'Stop'])
    expect(server.accounting().at(-1)).toMatchObject({ 'Acct-Terminate-Cause': 'NAS-Reboot' })
    expect(await fourth.stop()).toBe(0)
  })
})

type Row = { readonly session: string; readonly nas: string; readonly seconds: number; readonly stop_minute: number | null; readonly cause: number | null }

test('our own server beside the gateway: a power cut leaves one row a session, closed with cause 11, and a restart none', { timeout: 60_000 }, async () => {
  const places = { data: folder(), runtime: folder('/dev/shm') }
  const start = (runtime = places.runtime): Promise<Instance> => startInstance({ ...places, runtime, args: ['--role', 'portal,radius', '--hub.mode=off'] })
  const rows = (): Row[] => fromGateway(places.data, (query) => query('select session, nas, seconds, stop_minute, cause from accounting_session') as Row[])
  const outstanding = (): number => fromGateway(places.data, (query) => query('select session from journal').length)
  const first = await start()
  const phones = ['127.0.0.81', '127.0.0.82', '127.0.0.83'].map((address) => phone(address))
  for (const one of phones) await connect(one, first.urls['portal'] ?? '')
  await settled(() => rows().length === 3, PATIENCE_MS)
  await first.kill()
  const second = await start()
  // Long enough for a report that must not come, and for its way from the journal into the table.
  await settled(() => rows().some(({ cause }) => cause !== null), 1_500)
  expect(rows().map(({ cause }) => cause)).toEqual([null, null, null])
  await second.kill()

  const third = await start(folder('/dev/shm'))
  await settled(() => outstanding() === 0 && rows().every(({ cause }) => cause !== null), PATIENCE_MS)
  expect(rows().map(({ cause }) => cause)).toEqual([11, 11, 11])
  expect(outstanding()).toBe(0)
  await connect(phones[0] ?? phone('127.0.0.81'), third.urls['portal'] ?? '')
  // The fourth is the last to be folded: a Stop under another name would have made a row by then.
  await settled(() => rows().some(({ cause }) => cause === null), PATIENCE_MS)
  expect(rows()).toHaveLength(4)
  expect(rows().filter(({ cause }) => cause === null)).toHaveLength(1)
  expect(await third.stop()).toBe(0)
})

test('what a voucher has used outlives a power cut of our server, and a session that goes on over it is not counted twice', { timeout: 60_000 }, async () => {
  const data = folder()
  const start = (): Promise<Instance> => startInstance({ data, runtime: folder('/dev/shm'), args: ['--role', 'radius'] })
  async function nasOf({ ports }: Instance): Promise<Nas> {
    const secret = readFileSync(join(data, 'radius.secret'), 'utf8').trim()
    const server = { address: '127.0.0.1', authPort: ports['radius_auth'] ?? 0, acctPort: ports['radius_acct'] ?? 0, secret }
    return createNas({ servers: [server], nasIdentifier: 'ap-mairie' }, townEffects(systemClock()))
  }
  let server = await start()
  const made = await askServer(data, 'voucher make', { label: 'marché', form: 'digits', count: 1, seconds: 3_600 })
  if (!made) throw new Error('no server answers')
  const [code = ''] = (made.answer as { codes: string[] }).codes
  const station = '02-00-00-00-00-01'
  const report = { nasIdentifier: 'ap-mairie', acctSessionId: '8f3a001c', userName: code, callingStationId: station, eventSeconds: Math.floor(Date.now() / 1000) }
  async function left(nas: Nas): Promise<number> {
    const answer = await nas.access({ userName: code, password: code, callingStationId: station, nasIdentifier: 'ap-mairie' })
    return answer.kind === 'accept' ? (answer.authorisation.sessionSeconds ?? Infinity) : 0
  }
  /** Some seconds pass between the reports of a running session, and are taken off at once. */
  const about = (seconds: number) => (value: number): boolean => value <= seconds && value > seconds - 20

  let nas = await nasOf(server)
  expect(await left(nas)).toSatisfy(about(3_600))
  expect(await nas.account({ ...report, status: 'start' })).toBe(true)
  expect(await nas.account({ ...report, status: 'interim', sessionSeconds: 600 })).toBe(true)
  await server.kill()
  await nas.close()

  server = await start()
  nas = await nasOf(server)
  expect(await left(nas)).toSatisfy(about(3_000))
  expect(await nas.account({ ...report, status: 'interim', sessionSeconds: 900 })).toBe(true)
  expect(await left(nas)).toSatisfy(about(2_700))
  await server.kill()
  await nas.close()

  server = await start()
  nas = await nasOf(server)
  expect(await nas.account({ ...report, status: 'stop', sessionSeconds: 900, terminateCause: 'userRequest' })).toBe(true)
  expect(await left(nas)).toSatisfy(about(2_700))
  await nas.close()
  expect(await server.stop()).toBe(0)
})
