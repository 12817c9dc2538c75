import { afterEach, expect, test } from 'vitest'
import { parseMinuteInstant, type Cell } from '../cell.ts'
import { ledgerRows } from './ledger.ts'
import { createRig, GATEWAY, phone, site, type Rig, type RigOptions } from './test/rig.ts'

const MINUTE_MS = 60_000
let rig: Rig
afterEach(() => rig.close())

function town(options: Partial<RigOptions> = {}): Rig {
  return (rig = createRig({ sites: [site('busy')], start: '2026-06-10T02:00:00Z', ...options }))
}

type Visit = { session: string; device?: number; site?: string; startedMs?: number }
function begin({ session, device, site = 'busy', startedMs = rig.clock.now() }: Visit): void {
  rig.counts.sessionStarted({ site, session, device: device === undefined ? undefined : phone(device), startedMs, method: 'click', language: 'fr' })
}
function end(session: string, endedMs = rig.clock.now()): void {
  rig.counts.sessionEnded(session, endedMs)
}

function hours(cell: Cell): number {
  return (parseMinuteInstant(cell.to) - parseMinuteInstant(cell.from)) / 3_600_000
}
/** Values of one release, by instant or bin, zeros left out. */
function table(release: string, period: 'hour' | 'day', where = 'busy'): Record<string, number> {
  const cells = rig.drafts().filter(({ data }) => data.site.id === where).flatMap(({ data }) => data.cells)
  const chosen = cells.filter((cell) => cell.release === release && (period === 'hour') === hours(cell) <= 1 && cell.value !== 0)
  return Object.fromEntries(chosen.map((cell) => [cell.bin === 'all' ? cell.from : cell.bin, cell.value]))
}

test('without noise a busy site lets out exactly what the script did, by the hour, for the day and by dwell', async () => {
  town()
  await rig.until('2026-06-10T08:10:00Z')
  begin({ session: 'a', device: 1 })
  begin({ session: 'b', device: 2 })
  rig.counts.sighted('busy', phone(3))
  rig.counts.sighted('busy', phone(1))
  await rig.until('2026-06-10T08:40:00Z')
  end('b')
  await rig.until('2026-06-10T09:10:00Z')
  begin({ session: 'b2', device: 2 })
  await rig.until('2026-06-10T09:12:00Z')
  end('b2')
  await rig.until('2026-06-10T10:20:00Z')
  end('a')
  await rig.until('2026-06-11T02:15:00Z')
  expect(table('arrivals', 'hour')).toEqual({ '2026-06-10T08:00Z': 3 })
  expect(table('sessions', 'hour')).toEqual({ '2026-06-10T08:00Z': 2, '2026-06-10T09:00Z': 1 })
  expect(table('arrivals', 'day')).toEqual({ '2026-06-10T02:00Z': 3 })
  // 30 + 2 minutes, 130 minutes; a device that only associated has no connected time.
  expect(table('dwell', 'day')).toEqual({ '20-40min': 1, '80-160min': 1 })
})

test('a square lets out its day and nothing finer', async () => {
  town({ sites: [site('square'), site('busy')] })
  await rig.until('2026-06-10T08:10:00Z')
  begin({ session: 'a', device: 1, site: 'square' })
  begin({ session: 'b', device: 2, site: 'square' })
  begin({ session: 'b2', device: 2, site: 'square' })
  await rig.until('2026-06-11T02:15:00Z')
  expect(table('arrivals', 'day', 'square')).toEqual({ '2026-06-10T02:00Z': 2 })
  expect(table('sessions', 'day', 'square')).toEqual({ '2026-06-10T02:00Z': 3 })
  const square = rig.drafts().filter(({ data }) => data.site.id === 'square' && data.cells.length > 0)
  expect(square.map(({ data, timeMs }) => [new Date(timeMs).toISOString(), data.cells.length])).toEqual([['2026-06-11T02:00:00.000Z', 2]])
  expect(table('arrivals', 'day', 'busy')).toEqual({})
})

test('every site makes one batch each quarter of an hour, whatever happened, and its grid holds the zeros', async () => {
  town({ sites: [site('square'), site('busy')] })
  await rig.until('2026-06-11T02:00:00Z')
  const drafts = rig.drafts()
  for (const id of ['square', 'busy']) {
    const own = drafts.filter(({ data }) => data.site.id === id)
    expect(own).toHaveLength(96)
    expect(new Set(own.map(({ timeMs }) => timeMs)).size).toBe(96)
    expect(own.every(({ data, type }) => (data.cells.length > 0) === (type === 'org.parvis.cells.v1'))).toBe(true)
    expect(own.slice(1).every(({ data }) => data.coverage === 60)).toBe(true)
  }
  const cells = rig.cells()
  expect(cells.filter((cell) => hours(cell) === 1)).toHaveLength(24 * 2)
  expect(cells.filter((cell) => hours(cell) === 24)).toHaveLength(2 + 1 + 8)
  expect(cells.every(({ value }) => value === 0)).toBe(true)
})

