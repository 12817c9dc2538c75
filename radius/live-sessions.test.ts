import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { openDb } from '#shared/db/open.ts'
import { jsonLog, silentLog } from '#shared/log.ts'
import { createLiveStore, LIVE_MIGRATIONS } from './accounting/live-store.ts'
import { createLiveSessions, SILENT_MS, type LiveSession } from './live-sessions.ts'
import type { AccountingReport } from './nas.ts'

const AP = { client: 'ap', address: '192.0.2.1' }
const HOLDER = 'account:amina'
const holderOf = (userName: string): string | undefined => (userName === '' ? undefined : `account:${userName}`)
const STATIONS = ['02-00-00-00-00-01', '02-00-00-00-00-02', '02-00-00-00-00-03'] as const

function town() {
  const clock = manualClock(Date.UTC(2026, 10, 3))
  const db = openDb(':memory:', { durability: 'volatile', migrations: LIVE_MIGRATIONS })
  let kept = createLiveStore(db, clock, silentLog())
  let live = createLiveSessions(clock, kept)
  return {
    clock,
    say(status: AccountingReport['status'], some: Partial<AccountingReport> = {}, origin = AP): LiveSession | undefined {
      return live.heard(origin, { status, nasIdentifier: 'ap-1', acctSessionId: 's1', userName: 'amina', callingStationId: STATIONS[0], eventSeconds: clock.now() / 1000, ...some }, holderOf)
    },
    get live() {
      return live
    },
    /** @param awayMs for how long nobody listens. */
    restart(awayMs = 0) {
      kept.close()
      clock.advance(awayMs)
      kept = createLiveStore(db, clock, silentLog())
      live = createLiveSessions(clock, kept)
    },
    /** A process that was killed: what it had not saved is lost. */
    kill() {
      kept = createLiveStore(db, clock, silentLog())
      live = createLiveSessions(clock, kept)
    },
  }
}

test('whoever is at one station counts once there, however it is spelt, and once more at another', () => {
  const { live, say } = town()
  live.opening(HOLDER, STATIONS[0])
  expect([live.inUse(HOLDER, STATIONS[0]), live.inUse(HOLDER, STATIONS[1]), live.inUse(HOLDER, undefined)]).toEqual([0, 1, 1])
  say('start')
  expect([live.inUse(HOLDER, '02:00:00:00:00:01'), live.inUse(HOLDER, STATIONS[1])]).toEqual([0, 1])
  live.opening(HOLDER, STATIONS[1])
  expect(live.inUse(HOLDER, STATIONS[2])).toBe(2)
  say('start', { acctSessionId: 's2', callingStationId: STATIONS[1] })
  expect(live.inUse(HOLDER, STATIONS[2])).toBe(2)
  say('stop')
  expect([live.inUse(HOLDER, STATIONS[2]), live.of(HOLDER).length]).toEqual([1, 1])
})

test('the Start of one device leaves the opening of another', () => {
  const { live, say } = town()
  live.opening(HOLDER, STATIONS[0])
  live.opening(HOLDER, STATIONS[1])
  say('start')
  expect(live.inUse(HOLDER, STATIONS[2])).toBe(2)
})

test('an Accept that no Start follows counts for a minute', () => {
  const { live, clock } = town()
  live.opening(HOLDER, STATIONS[0])
  clock.advance(60_000)
  expect(live.inUse(HOLDER, STATIONS[1])).toBe(1)
  clock.advance(1)
  expect(live.inUse(HOLDER, STATIONS[1])).toBe(0)
})

test('sessions end with their access server, and those of another with the same numbers go on', () => {
  const { live, say } = town()
  say('start')
  say('start', { nasIdentifier: 'ap-2', callingStationId: STATIONS[1] })
  say('start', { callingStationId: STATIONS[2] }, { client: 'other', address: '192.0.2.2' })
  say('off', { acctSessionId: '' })
  expect([...live.all()].map(({ origin, nasIdentifier }) => [origin.client, nasIdentifier])).toEqual([['ap', 'ap-2'], ['other', 'ap-1']])
  expect(live.of(HOLDER)).toHaveLength(2)
})

