import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { createTries, type Try } from './tries.ts'

const at = (name: string, device?: string): Try => ({ name, device })

function town() {
  const clock = manualClock(0)
  const tries = createTries(clock)
  /** False when it is too soon. */
  function tried(one: Try, as: 'right' | 'wrong'): boolean {
    const turn = tries.begin(one)
    turn?.[as]()
    turn?.leave()
    return turn !== undefined
  }
  const [wrong, right] = (['wrong', 'right'] as const).map((as) => (name: string, device?: string) => tried(at(name, device), as))
  return { clock, tries, wrong: wrong!, right: right! }
}

test('a name is tried once at a time, however many ask, and another name meanwhile', () => {
  const { tries } = town()
  const turn = tries.begin(at('anne', 'phone'))
  expect([tries.begin(at('anne', 'phone')), tries.begin(at('anne')), tries.begin(at('basile')) !== undefined]).toEqual([undefined, undefined, true])
  turn?.leave()
  expect(tries.begin(at('anne'))).toBeDefined()
})

test('who was wrong waits 250 ms, twice as long each time, and never more than two seconds', () => {
  const { clock, wrong, right } = town()
  for (const ms of [250, 500, 1_000, 2_000, 2_000]) {
    expect(wrong('anne')).toBe(true)
    clock.advance(ms - 1)
    expect([wrong('anne'), right('anne')]).toEqual([false, false])
    clock.advance(1)
  }
  expect(right('anne')).toBe(true)
  expect(wrong('anne')).toBe(true)
  clock.advance(250)
  expect(wrong('anne')).toBe(true)
})

test('where the password was right before, others’ guesses are not waited for, but a borrowed address waits for its own', () => {
  const { clock, tries, wrong, right } = town()
  expect(right('anne', 'phone')).toBe(true)
  tries.begin(at('anne', 'other'))
  expect([wrong('anne', 'other'), right('anne', 'phone'), wrong('anne', 'phone'), right('anne', 'phone')]).toEqual([false, true, true, false])
  clock.advance(250)
  expect(right('anne', 'phone')).toBe(true)
  expect(wrong('basile', 'phone')).toBe(true)
  expect(right('basile', 'phone')).toBe(false)
})

test('of one name eight devices are remembered, the last ones, and no name takes another’s', () => {
  const { tries, right } = town()
  right('basile', 'phone')
  for (let i = 0; i < 9; i++) right('anne', `d${i}`)
  for (const name of ['anne', 'basile']) tries.begin(at(name))
  expect(['d0', 'd1', 'd8'].map((device) => right('anne', device))).toEqual([false, true, true])
  expect(right('basile', 'phone')).toBe(true)
})

test('8,192 names are remembered, and the oldest of more is forgotten', () => {
  const { wrong } = town()
  for (let i = 0; i < 8_192; i++) wrong(`n${i}`)
  expect([wrong('n0'), wrong('one more'), wrong('n1'), wrong('n0')]).toEqual([false, true, false, true])
})