test.each([
  ['23', '2026-03-28T03:00:00Z', '2026-03-29T02:00:00Z'],
  ['25', '2026-10-24T02:00:00Z', '2026-10-25T03:00:00Z'],
])('the %s hours of the day on which clocks change are all there, once', async (n, open, close) => {
  town({ start: open })
  for (let hour = 0; hour < Number(n); hour++) {
    await rig.until(Date.parse(open) + hour * 60 * MINUTE_MS + 30 * MINUTE_MS)
    for (let device = 0; device <= hour; device++) rig.counts.sighted('busy', phone(100 * hour + device))
  }
  await rig.until(close)
  const arrivals = rig.cells().filter((cell) => cell.release === 'arrivals' && hours(cell) === 1)
  expect(arrivals.map(({ value }) => value)).toEqual(Array.from({ length: Number(n) }, (_, hour) => hour + 1))
  expect(table('arrivals', 'day')).toEqual({ [`${open.slice(0, 16)}Z`]: (Number(n) * (Number(n) + 1)) / 2 })
  expect(new Set(arrivals.map(({ from }) => from)).size).toBe(Number(n))
})

test('a session that runs over the close is cut there, and its late stop changes nothing', async () => {
  town()
  await rig.until('2026-06-11T01:30:00Z')
  begin({ session: 'night', device: 7 })
  await rig.until('2026-06-11T03:20:00Z')
  end('night')
  await rig.until('2026-06-12T02:15:00Z')
  expect(table('dwell', 'day')).toEqual({ '20-40min': 1 })
  expect(table('sessions', 'hour')).toEqual({ '2026-06-11T01:00Z': 1 })
})

test('an event that is told late counts in its own hour while that is not let out, else in the one that runs', async () => {
  town()
  await rig.until('2026-06-10T08:59:59Z')
  rig.clock.advance(2_000)
  begin({ session: 'a', device: 1, startedMs: Date.parse('2026-06-10T08:59:58Z') })
  await rig.until('2026-06-10T09:15:00Z')
  begin({ session: 'b', device: 2, startedMs: Date.parse('2026-06-10T08:59:58Z') })
  await rig.until('2026-06-11T02:15:00Z')
  expect(table('sessions', 'hour')).toEqual({ '2026-06-10T08:00Z': 1, '2026-06-10T09:00Z': 1 })
})

test('a session of the day before, a second start of the same one, and a stop without a start count nothing', async () => {
  town()
  await rig.until('2026-06-10T08:00:00Z')
  begin({ session: 'old', device: 1, startedMs: Date.parse('2026-06-10T01:00:00Z') })
  begin({ session: 'a', device: 2 })
  begin({ session: 'a', device: 2 })
  end('unknown')
  begin({ session: 'b', device: 3, site: 'nowhere' })
  await rig.until('2026-06-11T02:15:00Z')
  expect(table('sessions', 'day')).toEqual({})
  expect(table('sessions', 'hour')).toEqual({ '2026-06-10T08:00Z': 1 })
  expect(table('arrivals', 'day')).toEqual({ '2026-06-10T02:00Z': 1 })
})

test('a device counts three sessions a day at most, a MAC that rotates counts as two devices, sessions without one count alone', async () => {
  town()
  await rig.until('2026-06-10T08:00:00Z')
  for (let n = 0; n < 5; n++) begin({ session: `many-${n}`, device: 1 })
  begin({ session: 'rotated-1', device: 2 })
  begin({ session: 'rotated-2', device: 3 })
  begin({ session: 'foreign' })
  await rig.until('2026-06-11T02:15:00Z')
  expect(table('sessions', 'hour')).toEqual({ '2026-06-10T08:00Z': 3 + 2 + 1 })
  expect(table('arrivals', 'day')).toEqual({ '2026-06-10T02:00Z': 3 })
})

test('two access points hold a device side by side: its connected time is counted once', async () => {
  town()
  await rig.until('2026-06-10T08:00:00Z')
  begin({ session: 'ap1', device: 1 })
  await rig.until('2026-06-10T08:10:00Z')
  begin({ session: 'ap2', device: 1 })
  await rig.until('2026-06-10T08:25:00Z')
  end('ap1')
  await rig.until('2026-06-10T08:35:00Z')
  end('ap2')
  await rig.until('2026-06-11T02:15:00Z')
  expect(table('dwell', 'day')).toEqual({ '20-40min': 1 })
})

