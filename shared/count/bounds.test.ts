import * as fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../clock.ts'
import { openDb } from '../db/open.ts'
import { createCounter } from './counter.ts'
import { openDays } from './days.ts'
import { releasesOf } from './releases.ts'
import { GATEWAY, phone, site, testRandom } from './test/rig.ts'
import { VOLATILE_COUNT_OPTIONS } from './volatile.ts'

const START = Date.parse('2026-06-10T02:00:00Z')
const DAY_MINUTES = 24 * 60
const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

/** A counter that lets nothing out, so that a whole day's cells can be looked at. */
function counting(limits?: { devices: number; sessions: number }, lost?: (error: unknown) => void) {
  const clock = manualClock(START)
  const volatile = openDb(':memory:', VOLATILE_COUNT_OPTIONS)
  closers.push(() => volatile.close())
  const history = { openings: () => [], releasedDay: () => undefined }
  const days = openDays({ sites: [site('busy'), site('square')], profile: 'standard' }, { clock, random: testRandom(GATEWAY) }, { volatile, draw: () => 0, history, clockKnown: () => true, beforeClose: () => counter.flush() })
  const read = volatile.prepare<[], { cell: string; release: string; value: number }>(
    `select d.site || '/' || release || '/' || from_ms || '/' || bin as cell, d.class || '/' || release as release, value from counter join site_day d on d.id = site_day`,
  )
  const counter = createCounter(volatile, days, clock, limits, lost)
  return { clock, days, volatile, counter, cells: () => read.all() }
}

type Deed = { minute: number; device: number; session: number; kind: 'sighted' | 'started' | 'ended'; lateMinutes: number }
const deed = (device: fc.Arbitrary<number>): fc.Arbitrary<Deed> =>
  fc.record({
    minute: fc.integer({ min: 0, max: DAY_MINUTES + 60 }),
    device,
    session: fc.nat(6),
    kind: fc.constantFrom('sighted', 'started', 'ended'),
    lateMinutes: fc.oneof(fc.constant(0), fc.integer({ min: -30, max: 300 })),
  })

function play(deeds: readonly Deed[], where: string, lost?: (error: unknown) => void): Map<string, { release: string; value: number }> {
  const { clock, days, counter, cells } = counting(undefined, lost)
  // Long after the first events: none of them may be what opens the counter.
  clock.after(5 * 3_600_000, days.checkpoint)
  for (const { minute, device, session, kind, lateMinutes } of [...deeds].sort((a, b) => a.minute - b.minute)) {
    clock.advance(START + minute * 60_000 - clock.now())
    const told = clock.now() - lateMinutes * 60_000
    const id = `${device}/${session}`
    if (kind === 'sighted') counter.sighted(where, phone(device))
    if (kind === 'started') counter.sessionStarted({ site: where, session: id, device: phone(device), startedMs: told, method: 'click', language: 'fr' })
    if (kind === 'ended') counter.sessionEnded(id, told)
  }
  clock.advance(START + (DAY_MINUTES + 90) * 60_000 - clock.now())
  days.checkpoint()
  return new Map(cells().map(({ cell, ...rest }) => [cell, rest]))
}

test.each(['busy', 'square'] as const)('at a %s site no device-day, whatever it does, changes a release by more than its Δ', (where) => {
  const town = fc.array(deed(fc.integer({ min: 1, max: 4 })), { maxLength: 40 })
  const one = fc.array(deed(fc.constant(99)), { maxLength: 25 })
  fc.assert(
    fc.property(town, one, (others, own) => {
      const [without, together] = [play(others, where), play([...others, ...own], where)]
      const firstDay = new Map<string, number>()
      for (const [cell, { release, value }] of together) {
        const fromMs = Number(cell.split('/').at(-2))
        // One device is two device-days when it comes back after the close.
        const key = `${fromMs < START + DAY_MINUTES * 60_000} ${release}`
        firstDay.set(key, (firstDay.get(key) ?? 0) + Math.abs(value - (without.get(cell)?.value ?? 0)))
      }
      for (const release of releasesOf(where, 'standard')) {
        for (const day of [true, false]) expect(firstDay.get(`${day} ${where}/${release.key}`) ?? 0).toBeLessThanOrEqual(release.delta)
      }
    }),
    { numRuns: 60 },
  )
})

