import { afterEach, expect, test } from 'vitest'
import { BATCH_EVERY_MS } from '../batch.ts'
import type { DurableWriter } from '../db/durable-writer.ts'
import { exactDraw, type Draw } from './sampler.ts'
import { createRig, phone, site, type Rig } from './test/rig.ts'
import { seededBits } from './test/seeded-bits.ts'

const SITES = [site('busy'), site('square')]
const START = '2026-06-10T02:00:00Z'
const CLOSE = Date.parse('2026-06-11T02:00:00Z')
const rigs: Rig[] = []
afterEach(() => rigs.splice(0).forEach((rig) => rig.close()))

type Through = (writer: DurableWriter) => DurableWriter
const never = new Promise<void>(() => undefined)

/** What can become of a write, by the name of the fault. */
const FAULTS: Readonly<Record<string, (writer: DurableWriter) => DurableWriter['write']>> = {
  'the disk is full': () => () => Promise.reject(new Error('SQLITE_FULL')),
  'the fsync fails though the pages arrived': (writer) => async (...statements) => {
    await writer.write(...statements)
    throw new Error('SQLITE_IOERR_FSYNC')
  },
  'the process dies before the write': () => () => never,
  'the process dies after the write, before it reads back': (writer) => async (...statements) => {
    await writer.write(...statements)
    return never
  },
}

function failing(fault: string): Through {
  const write = FAULTS[fault]
  if (!write) throw new TypeError(`no fault is called ${fault}`)
  return (writer) => ({ ...writer, write: write(writer) })
}

function town(draw: Draw): Rig {
  const rig = createRig({ sites: SITES, start: START, draw })
  rigs.push(rig)
  return rig
}

function counted(seed: string): { draw: Draw; draws: () => number } {
  const exact = exactDraw(seededBits(seed))
  let draws = 0
  return { draw: (eps, delta) => (draws++, exact(eps, delta)), draws: () => draws }
}

function visits(rig: Rig, quarter: number): void {
  for (const where of ['busy', 'square']) {
    for (let n = 0; n <= quarter % 3; n++) rig.counts.sighted(where, phone(quarter * 10 + n))
    rig.counts.sessionStarted({ site: where, session: `${where}-${quarter}`, device: phone(quarter), startedMs: rig.clock.now(), method: 'click', language: 'fr' })
  }
}

/** One site-day; `faultAt` says which fault strikes the round of which quarter. */
async function day(rig: Rig, faultAt: (quarter: number) => string | undefined): Promise<void> {
  let faulty = false
  for (let quarter = 0; quarter < 96; quarter++) {
    rig.clock.advance(BATCH_EVERY_MS / 2)
    visits(rig, quarter)
    rig.clock.advance(BATCH_EVERY_MS / 2)
    const fault = faultAt(quarter)
    if (fault || faulty) rig.restart(fault ? { through: failing(fault) } : {})
    faulty = fault !== undefined
    const round = rig.counts.tick()
    await (fault?.includes('dies') ? new Promise((resolve) => setImmediate(resolve)) : round)
  }
  rig.restart()
  await rig.until(CLOSE + 4 * BATCH_EVERY_MS)
}

function values(rig: Rig): string[] {
  return rig
    .drafts()
    .flatMap(({ data }) => data.cells.map(({ release, from, to, bin, value }) => `${data.site.id} ${release} ${from} ${to} ${bin} ${value}`))
    .sort()
}

test.each(Object.keys(FAULTS))('whenever %s, the numbers are the same as without, each let out and charged once', async (fault) => {
  const [smooth, rough] = [counted('fault'), counted('fault')]
  const [still, struck] = [town(smooth.draw), town(rough.draw)]
  await day(still, () => undefined)
  await day(struck, (quarter) => (quarter % 5 === 3 || quarter > 93 ? fault : undefined))
  expect(values(still).length).toBeGreaterThan(50)
  expect(values(struck)).toEqual(values(still))
  expect(rough.draws()).toBe(smooth.draws())
  const batches = struck.drafts().map(({ data, timeMs }) => `${data.site.id} ${timeMs}`)
  expect(new Set(batches).size).toBe(batches.length)
  const charges = (rig: Rig): unknown => rig.reader.prepare('select site, site_day, release, eps_milli from charge order by 1, 2, 3').all()
  expect(charges(struck)).toEqual(charges(still))
  expect(struck.volatile.prepare('select count(*) as n from interval where frozen = 1').get()).toEqual({ n: 0 })
})