test('a report that its own Stop has overtaken wakes nothing; after the access server has started again the same number may begin anew', () => {
  const { live, say } = town()
  say('stop')
  expect(say('interim', { sessionSeconds: 5 })).toMatchObject({ seconds: 5 })
  say('start')
  expect(live.of(HOLDER)).toEqual([])
  say('on', { acctSessionId: '' })
  say('start')
  expect(live.of(HOLDER)).toHaveLength(1)
})

test('a Stop is remembered for hours, not for ever, however quiet the town is', () => {
  const { live, say, clock } = town()
  const sameTime = { eventSeconds: clock.now() / 1000 }
  say('stop', sameTime)
  clock.advance(SILENT_MS + 1)
  live.expire()
  say('start', sameTime)
  expect(live.of(HOLDER)).toEqual([])
  clock.advance(SILENT_MS + 1)
  live.expire()
  say('start', sameTime)
  expect(live.of(HOLDER)).toHaveLength(1)
})

test('a session that never reports is over after six hours; a late word brings it back', () => {
  const { live, say, clock } = town()
  say('start')
  clock.advance(SILENT_MS)
  expect([live.of(HOLDER).length, live.expire().length]).toEqual([1, 0])
  clock.advance(1)
  expect([live.of(HOLDER).length, live.inUse(HOLDER, STATIONS[1])]).toEqual([0, 0])
  expect(live.expire()).toMatchObject([{ acctSessionId: 's1' }])
  expect([...live.all()]).toEqual([])
  say('interim', { sessionSeconds: 22_000 })
  expect(live.of(HOLDER)).toMatchObject([{ seconds: 22_000 }])
})

test('one that reports every five minutes is over when it has missed three; one that reports as it likes is not', () => {
  const { live, say, clock } = town()
  say('start')
  say('start', { acctSessionId: 's2' })
  for (const seconds of [300, 300, 310]) {
    clock.advance(seconds * 1000)
    say('interim')
    if (seconds === 310) say('interim', { acctSessionId: 's2' })
  }
  clock.advance(3 * 310_000)
  expect(live.expire()).toEqual([])
  clock.advance(1)
  expect(live.expire()).toMatchObject([{ acctSessionId: 's1' }])
  expect(live.of(HOLDER)).toMatchObject([{ acctSessionId: 's2' }])
})

test('the interval is what the access server says, and a few quick reports are none', () => {
  const { live, say, clock } = town()
  say('start')
  for (let n = 0; n < 3; n++) {
    clock.advance(2_000)
    say('interim')
  }
  clock.advance(3_600_000)
  expect(live.expire()).toEqual([])
  say('interim', { interimSeconds: 600 })
  clock.advance(1_800_001)
  expect(live.expire()).toHaveLength(1)
})

test('a wall clock that jumps ends no session', () => {
  const { live, say, clock } = town()
  say('start')
  clock.setNow(clock.now() + 48 * 3_600_000)
  expect([live.expire().length, live.of(HOLDER).length]).toEqual([0, 1])
})

test('a restart keeps every session as it was; a killed process loses at most its last second', () => {
  const there = town()
  there.say('start', { inputOctets: 7 })
  there.say('start', { acctSessionId: 's2', userName: '', callingStationId: undefined })
  const before = [...there.live.all()]
  there.restart()
  expect([...there.live.all()]).toEqual(before)
  there.say('start', { acctSessionId: 's3' })
  there.clock.advance(1_000)
  there.say('start', { acctSessionId: 's4' })
  there.say('stop', { acctSessionId: 's3' })
  there.kill()
  expect([...there.live.all()].map(({ acctSessionId }) => acctSessionId).sort()).toEqual(['s1', 's2', 's3'])
  there.say('stop', { acctSessionId: 's3' })
  there.restart()
  expect([...there.live.all()].map(({ acctSessionId }) => acctSessionId).sort()).toEqual(['s1', 's2'])
})

test('a flood of sessions is saved a few hundred a second and completely at the end', () => {
  const there = town()
  for (let n = 0; n < 2_000; n++) there.say('start', { acctSessionId: `s${n}`, userName: `user${n}` })
  there.clock.advance(1_000)
  there.kill()
  expect([...there.live.all()]).toHaveLength(512)
  for (let n = 0; n < 2_000; n++) there.say('interim', { acctSessionId: `s${n}`, userName: `user${n}` })
  there.restart()
  expect([...there.live.all()]).toHaveLength(2_000)
})

