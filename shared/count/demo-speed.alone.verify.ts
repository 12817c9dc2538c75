import { expect, test } from 'vitest'
import { BATCH_EVERY_MS } from '../batch.ts'
import { exactDraw } from './sampler.ts'
import { createRig, phone, site } from './test/rig.ts'
import { seededBits } from './test/seeded-bits.ts'

const DAYS = 28
const LIMIT_MS = 10_000

test('four weeks of twelve sites pass through the counter on a virtual clock within the time the demonstration has', async () => {
  const sites = Array.from({ length: 12 }, (_, n) => site(n < 4 ? 'busy' : 'square', { id: `demo-${n}` }))
  const rig = createRig({ sites, start: '2026-06-10T02:00:00Z', volatilePath: ':memory:', draw: exactDraw(seededBits('speed')) })
  const start = performance.now()
  let visits = 0
  for (let quarter = 0; quarter < DAYS * 96; quarter++) {
    for (const { id, class: siteClass } of sites) {
      const each = siteClass === 'busy' ? 3 : quarter % 4 === 0 ? 1 : 0
      for (let n = 0; n < each; n++) {
        const session = `${id}/${visits++}`
        rig.counts.sessionStarted({ site: id, session, device: phone(visits), startedMs: rig.clock.now(), method: 'click', language: 'fr' })
        rig.counts.sessionEnded(session, rig.clock.now() + 60_000 * n)
      }
    }
    rig.clock.advance(BATCH_EVERY_MS)
    await rig.counts.tick()
  }
  const tookMs = performance.now() - start
  process.stdout.write(`${visits} visits, ${rig.drafts().length} batches in ${Math.round(tookMs)} ms\n`)
  expect(rig.drafts()).toHaveLength(12 * DAYS * 96)
  rig.close()
  expect(tookMs).toBeLessThan(LIMIT_MS)
}, 60_000)
