import { expect, test } from 'vitest'
import { classOf, createShares, MOST_SHARES, shapersOf, shapingBatch, shareOf } from './fairness.ts'

const settings = { lan: ['lan0', 'lan1'], wan: ['wan0'], portalPort: 8080, onPortalLoss: 'keep' } as const

test('only a direction whose speed is told is shaped, and both networks of phones share one line', () => {
  expect(shapersOf(settings)).toEqual([])
  expect(shapersOf({ ...settings, downMbit: 100 })).toEqual([{ device: 'parvis-down', mbit: 100, interfaces: ['lan0', 'lan1'] }])
  expect(() => shapersOf({ ...settings, wan: [], upMbit: 20 })).toThrow(/gateway\.wan/)
})

test('no class may have more than the line, and each has the same', () => {
  const classes = shapingBatch({ device: 'parvis-up', mbit: 20, interfaces: ['wan0'] }).split('\n').filter((line) => line.startsWith('class add') && line.includes('parent 1:1 '))
  expect(classes).toHaveLength(MOST_SHARES)
  expect(new Set(classes.map((line) => line.replace(/classid \S+/, ''))).size).toBe(1)
  expect(classes[0]).toContain('ceil 20mbit')
})

test('a phone keeps its class, one that leaves gives it to the next, and beyond the last they are shared', () => {
  const shares = createShares()
  expect([shares.take(7), shares.take(8), shares.take(7)]).toEqual([0, 1, 0])
  shares.free(7)
  expect(shares.take(9)).toBe(0)
  shares.known(10, 2)
  expect(shares.take(11)).toBe(3)
  for (let mark = 100; mark < 100 + MOST_SHARES; mark++) expect(shares.take(mark)).toBeLessThan(MOST_SHARES)
  expect(shareOf(classOf(1_234))).toBe(1_234)
})