test('an access server that reports a flood of sessions under one name holds nobody up when it restarts, or when it is silent', () => {
  const { live, say, clock } = town()
  for (let n = 0; n < 20_000; n++) say('start', { acctSessionId: `s${n}` })
  expect(live.of(HOLDER).length).toBe(1_024)
  for (let n = 0; n < 50_000; n++) say('start', { acctSessionId: `t${n}`, userName: `user${n % 50}` })
  const began = performance.now()
  say('on')
  expect(performance.now() - began).toBeLessThan(500)
  expect([[...live.all()].length, live.of(HOLDER).length, live.of('account:user7').length]).toEqual([0, 0, 0])
  say('start')
  clock.advance(SILENT_MS + 1)
  expect([live.expire().length, live.of(HOLDER).length]).toEqual([1, 0])
})

test('a client that is mad leaves room for the sessions of the others', () => {
  const { live, say } = town()
  for (let n = 0; n < 270_000; n++) say('start', { acctSessionId: `s${n}`, userName: '' })
  say('start', {}, { client: 'ap-mairie', address: '192.0.2.2' })
  expect(live.of(HOLDER)).toHaveLength(1)
})

test('of sessions that end in any order, those that go on are left and know what the others have used', () => {
  const { live, say } = town()
  for (const n of [1, 2, 3, 4]) say('start', { acctSessionId: `s${n}`, inputOctets: n })
  for (const n of [2, 1, 4]) say('stop', { acctSessionId: `s${n}`, inputOctets: n })
  expect([live.of(HOLDER).map(({ acctSessionId }) => acctSessionId), live.octetsOf(HOLDER)]).toEqual([['s3'], 10])
})

test('counters beyond all measure do not keep the sessions of others from being kept', () => {
  const there = town()
  for (let n = 0; n < 1_024; n++) there.say('start', { acctSessionId: `s${n}`, inputOctets: Number.MAX_SAFE_INTEGER, outputOctets: Number.MAX_SAFE_INTEGER })
  for (let n = 0; n < 1_023; n++) there.say('stop', { acctSessionId: `s${n}` })
  there.say('start', { acctSessionId: 'other', userName: 'luc' })
  there.restart()
  expect(there.live.of('account:luc')).toHaveLength(1)
})

test('an access server that restarted without a word and gives an id to somebody else has ended the session that had it', () => {
  const { live, say, clock } = town()
  say('start')
  clock.advance(600_000)
  const bruno = { userName: 'bruno', callingStationId: STATIONS[1] }
  say('start', bruno)
  expect([live.inUse(HOLDER, STATIONS[2]), live.of('account:bruno').length]).toEqual([0, 1])
  say('interim', { ...bruno, callingStationId: STATIONS[1].toLowerCase().replaceAll('-', ':') })
  say('interim', { userName: '', callingStationId: undefined })
  expect([live.inUse(HOLDER, STATIONS[2]), live.of('account:bruno').length]).toEqual([0, 1])
})

test('a session whose user signs in after its device was let in by its address is the user\'s from then on', () => {
  const { live, say } = town()
  say('start', { userName: '' })
  say('interim', { sessionSeconds: 60 })
  expect(live.inUse(HOLDER, STATIONS[2])).toBe(1)
})

test('an id that has stopped is another session when it begins again a minute later, and the same when its Start was overtaken', () => {
  const { live, say, clock } = town()
  const startSeconds = clock.now() / 1000
  say('stop')
  clock.advance(30_000)
  say('start')
  clock.advance(600_000)
  say('start', { eventSeconds: startSeconds })
  say('interim')
  say('interim', { sessionSeconds: 630 })
  expect(live.of(HOLDER)).toHaveLength(0)
  say('interim', { sessionSeconds: 300 })
  expect(live.of(HOLDER)).toHaveLength(1)
})

