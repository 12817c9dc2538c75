import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { UnavailableError } from '#shared/errors.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { MacAddress } from '#shared/personal.ts'
import { NO_USAGE, type Enforcer } from '../gateway/enforcer.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import type { Clock } from '#shared/clock.ts'
import type { Step } from './desk.ts'
import { portalTown, settled, tokenOf, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'

let town: PortalTown | undefined
afterEach(async () => {
  await town?.close()
  town = undefined
})
const build = async (options: PortalTownOptions = {}) => (town = await portalTown(options))
const MINUTE = 60_000
const STRANGER = '02aabbccddee' as MacAddress

/** The real dry-run gate, with counters that the test sets and a plug that it pulls. */
type Bench = { enforcer: (clock: Clock) => Enforcer; packets: number; broken: boolean; acts: string[] }
function bench(): Bench {
  const acts: string[] = []
  const self: Bench = {
    packets: 0, broken: false, acts,
    enforcer(clock) {
      const gate = dryRunEnforcer({ clock })
      const usage = () => ({ upBytes: self.packets * 100, downBytes: self.packets * 1000, upPackets: self.packets, downPackets: self.packets })
      const plugged = <Result>(act: () => Promise<Result>) => (self.broken ? Promise.reject(new UnavailableError('enforcer', 'pulled')) : act())
      return {
        ...gate,
        open: (grant) => plugged(() => (acts.push('gate opened'), gate.open(grant))),
        close: (mac) => plugged(async () => (acts.push('gate shut'), await gate.close(mac), self.packets > 0 ? usage() : NO_USAGE)),
        list: () => plugged(async () => (await gate.list()).map(({ mac, mark, secondsLeft }) => ({ mac, mark, secondsLeft, usage: usage() }))),
      }
    },
  }
  return self
}
const watched = (acts: string[]) => (writer: DurableWriter): DurableWriter => ({
  ...writer,
  write: (...statements) => writer.write(...statements).then(() => void acts.push(`disk ${statements.map(({ sql }) => /(?:into|from|update) (\w+)/.exec(sql)?.[1]).join('+')}`)),
})
const stops = () => town?.reports.filter((report) => report.status === 'stop') ?? []

test('a log-in takes its effects in the stated order, and so does its end', async () => {
  const gate = bench()
  const { acts } = gate
  const { phone } = await build({ enforcer: gate.enforcer, durable: watched(acts), parts: { step: (step: Step) => void acts.push(step) } })
  const token = tokenOf((await phone('127.0.0.2').connect()).body)
  acts.push('answered')
  await settled(() => acts.includes('told'))
  expect(acts).toEqual(['accepted', 'disk receipt+journal', 'written', 'opening', 'gate opened', 'added', 'open', 'answered', 'told'])
  acts.length = 0
  await phone('127.0.0.2').post('/disconnect', { token })
  await settled(() => acts.filter((act) => act === 'disk journal').length === 2)
  expect(acts).toEqual(['closing', 'gate shut', 'shut', 'disk journal', 'stopped', 'gone', 'acknowledged', 'disk journal'])
  expect(town?.reader.prepare('select count(*) from journal').pluck().get()).toBe(0)
})

test('time runs out: the gate shuts on the second, and one Stop says so', async () => {
  const { clock, phone, portal } = await build({ profile: { sessionSeconds: 90 } })
  await phone('127.0.0.2').connect()
  clock.advance(89_000)
  expect((await phone('127.0.0.2').get('/status')).body).toContain('moins d’une minute')
  clock.advance(1_000)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'sessionTimeout', sessionSeconds: 90 }])
  expect(portal.sessions.list()).toEqual([])
  expect(town?.seen.ended).toHaveLength(1)
})

test('an expired session is closed before its phone is answered, even if no timer ran', async () => {
  const { clock, phone } = await build({ profile: { sessionSeconds: 90 } })
  await phone('127.0.0.2').connect()
  clock.setNow(clock.now() + 500)
  const db = town?.volatile
  db?.prepare('update session set deadline_ms = ?').run(clock.now() - 1)
  expect(JSON.parse((await phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: true })
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'sessionTimeout' }])
})

test('who sends nothing for the idle time is shut out, who sends stays', async () => {
  const gate = bench()
  const { clock, phone, portal } = await build({ enforcer: gate.enforcer, profile: { sessionSeconds: 7_200, idleSeconds: 120 } })
  await phone('127.0.0.2').connect()
  for (let minute = 1; minute <= 5; minute++) {
    gate.packets = minute
    clock.advance(MINUTE)
    await portal.sessions.round()
  }
  expect(portal.sessions.list()).toHaveLength(1)
  clock.advance(2 * MINUTE)
  await portal.sessions.round()
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'idleTimeout', inputOctets: 500, outputOctets: 5_000, inputPackets: 5 }])
})

