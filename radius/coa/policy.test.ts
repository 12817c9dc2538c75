import { expect, test } from 'vitest'
import { isDue, isGone, outcomeOf, reasonToEnd, type Attempt } from './policy.ts'

test('a session ends when its holder is withdrawn, its data is used up or its time is over by more than a minute', () => {
  expect(reasonToEnd({ kind: 'withdrawn' })).toBe('withdrawn')
  expect(reasonToEnd({ kind: 'left', seconds: 100, octets: 0 })).toBe('quota')
  expect(reasonToEnd({ kind: 'left', seconds: -60 })).toBe('time')
  // Its access server is just ending it.
  expect(reasonToEnd({ kind: 'left', seconds: -59 })).toBeUndefined()
  expect(reasonToEnd({ kind: 'left', seconds: 1, octets: 1 })).toBeUndefined()
  expect(reasonToEnd({ kind: 'left' })).toBeUndefined()
  expect(reasonToEnd(undefined)).toBeUndefined()
})

test('an access server that does not answer is asked eight times, with pauses that grow from a minute to an hour', () => {
  const asked: number[] = []
  let attempt: Attempt | undefined
  for (let minute = 0; minute < 600; minute++) {
    if (!isDue(attempt, 0, minute * 60_000)) continue
    asked.push(minute)
    attempt = { tries: (attempt?.tries ?? 0) + 1, atMs: minute * 60_000, confirmed: false }
  }
  expect(asked).toEqual([0, 1, 3, 7, 15, 31, 63, 123])
})

test('a session whose end was confirmed is left alone until it is heard of again', () => {
  const attempt: Attempt = { tries: 1, atMs: 1_000, confirmed: true }
  expect(isDue(attempt, 1_000, 10_000_000)).toBe(false)
  expect(isDue(attempt, 1_001, 10_000_000)).toBe(true)
})

test('only an access server that says so has lost a session', () => {
  expect(isGone({ kind: 'refused', cause: 'sessionNotFound' })).toBe(true)
  expect(isGone({ kind: 'refused', cause: 'sessionNotRemovable' })).toBe(false)
  expect(isGone({ kind: 'refused', cause: undefined })).toBe(false)
  expect(isGone({ kind: 'silent' })).toBe(false)
  expect([{ kind: 'done' }, { kind: 'refused', cause: undefined }, { kind: 'refused', cause: 'nasMismatch' }, { kind: 'stranger' }].map((told) => outcomeOf(told as Parameters<typeof outcomeOf>[0]))).toEqual(['done', 'refused', 'nasMismatch', 'stranger'])
})
