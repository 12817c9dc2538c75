import { expect, test } from 'vitest'
import { combine, displayThreshold, halfWidth, isGrey, meanOf, sum, type Estimate } from './noise.ts'

/** The deviation of a discrete Laplace P(x) ∝ e^(−|x|/s). */
function sdOf(s: number): number {
  const q = Math.exp(-1 / s)
  return Math.sqrt(2 * q) / (1 - q)
}
const one = (s: number, value = 0): Estimate => ({ value, sd: sdOf(s), single: true })
const many = (count: number, s: number) => sum(Array.from({ length: count }, () => one(s)))

test('the half-widths are those that the design computed', () => {
  expect(halfWidth(one(1))).toBe(3)
  expect(halfWidth(many(7, 1))).toBe(7)
  expect(halfWidth(many(15 * 7, 1))).toBe(27)
  expect(halfWidth(many(300, 1))).toBe(46)
})

test('a single draw leaves its half-width in 5 % of cases and not in more', () => {
  for (const s of [0.5, 1, 2, 3, 4, 8, 20]) {
    const q = Math.exp(-1 / s)
    const beyond = (k: number) => (2 * q ** (k + 1)) / (1 + q)
    const k = halfWidth(one(s))
    expect(beyond(k)).toBeLessThanOrEqual(0.05 + 1e-9)
    if (k > 0) expect(beyond(k - 1)).toBeGreaterThan(0.05)
  }
})

test('numbers below 10, 10, 17 and 32 are greyed at s = 1, 2, 4 and 8', () => {
  expect([1, 2, 4, 8].map((s) => displayThreshold(one(s)))).toEqual([10, 10, 17, 32])
  expect(isGrey(one(4, 16))).toBe(true)
  expect(isGrey(one(4, -16))).toBe(true)
  expect(isGrey(one(4, 17))).toBe(false)
})

test('at a busy site the hours and the day together are closer than either', () => {
  const hours = many(24, 1 / 0.35)
  const day = one(1 / 0.15)
  const both = combine({ ...hours, value: 300 }, { ...day, value: 330 })
  expect(both.sd).toBeCloseTo(8.4, 0)
  expect(both.value).toBeGreaterThan(300)
  expect(both.value).toBeLessThan(330)
})

test('a mean with a greyed day in it is not told', () => {
  expect(meanOf([one(1, 20), one(1, 9)])).toBeUndefined()
  expect(meanOf([])).toBeUndefined()
  expect(meanOf([one(1, 20), one(1, 30)])?.value).toBe(25)
})
