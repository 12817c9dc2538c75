import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { RELEASED_MS, watchClock } from './clock-floor.ts'

const MINUTE_MS = 60_000
const YEAR_MS = 365 * 86_400_000

test('a device that wakes in 1970 knows that its clock is wrong, without asking anyone', () => {
  expect(watchClock(manualClock(0)).sync()).toBe('none')
  expect(watchClock(manualClock(RELEASED_MS + YEAR_MS)).sync()).toBe('system')
})

test('what the hub has signed raises the floor, and a later start remembers it', () => {
  const clock = manualClock(RELEASED_MS + MINUTE_MS)
  const watch = watchClock(clock)
  expect(watch.sync()).toBe('system')
  watch.heard(RELEASED_MS + YEAR_MS, 0)
  expect(watch.sync()).toBe('none')
  expect(watchClock(manualClock(RELEASED_MS + MINUTE_MS), watch.floorMs()).sync()).toBe('none')
})

test('a clock that agrees with the hub is the hub’s; one that is set to 2040 is wrong and does not lock the device out', () => {
  const clock = manualClock(RELEASED_MS + YEAR_MS)
  const watch = watchClock(clock)
  watch.heard(RELEASED_MS + YEAR_MS - MINUTE_MS, 20)
  expect(watch.sync()).toBe('hub')
  clock.setNow(Date.UTC(2040, 0, 1))
  expect(watch.sync()).toBe('none')
  // NTP and the wall clock never move the floor, so the way back is open.
  clock.setNow(RELEASED_MS + YEAR_MS)
  expect(watch.sync()).toBe('hub')
})

test('an old word of the hub is not held against the clock', () => {
  const clock = manualClock(RELEASED_MS + YEAR_MS)
  const watch = watchClock(clock)
  watch.heard(clock.now(), 0)
  clock.advance(25 * 3_600_000)
  clock.setNow(clock.now() + 20 * MINUTE_MS)
  expect(watch.sync()).toBe('system')
})
