import { expect, test } from 'vitest'
import { DAY_MS } from './site-day.ts'
import { exactDraw } from './sampler.ts'
import { createRig, phone, site } from './test/rig.ts'
import { seededBits } from './test/seeded-bits.ts'

const SITES_EACH = 40
const DAYS = 10
const SITE_DAYS = SITES_EACH * DAYS
const HOUR_MS = 3_600_000

/** One site-day of the script: visits at [hour, minutes connected], the same everywhere. */
const SCRIPT: readonly (readonly [hour: number, minutes: number])[] = [
  [1, 3], [6, 7], [6, 7], [9, 15], [9, 30], [9, 55], [12, 100], [12, 12], [13, 200], [16, 9], [16, 45], [21, 30],
]

test('over 400 site-days with the real sampler, the mean of each cell is within 4·sd/20 of the truth', async () => {
  const start = Date.parse('2026-06-10T02:00:00Z')
  const sites = (['busy', 'square'] as const).flatMap((siteClass) => Array.from({ length: SITES_EACH }, (_, n) => site(siteClass, { id: `${siteClass}-${n}` })))
  const town = { sites, start: new Date(start).toISOString() }
  const [truth, noised] = [createRig(town), createRig({ ...town, draw: exactDraw(seededBits('400 site-days')) })]
  try {
    for (let hour = 0; hour < 24 * DAYS; hour++) {
      for (const rig of [truth, noised]) {
        for (const { id } of sites) visitHour(rig, id, hour)
        rig.clock.advance(start + (hour + 1) * HOUR_MS - rig.clock.now())
        await rig.counts.tick()
      }
    }
    const [exact, noisy] = [sums(truth), sums(noised)]
    expect(exact.size).toBe(24 * 2 + 1 + 8 + 2)
    expect(noisy.size).toBe(exact.size)
    for (const [cell, { sum, sd, n }] of noisy) {
      expect(n).toBe(SITE_DAYS)
      expect(Math.abs(sum - (exact.get(cell)?.sum ?? Number.NaN)) / n, cell).toBeLessThan((4 * sd) / 20)
    }
    // The same numbers without noise are the script's: three arrivals in the tenth hour, twelve a day.
    expect(exact.get('busy arrivals 9 1 all')?.sum).toBe(3 * SITE_DAYS)
    expect(exact.get('square arrivals 0 24 all')?.sum).toBe(SCRIPT.length * SITE_DAYS)
    expect(exact.get('busy dwell 0 24 20-40min')?.sum).toBe(2 * SITE_DAYS)
  } finally {
    truth.close()
    noised.close()
  }

  function visitHour(rig: typeof truth, id: string, hour: number): void {
    for (const [index, [at, minutes]] of SCRIPT.entries()) {
      const session = `${id}/${Math.floor(hour / 24)}/${index}`
      if (at === hour % 24) rig.counts.sessionStarted({ site: id, session, device: phone(index), startedMs: rig.clock.now(), method: 'click', language: 'fr' })
      if (at === hour % 24) endings.set(session, rig.clock.now() + minutes * 60_000)
      const endsMs = endings.get(session)
      if (endsMs !== undefined && endsMs < rig.clock.now() + HOUR_MS) endLater(rig, session, endsMs)
    }
  }
}, 60_000)

const endings = new Map<string, number>()

function endLater(rig: ReturnType<typeof createRig>, session: string, endsMs: number): void {
  rig.clock.after(endsMs - rig.clock.now(), () => rig.counts.sessionEnded(session, endsMs))
}

function sums(rig: ReturnType<typeof createRig>): Map<string, { sum: number; sd: number; n: number }> {
  const found = new Map<string, { sum: number; sd: number; n: number }>()
  for (const { data } of rig.drafts()) {
    for (const cell of data.cells) {
      const [from, to] = [cell.from, cell.to].map((instant) => Date.parse(instant.replace('Z', ':00Z')) - 2 * HOUR_MS) as [number, number]
      const key = `${data.site.class} ${cell.release} ${(from % DAY_MS) / HOUR_MS} ${(to - from) / HOUR_MS} ${cell.bin}`
      const one = found.get(key) ?? { sum: 0, sd: cell.sd_milli / 1_000, n: 0 }
      found.set(key, { ...one, sum: one.sum + cell.value, n: one.n + 1 })
    }
  }
  return found
}
