import { expect, test } from 'vitest'
import { manualClock, type ManualClock } from './clock.ts'
import { unhurried } from './unhurried.ts'

/** Lets the clock run, a millisecond each turn of the loop, until then. */
async function passing(clock: ManualClock, until: Promise<void>): Promise<void> {
  const seen = { over: false }
  void until.then(() => (seen.over = true))
  await new Promise((resolve) => setImmediate(resolve))
  while (!seen.over) {
    clock.advance(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** How long it rests after work of each length, on a clock that stands still but for that. */
async function restsAfter(worksMs: readonly number[]): Promise<number[]> {
  const clock = manualClock(0)
  const { rest } = unhurried(clock)
  const rests: number[] = []
  for (const workMs of worksMs) {
    clock.advance(workMs)
    const begun = clock.monotonic()
    await passing(clock, rest())
    rests.push(clock.monotonic() - begun)
  }
  return rests
}

test('it rests nine times as long as it worked, 100 ms at most', async () => {
  expect(await restsAfter([1, 3, 100, 2])).toEqual([9, 27, 100, 18])
})

test('short pieces are saved up for one rest', async () => {
  expect(await restsAfter([0.05, 0.05, 0.05])).toEqual([0, 0, 2])
})

test('what it worked is told without the rests', async () => {
  const clock = manualClock(0)
  const { rest, workedMs } = unhurried(clock)
  clock.advance(4)
  await passing(clock, rest())
  clock.advance(3)
  expect([clock.monotonic(), workedMs()]).toEqual([4 + 36 + 3, 7])
})

test('in a hurry a rest is over, and there is no other', async () => {
  const clock = manualClock(0)
  const { rest, hurry } = unhurried(clock)
  clock.advance(100)
  const resting = rest()
  hurry()
  await resting
  clock.advance(100)
  await rest()
  expect(clock.monotonic()).toBe(200)
})
