import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { createDelays } from './delays.ts'

const FORGIVEN_AFTER_MS = 600_000

test('who was wrong is remembered until it is forgiven, and not a round longer', () => {
  const clock = manualClock(0)
  const delays = createDelays(clock)
  delays.wrong('anne')
  clock.advance(FORGIVEN_AFTER_MS / 2)
  delays.wrong('basile')
  expect(delays.remembered()).toBe(2)
  clock.advance(FORGIVEN_AFTER_MS)
  expect([delays.remembered(), delays.wrong('basile')]).toEqual([1, 500])
  clock.advance(2 * FORGIVEN_AFTER_MS)
  expect([delays.remembered(), delays.wrong('anne')]).toEqual([0, 250])
  delays.right('anne')
  expect(delays.remembered()).toBe(0)
})
