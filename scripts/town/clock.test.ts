import { expect, test } from 'vitest'
import { leapingClock } from './clock.ts'

test('a leap runs what falls due, in order, each at its own time', async () => {
  const clock = leapingClock(Date.parse('2026-11-02T00:00:00Z'))
  const seen: [string, number][] = []
  const note = (name: string) => () => void seen.push([name, Math.round((clock.now() - Date.parse('2026-11-02T00:00:00Z')) / 60_000)])
  clock.after(3_600_000, note('hour'))
  clock.after(60_000, () => {
    note('minute')()
    clock.after(60_000, note('second minute'))
  })
  clock.after(7_200_000, note('never'))()
  await clock.leap(5_400_000)
  expect(seen).toEqual([['minute', 1], ['second minute', 2], ['hour', 60]])
})

test('between leaps it runs like the machine’s clock', async () => {
  const clock = leapingClock(0)
  await clock.leap(1_000_000)
  await new Promise<void>((resolve) => void clock.after(30, resolve))
  expect(clock.now()).toBeGreaterThanOrEqual(1_000_025)
  expect(clock.now()).toBeLessThan(1_005_000)
})

test('a leap waits for an answer that is on its way, and jumps over a time-out that nobody will cancel', async () => {
  const clock = leapingClock(0)
  const seen: string[] = []
  const cancel = clock.after(1_000, () => seen.push('gave up'))
  setTimeout(() => {
    seen.push('answer')
    cancel()
  }, 50)
  clock.after(2_000, () => seen.push('silence'))
  await clock.leapTo(60_000)
  expect(seen).toEqual(['answer', 'silence'])
})

test('what ticks by itself is soon known for an appointment: a leap over an hour of it takes no hour', async () => {
  const clock = leapingClock(0)
  let ticks = 0
  const tick = (): void => {
    ticks++
    clock.after(1_000, tick)
  }
  clock.after(1_000, tick)
  const began = performance.now()
  await clock.leap(3_600_000)
  expect(ticks).toBeGreaterThan(3_500)
  expect(performance.now() - began).toBeLessThan(10_000)
})
