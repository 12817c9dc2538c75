import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { fuzzRadius, reportText } from '#test/fuzz/radius/fuzz.ts'

const CASES = 1_000_000
const SLOWEST_MS = 5
const seed = Number(process.env['PARVIS_FUZZ_SEED'] ?? randomInt(1, 2 ** 31))

test(`${CASES} mutants (seed ${seed}) end nothing, and each burst's honest request is answered`, async () => {
  const report = await fuzzRadius({ cases: CASES, seed })
  process.stdout.write(`${reportText(report)}\n`)
  expect(report.failed).toBe(0)
  expect(report.slowestMs).toBeLessThan(SLOWEST_MS)
})
