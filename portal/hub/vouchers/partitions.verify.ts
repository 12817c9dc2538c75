// Many random days of a city whose gateways are cut off, each from its own seed.
import { expect, test } from 'vitest'
import { simulate } from '#test/support/voucher-partitions.ts'

const SEEDS = Array.from({ length: 16 }, (_, index) => 100 + index)

test.each(SEEDS)('whatever is cut off, killed or lost on its way, no voucher gives more than its own and half an hour a day at each gateway that was cut off (seed %i)', async (seed) => {
  const { overspent, signIns, cuts } = await simulate({ seed, hours: 30, gateways: 3, vouchers: 4, stepMs: 60_000 })
  expect(signIns).toBeGreaterThan(5)
  expect(cuts).toBeGreaterThan(0)
  for (const { beyondMs, allowedMs } of overspent) expect(beyondMs).toBeLessThanOrEqual(allowedMs)
}, 120_000)