test('a used-up quota ends the session', async () => {
  const gate = bench()
  const { clock, phone, portal } = await build({ enforcer: gate.enforcer, profile: { sessionSeconds: 7_200, quotaBytes: 1_100_000 } })
  await phone('127.0.0.2').connect()
  gate.packets = 999
  clock.advance(MINUTE)
  await portal.sessions.round()
  expect(portal.sessions.list()).toHaveLength(1)
  expect(JSON.parse((await phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: false, 'bytes-remaining': 1_100 })
  gate.packets = 1_000
  await portal.sessions.round()
  expect(portal.sessions.list()).toHaveLength(0)
})

test('interim reports come as often as RADIUS asked, with totals that only grow', async () => {
  const gate = bench()
  const { clock, phone, portal, reports } = await build({ enforcer: gate.enforcer, profile: { sessionSeconds: 7_200, interimSeconds: 120 } })
  await phone('127.0.0.2').connect()
  for (const packets of [5, 9, 3, 20]) {
    gate.packets = packets
    clock.advance(MINUTE)
    await portal.sessions.round()
  }
  const interim = () => reports.filter((report) => report.status === 'interim')
  await settled(() => interim().length >= 2)
  expect(interim().map((report) => report.inputPackets)).toEqual([9, 20])
})

test('a Disconnect-Request ends the session that every given name fits, and none else', async () => {
  const { phone, portal } = await build()
  await phone('127.0.0.2').connect()
  await phone('127.0.0.3').connect()
  const one = portal.sessions.list().find((session) => session.mac === '02007f000002')
  expect(await portal.sessions.endBy({})).toBe('sessionNotFound')
  expect(await portal.sessions.endBy({ acctSessionId: one?.id ?? '', callingStationId: '02-00-7F-00-00-03' })).toBe('sessionNotFound')
  expect(await portal.sessions.endBy({ acctSessionId: one?.id ?? '', callingStationId: '02-00-7F-00-00-02' })).toBe('done')
  expect(await portal.sessions.endBy({ userName: one?.user ?? '' })).toBe('sessionNotFound')
  expect(portal.sessions.list().map((session) => session.mac)).toEqual(['02007f000003'])
})

test('a wall clock that jumps lengthens and shortens nobody’s session', async () => {
  const { clock, phone } = await build()
  await phone('127.0.0.2').connect()
  for (const jump of [-56 * 365 * 86_400_000, 10 * 365 * 86_400_000]) {
    clock.setNow(clock.now() + jump)
    clock.advance(10 * MINUTE)
    expect(JSON.parse((await phone('127.0.0.2').get('/capport')).body)['seconds-remaining']).toBeLessThanOrEqual(7_200)
  }
  expect(JSON.parse((await phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: false, 'seconds-remaining': 6_000 })
})

test('with the disk full the log-in goes on, and the acknowledgement follows when there is room', async () => {
  let full = true
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, healthy: () => !full, write: (...statements) => (full ? Promise.reject(new UnavailableError('write_refused', 'SQLITE_FULL')) : writer.write(...statements)) })
  const { phone, portal, reader } = await build({ durable })
  const online = await phone('127.0.0.2').connect()
  expect(online.body).toContain('Vous êtes en ligne')
  expect((await phone('127.0.0.2').get('/service')).body).toContain('Les reçus sont en retard')
  await phone('127.0.0.2').post('/disconnect', { token: tokenOf(online.body) })
  expect(stops()).toEqual([])
  // The gate is shut; only the journal is outstanding, so a new tap is served.
  expect((await phone('127.0.0.2').connect()).body).toContain('Vous êtes en ligne')
  expect(reader.prepare('select count(*) from receipt').pluck().get()).toBe(0)
  full = false
  await portal.sessions.round()
  await settled(() => stops().length > 0)
  expect(reader.prepare('select count(*) from receipt').pluck().get()).toBe(2)
  expect(stops()).toMatchObject([{ terminateCause: 'userRequest' }])
  expect(portal.sessions.list()).toHaveLength(1)
})

test('with the disk full the log of the session store is emptied all the same: who has left, has left', async () => {
  let full = false
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, write: (...statements) => (full ? Promise.reject(new UnavailableError('write_refused', 'SQLITE_FULL')) : writer.write(...statements)) })
  const { phone, clock, dir } = await build({ durable })
  const logBytes = (): number => statSync(join(dir, 'sessions.db-wal')).size
  await phone('127.0.0.2').connect()
  full = true
  expect(logBytes()).toBeGreaterThan(0)
  clock.advance(MINUTE)
  await settled(() => logBytes() === 0, 500)
  expect(logBytes()).toBe(0)
})