test('a full device table takes no newcomer, gives up nobody, and goes on counting whom it knows', () => {
  const { days, counter, cells } = counting({ devices: 2, sessions: 100 })
  days.checkpoint()
  for (const device of [1, 2, 3, 4]) counter.sighted('square', phone(device))
  const start = (device: number): void => counter.sessionStarted({ site: 'square', session: `s${device}`, device: phone(device), startedMs: START, method: 'click', language: 'fr' })
  start(4)
  start(1)
  expect(cells().filter(({ release }) => release.startsWith('square')).map(({ release, value }) => [release, value])).toEqual([
    ['square/arrivals/day', 2],
    ['square/sessions/day', 1],
  ])
})

test('a full session table counts no further session', () => {
  const { days, counter, cells } = counting({ devices: 10, sessions: 2 })
  days.checkpoint()
  for (const n of [1, 2, 3]) counter.sessionStarted({ site: 'square', session: `s${n}`, device: undefined, startedMs: START, method: 'click', language: 'fr' })
  expect(cells().find(({ release }) => release === 'square/sessions/day')?.value).toBe(2)
})

test('times that are no numbers, or lie in the future, neither throw nor stretch a connection', () => {
  const { clock, days, counter, cells } = counting()
  days.checkpoint()
  const start = (session: string, startedMs: number): void => counter.sessionStarted({ site: 'busy', session, device: phone(1), startedMs, method: 'click', language: 'fr' })
  start('nan', Number.NaN)
  start('ahead', START + 1e9)
  clock.advance(7 * 60_000 + 0.5)
  counter.sessionEnded('ahead', Number.POSITIVE_INFINITY)
  clock.advance(DAY_MINUTES * 60_000)
  days.checkpoint()
  const said = cells().filter(({ value, cell }) => value > 0 && cell.startsWith('busy')).map(({ cell, value }) => [cell.split('/').slice(1, 3).join('/'), cell.split('/').at(-1), value])
  expect(said).toEqual([['arrivals/day', 'all', 1], ['arrivals/hour', 'all', 1], ['dwell/day', '5-10min', 1], ['sessions/hour', 'all', 1]])
})

test('what waits for its neighbours counts as if it had not waited', () => {
  const fail = (error: unknown): never => {
    throw error
  }
  fc.assert(
    fc.property(fc.array(deed(fc.integer({ min: 1, max: 6 })), { maxLength: 60 }), fc.constantFrom('busy', 'square'), (deeds, where) => {
      expect(play(deeds, where, fail)).toEqual(play(deeds, where))
    }),
    { numRuns: 60 },
  )
})

test('a crowd is written together within a twentieth of a second, and what cannot be written takes none of its neighbours with it', () => {
  const lost: unknown[] = []
  const { clock, days, volatile, counter, cells } = counting(undefined, (error) => void lost.push(error))
  const arrivals = (): number => cells().find(({ release }) => release === 'square/arrivals/day')?.value ?? 0
  days.checkpoint()
  for (const device of [1, 2, 3]) counter.sighted('square', phone(device))
  expect(arrivals()).toBe(0)
  clock.advance(50)
  expect(arrivals()).toBe(3)
  volatile.exec("create trigger refusing before insert on device when (select count(*) from device) = 4 begin select raise(abort, 'full'); end")
  for (const device of [4, 5, 6]) counter.sighted('square', phone(device))
  clock.advance(50)
  expect([arrivals(), lost.length]).toEqual([4, 2])
  counter.flush()
  expect(lost).toHaveLength(2)
})
