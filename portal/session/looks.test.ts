import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { createLooks } from './looks.ts'

function build() {
  const clock = manualClock(0)
  const self = { clock, looked: 0, tookMs: 0 }
  const looks = createLooks(clock, async () => {
    self.looked++
    clock.advance(self.tookMs)
  })
  return { ...looks, self, clock }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('whoever reloads a page a hundred times has the counters read once a second', async () => {
  const { fresh, self, clock } = build()
  for (let time = 0; time < 100; time++) await fresh()
  expect(self.looked).toBe(1)
  clock.advance(1_000)
  await fresh()
  expect(self.looked).toBe(2)
})

test('a look that takes long is taken more seldom: a twentieth of the time at most', async () => {
  const { fresh, self, clock } = build()
  self.tookMs = 300
  await fresh()
  clock.advance(5_900)
  await fresh()
  expect(self.looked).toBe(1)
  clock.advance(200)
  await fresh()
  expect(self.looked).toBe(2)
})

test('what has just happened is seen by a look that begins after it, however recent the last one', async () => {
  const { fresh, next, self, clock } = build()
  await fresh()
  const seen = Promise.all([next(), next()])
  await settled()
  expect(self.looked).toBe(1)
  clock.advance(1_000)
  await seen
  expect(self.looked).toBe(2)
})
