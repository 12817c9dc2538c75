import { afterEach, expect, test } from 'vitest'
import { createRig, phone, site, type Rig, type RigOptions } from './test/rig.ts'

let rig: Rig
afterEach(() => rig.close())

function town(options: Partial<RigOptions> & Pick<RigOptions, 'start'>): Rig {
  return (rig = createRig({ sites: [site('busy')], ...options }))
}

function visit(session: string, device: number, startedMs = rig.clock.now(), where = 'busy'): void {
  rig.counts.sessionStarted({ site: where, session, device: phone(device), startedMs, method: 'click', language: 'fr' })
}

/** Values of one release, by instant and bin, zeros left out. */
function table(release: string, period: 'hour' | 'day' = 'hour'): Record<string, number> {
  const found: Record<string, number> = {}
  for (const cell of rig.cells()) {
    const hours = (Date.parse(cell.to.replace('Z', ':00Z')) - Date.parse(cell.from.replace('Z', ':00Z'))) / 3_600_000
    if (cell.release === release && (period === 'hour') === hours <= 1 && cell.value !== 0) found[cell.bin === 'all' ? cell.from : cell.bin] = cell.value
  }
  return found
}

test('without noise, a busy site lets out what the script did, hour by hour and for the day', async () => {
  town({ start: '2026-06-10T01:59:00Z' })
  await rig.until('2026-06-10T22:00:00Z')
  // First started a minute before close, so the next day waits for twenty hours: 21:59 UTC.
  expect(rig.cells().length).toBeGreaterThan(0)
  await rig.until('2026-06-11T02:00:00Z')
  await rig.until('2026-06-11T08:10:00Z')
  visit('a', 1)
  visit('b', 2)
  rig.counts.sighted('busy', phone(3))
  rig.counts.sighted('busy', phone(1))
  await rig.until('2026-06-11T08:40:00Z')
  rig.counts.sessionEnded('b', rig.clock.now())
  await rig.until('2026-06-11T09:10:00Z')
  visit('b2', 2)
  rig.counts.sessionEnded('b2', rig.clock.now() + 60_000)
  await rig.until('2026-06-11T10:20:00Z')
  rig.counts.sessionEnded('a', rig.clock.now())
  await rig.until('2026-06-12T03:00:00Z')
  expect(table('arrivals')).toEqual({ '2026-06-11T08:00Z': 3 })
  expect(table('sessions')).toEqual({ '2026-06-11T08:00Z': 2, '2026-06-11T09:00Z': 1 })
  expect(table('arrivals', 'day')).toEqual({ '2026-06-11T02:00Z': 3 })
  expect(table('dwell', 'day')).toEqual({ '20-40min': 1, '80-160min': 1 })
})
