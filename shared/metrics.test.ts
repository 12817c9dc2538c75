import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import type { AccountName } from './personal.ts'

test('a counter is one per name and labels, and the page shows each with its help once', () => {
  const metrics = createMetrics()
  metrics.counter('taps_total', 'Taps', { outcome: 'open' })()
  metrics.counter('taps_total', 'Taps', { outcome: 'open' })(2)
  metrics.counter('taps_total', 'Taps', { outcome: 'failed' })()
  metrics.gauge('waiting', 'Who waits', () => 4)
  expect(metrics.text().split('\n')).toEqual([
    '# HELP taps_total Taps', '# TYPE taps_total counter', 'taps_total{outcome="open"} 3', 'taps_total{outcome="failed"} 1',
    '# HELP waiting Who waits', '# TYPE waiting gauge', 'waiting 4', '',
  ])
})

test('the compiler refuses a person as a label', () => {
  const name = 'amina' as AccountName
  // @ts-expect-error an account's name is personal
  createMetrics().counter('log_ins_total', 'Log-ins', { name })
})
