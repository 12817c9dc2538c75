import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { keepThrift } from './thrift.ts'

const MIB = 2 ** 20

function server() {
  const clock = manualClock(0)
  const state = { busy: 0, heap: 0, collected: 0 }
  const cancel = keepThrift({ clock, busyShare: () => state.busy, heapBytes: () => state.heap, collect: () => ((state.collected += 1), (state.heap = 20 * MIB)) })
  return { state, cancel, pass: (ms: number) => clock.advance(ms) }
}

test('what starting left behind goes in the first quiet moment, and not again while nothing grows', () => {
  const { state, pass } = server()
  Object.assign(state, { busy: 0.6, heap: 60 * MIB })
  pass(9_000)
  expect(state.collected).toBe(0)
  state.busy = 0.05
  pass(3_000)
  expect(state.collected).toBe(1)
  pass(60_000)
  expect(state.collected).toBe(1)
})

test.each([
  { busySeconds: 120, quietSeconds: 60 },
  { busySeconds: 20, quietSeconds: 20 },
  { busySeconds: 9, quietSeconds: 3 },
])('a storm of $busySeconds s is served first; what it left goes after $quietSeconds s of quiet', ({ busySeconds, quietSeconds }) => {
  const { state, pass } = server()
  state.heap = 30 * MIB
  pass(3_000)
  Object.assign(state, { busy: 0.9, heap: 110 * MIB })
  pass(busySeconds * 1_000)
  state.busy = 0.02
  pass((quietSeconds - 1) * 1_000)
  expect(state.collected).toBe(1)
  pass(1_000)
  expect(state.collected).toBe(2)
})

test('between two rushes nobody is held up', () => {
  const { state, pass } = server()
  state.heap = 110 * MIB
  for (let rush = 0; rush < 20; rush++) {
    state.busy = 0.9
    pass(1_000)
    state.busy = 0.02
    pass(2_000)
  }
  expect(state.collected).toBe(0)
})

test('a little is not worth holding anybody up', () => {
  const { state, pass } = server()
  state.heap = 30 * MIB
  pass(3_000)
  state.heap = 25 * MIB
  pass(60_000)
  expect(state.collected).toBe(1)
})

test('it ends with its process', () => {
  const { state, cancel, pass } = server()
  state.heap = 60 * MIB
  cancel()
  pass(60_000)
  expect(state.collected).toBe(0)
})