test('a session that had its Stop is not opened again in the journal by an acknowledgement that comes late', async () => {
  let full = true
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, write: (...statements) => (full ? Promise.reject(new UnavailableError('write_refused', 'SQLITE_FULL')) : writer.write(...statements)) })
  const { phone, portal, reader } = await build({ durable })
  const token = tokenOf((await phone('127.0.0.2').connect()).body)
  full = false
  await phone('127.0.0.2').post('/disconnect', { token })
  const journal = reader.prepare('select count(*) from journal').pluck()
  await settled(() => stops().length > 0 && journal.get() === 0)
  await portal.sessions.round()
  expect([journal.get(), reader.prepare('select count(*) from receipt').pluck().get()]).toEqual([0, 1])
})

test('a Stop that waits for a full disk still says when its session ended', async () => {
  let full = true
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, write: (...statements) => (full ? Promise.reject(new UnavailableError('write_refused', 'SQLITE_FULL')) : writer.write(...statements)) })
  const { clock, phone, portal } = await build({ durable })
  const token = tokenOf((await phone('127.0.0.2').connect()).body)
  clock.advance(5 * MINUTE)
  await phone('127.0.0.2').post('/disconnect', { token })
  clock.advance(45 * MINUTE)
  // The round that was due meanwhile ends before the disk has room.
  await portal.sessions.round()
  full = false
  await portal.sessions.round()
  await settled(() => stops().length > 0)
  const began = town?.reports.find(({ status }) => status === 'start')?.eventSeconds ?? 0
  expect(stops()).toMatchObject([{ sessionSeconds: 300, eventSeconds: began + 300 }])
})

test('a disk that stalls for ever keeps nobody waiting for ever', async () => {
  const stalled = (writer: DurableWriter): DurableWriter => ({ ...writer, write: () => new Promise(() => {}), close: () => writer.close() })
  const { clock, phone } = await build({ durable: stalled, settings: {} })
  const ticking = setInterval(() => clock.advance(500), 20)
  const online = await phone('127.0.0.2').connect()
  expect(online.body).toContain('Vous êtes en ligne')
  expect((await phone('127.0.0.2').post('/disconnect', { token: tokenOf(online.body) })).status).toBe(503)
  expect(JSON.parse((await phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: true })
  expect((await phone('127.0.0.2').connect()).body).toContain('Vous êtes en ligne')
  clearInterval(ticking)
})

test('a gate that does not answer is said plainly, opens nothing, and leaves no session behind', async () => {
  const gate = bench()
  const { phone, portal, reader } = await build({ enforcer: gate.enforcer })
  gate.broken = true
  const failed = await phone('127.0.0.2').connect()
  expect(failed.status).toBe(503)
  expect(failed.headers['retry-after']).toBe('60')
  expect(failed.body).toContain('L’équipement de ce lieu')
  expect(portal.sessions.list()).toEqual([])
  expect(reader.prepare('select count(*) from journal').pluck().get()).toBe(0)
  expect((await phone('127.0.0.2').get('/service')).body).toContain('En panne')
  expect(portal.ready()).toBe(false)
  gate.broken = false
  expect((await phone('127.0.0.2').connect()).body).toContain('Vous êtes en ligne')
  expect(town?.reports.map((report) => report.status)).not.toContain('stop')
})

test('a session whose gate would not shut is shut as soon as it does', async () => {
  const gate = bench()
  const { phone, portal, enforcer } = await build({ enforcer: gate.enforcer })
  const token = tokenOf((await phone('127.0.0.2').connect()).body)
  gate.broken = true
  expect((await phone('127.0.0.2').post('/disconnect', { token })).status).toBe(503)
  gate.broken = false
  await portal.sessions.round()
  expect(await enforcer.list()).toEqual([])
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'userRequest' }])
})

test('whoever is let through without a row is shut out, and a row without its gate gets it back', async () => {
  const gate = bench()
  const { clock, phone, portal, enforcer } = await build({ enforcer: gate.enforcer })
  await phone('127.0.0.2').connect()
  const [mine] = portal.sessions.list()
  if (!mine) throw new Error('nobody is online')
  await enforcer.close(mine.mac)
  await enforcer.open({ mac: STRANGER, mark: 77, seconds: 3_600 })
  clock.advance(10_000)
  await portal.sessions.round()
  expect(await enforcer.list()).toMatchObject([{ mac: mine.mac, mark: mine.mark, secondsLeft: 7_190 }])
})