test('an Accounting-On that waited for us ends what came before the start, and nothing that has begun since', () => {
  const { live, say, clock } = town()
  say('start', { acctSessionId: 'before' })
  clock.advance(300_000)
  say('start', { acctSessionId: 'since' })
  clock.advance(100_000)
  say('on', { acctSessionId: '', delaySeconds: 120 })
  expect(live.of(HOLDER).map(({ acctSessionId }) => acctSessionId)).toEqual(['since'])
  say('on', { acctSessionId: '' })
  expect(live.of(HOLDER)).toEqual([])
})

test('what was not heard while we were away ends no session; what is not heard afterwards does', () => {
  const there = town()
  const { clock, say } = there
  for (const minutes of [0, 5, 10]) {
    clock.advance(minutes * 60_000)
    say('interim', { interimSeconds: 300 })
  }
  there.restart(SILENT_MS)
  const { live } = there
  expect([live.expire().length, live.of(HOLDER).length, live.inUse(HOLDER, STATIONS[2])]).toEqual([0, 1, 1])
  clock.advance(900_000)
  expect(live.expire()).toEqual([])
  clock.advance(1)
  expect([live.of(HOLDER).length, live.inUse(HOLDER, STATIONS[2]), live.expire().length]).toEqual([0, 0, 1])
})

test('an access server that started again while we were away has none of its earlier sessions left', () => {
  const there = town()
  const { clock, say } = there
  say('start')
  there.restart(600_000)
  clock.advance(10_000)
  say('on', { acctSessionId: '', delaySeconds: 300 })
  expect(there.live.of(HOLDER)).toEqual([])
})

test('two access servers under one name are told of, once a client, and neither one that has moved on nor two with names of their own', () => {
  const clock = manualClock(Date.UTC(2026, 10, 3))
  const lines: string[] = []
  const live = createLiveSessions(clock, undefined, jsonLog((line) => void lines.push(line), () => clock.now()))
  function say(address: string, some: Partial<AccountingReport> & { client?: string } = {}): void {
    const { client = 'ap', ...report } = some
    live.heard({ client, address }, { status: 'interim', nasIdentifier: 'MikroTik', acctSessionId: '80000001', userName: 'amina', eventSeconds: clock.now() / 1000, ...report }, holderOf)
  }
  say('192.0.2.1')
  say('192.0.2.2', { nasIdentifier: 'ap-2' })
  say('192.0.2.2', { acctSessionId: '80000002' })
  say('192.0.2.2', { client: 'other' })
  clock.advance(SILENT_MS + 1)
  say('192.0.2.3')
  expect(lines).toEqual([])
  // Of whom it is makes no difference: either session would end the other.
  say('192.0.2.1', { userName: 'luc' })
  say('192.0.2.3')
  expect(lines.map((line) => [/"event":"(two addresses report one session)/.exec(line)?.[1], /"client":"(.*?)"/.exec(line)?.[1]])).toEqual([['two addresses report one session', 'ap']])
})

test('a minute after its Stop a session’s name, station and id are nowhere in the runtime directory', () => {
  const dir = mkdtempSync('/dev/shm/parvis-live-')
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const clock = manualClock(Date.UTC(2026, 10, 3))
  const db = openDb(join(dir, 'live.db'), { durability: 'volatile', migrations: LIVE_MIGRATIONS, secureDelete: true })
  onTestFinished(() => void db.close())
  const live = createLiveSessions(clock, createLiveStore(db, clock, silentLog()))
  const whose = { nasIdentifier: 'ap-1', acctSessionId: '5f3a/1', userName: 'amina', callingStationId: STATIONS[0], eventSeconds: 0 }
  const lies = (): boolean[] => [STATIONS[0], 'amina', '5f3a/1'].map((word) => readdirSync(dir).some((name) => readFileSync(join(dir, name)).includes(word)))
  live.heard(AP, { ...whose, status: 'start' }, holderOf)
  live.heard(AP, { ...whose, status: 'start', acctSessionId: 'other', userName: 'luc', callingStationId: STATIONS[1] }, holderOf)
  clock.advance(1_000)
  expect(lies()).toEqual([true, true, true])
  live.heard(AP, { ...whose, status: 'stop' }, holderOf)
  clock.advance(1_000)
  clock.advance(60_000)
  expect(lies()).toEqual([false, false, false])
  expect(readFileSync(join(dir, 'live.db')).includes('luc')).toBe(true)
})
