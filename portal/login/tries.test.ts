import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { createTries } from './tries.ts'

/** The cast is safe: twelve hexadecimal digits, as `parseMacAddress` makes them. */
const phone = (number: number) => number.toString(16).padStart(12, '0') as MacAddress

test('however many invented devices guess at once, others wait for a second and no longer', () => {
  const clock = manualClock(0)
  const tries = createTries(clock)
  for (let number = 1; number <= 5_000; number++) {
    if (number <= 100) expect(tries.waitSeconds(phone(number))).toBe(0)
    tries.wrong(phone(number))
  }
  expect(tries.waitSeconds(phone(0))).toBe(1)
  clock.advance(1_000)
  expect(tries.waitSeconds(phone(0))).toBe(0)
})

test('each wrong try of a device makes its next one wait longer, up to two seconds, until one is right', () => {
  const clock = manualClock(0)
  const tries = createTries(clock)
  for (const seconds of [1, 1, 1, 2, 2, 2]) {
    tries.wrong(phone(1))
    expect(tries.waitSeconds(phone(1))).toBe(seconds)
    clock.advance(2_000)
  }
  tries.wrong(phone(1))
  tries.right(phone(1))
  expect(tries.waitSeconds(phone(1))).toBe(0)
})
