import { expect, test } from 'vitest'
import { parseMinuteInstant } from '../cell.ts'
import { DAY_MS, HOUR_MS } from '../wall-clock.ts'
import { exactDraw } from './sampler.ts'
import { createRig, phone, site, type Rig } from './test/rig.ts'
import { seededBits } from './test/seeded-bits.ts'

const SITES_EACH = 40
const DAYS = 10
const SITE_DAYS = SITES_EACH * DAYS
const START = Date.parse('2026-06-10T02:00:00Z')

/** One site-day of the script: visits at [hour, minutes connected], the same everywhere. */
const SCRIPT: readonly (readonly [hour: number, minutes: number])[] = [
  [1, 3], [6, 7], [6, 7], [9, 15], [9, 30], [9, 55], [12, 100], [12, 12], [13, 200], [16, 9], [16, 45], [21, 30],
]

test('over 400 site-days with the real sampler, the mean of each cell is within 4·sd/20 of the truth', async () => {
  const sites = (['busy', 'square'] as const).flatMap((siteClass) => Array.from({ length: SITES_EACH }, (_, n) => site(siteClass, { id: `${siteClass}-${n}` })))
  const truth = createRig({ sites: [site('busy'), site('square')], start: new Date(START).toISOString() })
  const noised = createRig({ sites, start: new Date(START).toISOString(), draw: exactDraw(seededBits('400 site-days')) })
  try {
    await play(truth, ['busy', 'square'], 1)
    await play(noised, sites.map(({ id }) => id), DAYS)
    const [exact, noisy] = [sums(truth), sums(noised)]
    expect(exact.size).toBe(24 * 2 + 1 + 8 + 2)
    expect(noisy.size).toBe(exact.size)
    for (const [cell, { sum, sd, n }] of noisy) {
      expect(n).toBe(SITE_DAYS)
      expect(Math.abs(sum / n - (exact.get(cell)?.sum ?? Number.NaN)), cell).toBeLessThan((4 * sd) / 20)
    }
    // The same numbers without noise are the script's: three arrivals in the tenth hour, twelve a day.
    expect(exact.get('busy arrivals 9 1 all')?.sum).toBe(3)
    expect(exact.get('square arrivals 0 24 all')?.sum).toBe(SCRIPT.length)
    expect(exact.get('busy dwell 0 24 20-40min')?.sum).toBe(2)
  } finally {
    truth.close()
    noised.close()
  }
}, 60_000)

type Event = { atMs: number; index: number; kind: 'start' | 'end' }

function eventsOf(dayMs: number): Event[] {
  return SCRIPT.flatMap(([hour, minutes], index): Event[] => {
    const atMs = dayMs + hour * HOUR_MS
    return [{ atMs, index, kind: 'start' }, { atMs: atMs + minutes * 60_000, index, kind: 'end' }]
  }).sort((a, b) => a.atMs - b.atMs)
}

/** Plays the script at every site; a round each hour is enough, because no release is finer. */
async function play(rig: Rig, ids: readonly string[], days: number): Promise<void> {
  for (let dayMs = START; dayMs < START + days * DAY_MS; dayMs += DAY_MS) {
    const events = eventsOf(dayMs)
    for (let endMs = dayMs + HOUR_MS; endMs <= dayMs + DAY_MS; endMs += HOUR_MS) {
      for (const event of events.filter(({ atMs }) => atMs >= endMs - HOUR_MS && atMs < endMs)) {
        rig.clock.advance(event.atMs - rig.clock.now())
        for (const id of ids) happen(rig, id, event, `${id}/${dayMs}/${event.index}`)
      }
      rig.clock.advance(endMs - rig.clock.now())
      await rig.counts.tick()
    }
  }
}

function happen(rig: Rig, site: string, { kind, index, atMs }: Event, session: string): void {
  if (kind === 'end') rig.counts.sessionEnded(session, atMs)
  else rig.counts.sessionStarted({ site, session, device: phone(index), startedMs: atMs, method: 'click', language: 'fr' })
}

function sums(rig: Rig): Map<string, { sum: number; sd: number; n: number }> {
  const found = new Map<string, { sum: number; sd: number; n: number }>()
  for (const { data } of rig.drafts()) {
    for (const cell of data.cells) {
      const [from, to] = [parseMinuteInstant(cell.from) - START, parseMinuteInstant(cell.to) - START]
      const key = `${data.site.class} ${cell.release} ${(from % DAY_MS) / HOUR_MS} ${(to - from) / HOUR_MS} ${cell.bin}`
      const one = found.get(key) ?? { sum: 0, sd: cell.sd_milli / 1_000, n: 0 }
      found.set(key, { ...one, sum: one.sum + cell.value, n: one.n + 1 })
    }
  }
  return found
}
