import { expect, test } from 'vitest'
import { leasesIn, nearlyFull, poolSize } from './leases.ts'

const POOLS = [{ first: '10.44.0.10', last: '10.44.0.19' }, { first: '10.44.1.250', last: '10.44.2.3' }]
const NOW_MS = 1_800_000_000_000
const ends = (seconds: number) => NOW_MS / 1000 + seconds

test('a pool holds both ends of each range', () => {
  expect(poolSize(POOLS)).toBe(20)
})

test('leases that run, of the ranges alone, are counted; names full of markup and IPv6 lines are no leases', () => {
  const list = [
    `${ends(600)} 02:00:00:00:00:01 10.44.0.10 * *`, `0 02:00:00:00:00:02 10.44.2.3 <b>x</b> 01:02`, `${ends(-1)} 02:00:00:00:00:03 10.44.0.11 * *`,
    `${ends(600)} 02:00:00:00:00:04 10.44.0.20 * *`, 'duid 00:01:00:01', `${ends(600)} 1234 fd00::10 * 00:01`, '', 'nonsense', `${ends(600)} 02:00:00:00:00:05 10.44.0.999 * *`,
  ].join('\n')
  expect(leasesIn(list, POOLS, NOW_MS)).toBe(2)
})

test('the alarm rings at nine tenths, does not flutter at the border, and is over when there is room again', () => {
  const judge = nearlyFull(20)
  expect([17, 18, 17, 18, 17, 16, 17, 18].map(judge)).toEqual([false, true, true, true, true, false, false, true])
  expect(nearlyFull(0)(0)).toBe(false)
})