test('first started at noon, the site waits until 08:00 for its next day, sends heartbeats and counts nothing meanwhile', async () => {
  town({ start: '2026-06-10T10:00:00Z', sites: [site('square')] })
  await rig.until('2026-06-11T05:00:00Z')
  begin({ session: 'early', device: 1, site: 'square' })
  await rig.until('2026-06-11T06:30:00Z')
  begin({ session: 'later', device: 1, site: 'square' })
  await rig.until('2026-06-12T02:00:00Z')
  expect(rig.cells().map(({ release, from, value }) => [release, from, value])).toEqual([
    ['arrivals', '2026-06-10T02:00Z', 0],
    ['sessions', '2026-06-10T02:00Z', 0],
    ['arrivals', '2026-06-11T02:00Z', 1],
    ['sessions', '2026-06-11T02:00Z', 1],
  ])
  const coverageAt = (instant: string): number | undefined => rig.drafts().find(({ timeMs }) => timeMs === Date.parse(instant))?.data.coverage
  expect(coverageAt('2026-06-11T02:00:00Z')).toBe(40)
  expect(coverageAt('2026-06-11T05:15:00Z')).toBe(0)
  expect(coverageAt('2026-06-11T06:15:00Z')).toBe(60)
  expect(coverageAt('2026-06-12T02:00:00Z')).toBe(50)
})

test('coverage is the minutes that the process was there, and an hour that it slept through has no cells', async () => {
  town()
  await rig.until('2026-06-10T08:20:30Z')
  rig.counts.checkpoint()
  rig.clock.advance(2 * 60 * MINUTE_MS)
  rig.restart()
  await rig.until('2026-06-10T11:00:00Z')
  const hourly = rig.drafts().filter(({ data }) => data.cells.length > 0 && data.cells[0]?.from !== undefined && data.cells[0].from >= '2026-06-10T07:00Z')
  expect(hourly.map(({ data }) => [data.cells[0]?.from, data.coverage])).toEqual([
    ['2026-06-10T07:00Z', 60],
    ['2026-06-10T08:00Z', 20],
    ['2026-06-10T10:00Z', 39],
  ])
})

test('the ledger charges each release once per boot and site-day, and prints what it cost', async () => {
  town()
  await rig.until('2026-06-10T12:00:00Z')
  rig.reboot()
  await rig.until('2026-06-11T02:15:00Z')
  const rows = ledgerRows(rig.reader, 'busy')
  expect(rows.map(({ release, epsMilli }) => [release, epsMilli])).toEqual([
    ['arrivals/day', 150],
    ['arrivals/hour', 350],
    ['arrivals/hour', 350],
    ['dwell/day', 250],
    ['sessions/hour', 750],
    ['sessions/hour', 750],
  ])
  expect(new Set(rows.map(({ boot }) => boot)).size).toBe(2)
  expect(rows[0]).toMatchObject({ gateway: GATEWAY, site: 'busy', siteDay: '2026-06-10', profile: 'standard', delta: 1 })
})

test('a third boot of a site-day sends heartbeats; the next day counts again', async () => {
  town()
  await rig.until('2026-06-10T06:00:00Z')
  rig.reboot()
  await rig.until('2026-06-10T08:00:00Z')
  rig.reboot()
  const before = rig.cells().length
  await rig.until('2026-06-10T09:05:00Z')
  rig.counts.sighted('busy', phone(1))
  await rig.until('2026-06-11T02:00:00Z')
  expect(rig.cells()).toHaveLength(before)
  await rig.until('2026-06-11T03:00:00Z')
  expect(rig.cells().slice(before).map(({ from }) => from)).toEqual(['2026-06-11T02:00Z', '2026-06-11T02:00Z'])
})

test('after a reboot without a clock nothing is counted until something vouches for the time', async () => {
  town()
  await rig.until('2026-06-10T06:00:00Z')
  let sync: 'none' | 'hub' = 'none'
  rig.reboot({ batchClock: () => ({ sync, offset_ms: 0 }) })
  const before = rig.cells().length
  await rig.until('2026-06-10T08:00:00Z')
  expect(rig.cells()).toHaveLength(before)
  expect(rig.drafts().at(-1)?.data.clock.sync).toBe('none')
  sync = 'hub'
  await rig.until('2026-06-10T10:00:00Z')
  expect(rig.cells().length).toBeGreaterThan(before)
})

test('the demonstration says so in every batch', async () => {
  town({ demo: true })
  await rig.until('2026-06-10T03:00:00Z')
  expect(rig.drafts().length).toBeGreaterThan(0)
  expect(rig.drafts().every(({ data }) => data.site.demo === true)).toBe(true)
})