test('one refused number holds back its own site, not its neighbour', async () => {
  const rig = town(() => 0)
  const refuseBusy: Through = (writer) => ({
    ...writer,
    write: (...statements) => (statements.some(({ values }) => values.includes('busy')) ? Promise.reject(new Error('SQLITE_CONSTRAINT')) : writer.write(...statements)),
  })
  rig.restart({ through: refuseBusy })
  await rig.until('2026-06-10T04:00:00Z')
  expect(new Set(rig.drafts().map(({ data }) => data.site.id))).toEqual(new Set(['square']))
  rig.restart()
  await rig.until('2026-06-10T04:45:00Z')
  const hours = rig.drafts().filter(({ data }) => data.site.id === 'busy' && data.cells.length > 0)
  // The two hours held back come one a batch, oldest first, each with its own coverage.
  expect(hours.map(({ data }) => [data.cells[0]?.from, data.coverage])).toEqual([
    ['2026-06-10T02:00Z', 60],
    ['2026-06-10T03:00Z', 60],
  ])
})

test('a batch of a quarter of an hour is made once, however often the process starts in it', async () => {
  const rig = town(() => 0)
  await rig.until('2026-06-10T03:00:00Z')
  const before = rig.drafts().length
  for (let n = 0; n < 3; n++) {
    rig.restart()
    await rig.counts.tick()
  }
  expect(rig.drafts()).toHaveLength(before)
})

test('an hour that only an event saw before the crash is not let out: its cells would tell of the event', async () => {
  const quiet = town(() => 0)
  const visited = town(() => 0)
  for (const rig of [quiet, visited]) {
    await rig.until('2026-06-10T03:00:00Z')
    rig.clock.advance(4 * 3_600_000 + 1_000)
    if (rig === visited) rig.counts.sighted('busy', phone(1))
    rig.clock.advance(2 * 3_600_000)
    rig.restart()
    await rig.until('2026-06-10T10:00:00Z')
  }
  const grid = (rig: Rig): string[] => rig.cells().map(({ release, from, bin }) => `${release} ${from} ${bin}`)
  expect(grid(visited)).toEqual(grid(quiet))
})

test('an opening that let nothing out costs nothing; one that did is on disk with the first number', async () => {
  const rig = town(() => 0)
  expect(rig.reader.prepare('select count(*) as n from opening').get()).toEqual({ n: 0 })
  await rig.until('2026-06-10T02:15:00Z')
  expect(rig.reader.prepare('select site, site_day from opening order by site').all()).toEqual([
    { site: 'busy', site_day: '2026-06-10' },
    { site: 'square', site_day: '2026-06-10' },
  ])
})

test('what a broken store loses is told once a round, and never fails a log-in', async () => {
  const rig = town(() => 0)
  rig.volatile.exec('drop table device')
  expect(() => rig.counts.sighted('busy', phone(1))).not.toThrow()
  expect(() => rig.counts.sessionStarted({ site: 'busy', session: 's', device: phone(1), startedMs: rig.clock.now(), method: 'click', language: 'fr' })).not.toThrow()
  await rig.counts.tick()
  expect(rig.logged().filter(({ event }) => event === 'observations_lost')).toHaveLength(1)
})

test('a source of bits that fails opens no counter: nothing is ever let out without noise', async () => {
  expect(() => town(exactDraw(() => new Uint8Array(0)))).toThrow(/no bytes/)
})

test('a wall clock that goes back lets no hour out twice, and one that leaps ahead opens no second day', async () => {
  const rig = town(() => 0)
  await rig.until('2026-06-10T06:00:00Z')
  rig.clock.setNow(Date.parse('2026-06-10T03:30:00Z'))
  rig.counts.sighted('busy', phone(1))
  rig.restart()
  rig.counts.sighted('busy', phone(2))
  await rig.until('2026-06-10T08:00:00Z')
  const hourly = rig.cells().filter(({ release, from, to }) => release === 'arrivals' && Date.parse(to.replace('Z', ':00Z')) - Date.parse(from.replace('Z', ':00Z')) === 3_600_000)
  expect(hourly.map(({ from, value }) => [from.slice(11), value])).toEqual([['02:00Z', 0], ['03:00Z', 0], ['04:00Z', 0], ['05:00Z', 0], ['06:00Z', 2], ['07:00Z', 0]])

  rig.clock.setNow(Date.parse('2026-06-14T12:00:00Z'))
  await rig.counts.tick()
  const closed = rig.cells().length
  await rig.until('2026-06-14T20:00:00Z')
  expect(rig.cells()).toHaveLength(closed)
  expect(rig.reader.prepare('select count(*) as n from opening').get()).toEqual({ n: 2 })
})