test('when the rules of the gate had to be made anew, whoever is online is let through again at once', async () => {
  const gate = bench()
  const remade: (() => void)[] = []
  const { phone, portal, enforcer } = await build({ enforcer: (clock) => ({ ...gate.enforcer(clock), onRemade: (listener) => void remade.push(listener) }) })
  await phone('127.0.0.2').connect()
  const [mine] = portal.sessions.list()
  if (!mine) throw new Error('nobody is online')
  await enforcer.close(mine.mac)
  for (const listener of remade) listener()
  await settled(() => gate.acts.filter((act) => act === 'gate opened').length > 1)
  expect(await enforcer.list()).toMatchObject([{ mac: mine.mac, mark: mine.mark }])
})

test('what stands in the way and does not shut leaves nothing of the tap that came after', async () => {
  const gate = bench()
  const { phone, portal, reader } = await build({ enforcer: gate.enforcer })
  await phone('127.0.0.2').connect()
  const [mine] = portal.sessions.list()
  if (!mine) throw new Error('nobody is online')
  gate.broken = true
  const opening = { site: mine.site, mac: mine.mac, language: 'fr', method: 'click', user: 'x', nonce: 'y', seconds: 60, limits: {} }
  await expect(portal.sessions.open(opening as never)).rejects.toMatchObject({ code: 'enforcer' })
  expect(reader.prepare('select session from journal').pluck().all()).toEqual([mine.id])
})

test('RADIUS that is silent is not the phone’s fault, and the page says so', async () => {
  const { phone, portal } = await build({ nas: async () => ({ access: async () => ({ kind: 'silence' }), account: async () => false, close: async () => {} }) })
  const failed = await phone('127.0.0.2').connect('en')
  expect(failed.status).toBe(503)
  expect(failed.body).toContain('Your device is not the cause')
  expect(portal.sessions.list()).toEqual([])
  expect((await phone('127.0.0.2').get('/service?lang=en')).body).toContain('Out of order')
})

test('a Stop waits until a server takes it, and the Start that was not heard goes first', async () => {
  let deaf = true
  const heard: string[] = []
  const { phone, portal, reader } = await build({
    nas: async () => ({ access: async () => ({ kind: 'accept', authorisation: { sessionSeconds: 7_200, class: Buffer.from('c1') } }), account: async (report) => (deaf ? false : (heard.push(`${report.status} ${Buffer.from(report.class ?? '').toString()}`), true)), close: async () => {} }),
  })
  const token = tokenOf((await phone('127.0.0.2').connect()).body)
  await phone('127.0.0.2').post('/disconnect', { token })
  await portal.sessions.round()
  expect(reader.prepare('select count(*) from journal').pluck().get()).toBe(1)
  deaf = false
  await portal.sessions.round()
  expect(heard).toEqual(['on ', 'start c1', 'stop c1'])
  await portal.sessions.round()
  expect(heard).toHaveLength(3)
  expect(reader.prepare('select count(*) from journal').pluck().get()).toBe(0)
})

test('two visitors learn nothing about each other from ids, marks or tokens', async () => {
  const { phone, portal } = await build()
  const tokens: string[] = []
  for (let n = 2; n < 12; n++) tokens.push(tokenOf((await phone(`127.0.0.${n}`).connect()).body))
  const sessions = portal.sessions.list()
  for (const values of [tokens, sessions.map((session) => session.id), sessions.map((session) => String(session.mark))]) expect(new Set(values.map((value) => value.slice(0, 4))).size).toBeGreaterThan(7)
})

test('two devices that carry one address read, and neither is let through', async () => {
  const { phone, portal } = await build({
    neighbours: () => ({ start: async () => {}, stop: async () => {}, onSighting: () => {}, asker: async () => ({ kind: 'client', mac: STRANGER, contested: true }) }),
  })
  expect((await phone('127.0.0.2').get('/')).status).toBe(200)
  const refused = await phone('127.0.0.2').connect()
  expect(refused.status).toBe(403)
  expect(refused.body).toContain('Deux appareils')
  expect(portal.sessions.list()).toEqual([])
})

test('a stranger to our network reads why there is no button', async () => {
  const { phone } = await build({ neighbours: () => ({ start: async () => {}, stop: async () => {}, onSighting: () => {}, asker: async () => ({ kind: 'unknown' }) }) })
  const page = await phone('127.0.0.2').get('/')
  expect(page.status).toBe(403)
  expect(page.body).not.toContain('<form')
  expect(JSON.parse((await phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: true })
})

test('on_portal_loss = close ends every session with its Stop', async () => {
  const { phone, portal } = await build({ settings: { onPortalLoss: 'close' } })
  await phone('127.0.0.2').connect()
  await phone('127.0.0.3').connect()
  await portal.close()
  expect(stops().map((report) => report.terminateCause)).toEqual(['nasReboot', 'nasReboot'])
})
