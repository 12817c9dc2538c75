import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { createAccess } from './access.ts'

const MINUTE_MS = 60_000
function door() {
  const clock = manualClock(0)
  return { clock, access: createAccess(clock, randomBytes) }
}
function tokenFrom(access: ReturnType<typeof createAccess>, name = 'Claire'): string {
  const entered = access.enter(access.mint(name).code)
  if (entered.kind !== 'in') throw new Error(entered.kind)
  return entered.token
}

test('a code opens once, as it is read aloud, within ten minutes', () => {
  const { access, clock } = door()
  const { code, minutes } = access.mint('Claire')
  expect([code.length, minutes]).toEqual([9, 10])
  expect(access.enter(` ${code.toUpperCase()} `)).toMatchObject({ kind: 'in', name: 'Claire' })
  expect(access.enter(code)).toEqual({ kind: 'wrong' })
  const late = access.mint('Claire').code
  clock.advance(10 * MINUTE_MS)
  expect(access.enter(late)).toEqual({ kind: 'wrong' })
})

test('whoever guesses is made to wait, and so is nobody a minute later', () => {
  const { access, clock } = door()
  const { code } = access.mint('Claire')
  for (let guess = 0; guess < 60; guess++) expect(access.enter(`${guess}`)).toEqual({ kind: 'wrong' })
  expect(access.enter(code)).toEqual({ kind: 'wait' })
  clock.advance(MINUTE_MS)
  expect(access.enter(code).kind).toBe('in')
})

test('half an hour without an act, or ten hours in all, and one has to come in again', () => {
  const { access, clock } = door()
  const token = tokenFrom(access)
  for (let quarter = 0; quarter < 39; quarter++) {
    clock.advance(15 * MINUTE_MS)
    expect(access.recognise(token)).toBe('Claire')
  }
  clock.advance(15 * MINUTE_MS)
  expect(access.recognise(token)).toBeUndefined()
  const other = tokenFrom(access)
  clock.advance(30 * MINUTE_MS)
  expect(access.recognise(other)).toBeUndefined()
})

test('leaving is leaving; a token that was never given is nobody’s', () => {
  const { access } = door()
  const token = tokenFrom(access)
  access.leave(token)
  expect(access.recognise(token)).toBeUndefined()
  expect(access.recognise('')).toBeUndefined()
})

test.each(['', '<b>', ' x', 'a'.repeat(41), '../etc'])('"%s" is no name to be logged under', (name) => {
  expect(() => door().access.mint(name)).toThrow(TypeError)
})
