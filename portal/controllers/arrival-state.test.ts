import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { secretKey } from '#shared/keyed-mac.ts'
import type { MacAddress } from '#shared/personal.ts'
import { arrivalStates } from './arrival-state.ts'
import type { Arrival } from './controller.ts'

const keyOf = (text: string) => secretKey(createHash('sha256').update(text).digest())
const NOW = 1_700_000_000_000
const MINUTE = 60_000
const arrival: Arrival = { controller: 'chilli', bind: 'ctl', mac: '5c1dd920a0c1' as MacAddress, event: 'login', hints: { ssid: 'Ville' }, back: 'http://192.168.182.1:3990', facts: { challenge: '00'.repeat(16) }, once: 'c1', wanted: 'http://example.org/' }
const states = arrivalStates(keyOf('a'), randomBytes)

test('who arrived is known for half an hour, by the address alone', () => {
  const state = states.seal(arrival, NOW) ?? ''
  const { wanted: _wanted, ...kept } = arrival
  expect(states.open(state, NOW + 29 * MINUTE)).toEqual({ arrival: kept, once: 'chilli c1' })
  expect(states.open(state, NOW + 30 * MINUTE + 1000)).toBeUndefined()
})

test('an address of ours tells nobody which device it is for', () => {
  const state = states.seal(arrival, NOW) ?? ''
  expect(Buffer.from(state, 'base64url').toString('latin1')).not.toMatch(/5c1dd920a0c1|chilli/)
  expect(states.seal(arrival, NOW)).not.toBe(state)
})

test('a state that we did not seal, or that was touched anywhere, is nobody’s', () => {
  const state = states.seal(arrival, NOW) ?? ''
  const bytes = Buffer.from(state, 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const other = Buffer.from(bytes)
    other[at] = (other[at] ?? 0) ^ 1
    expect(states.open(other.toString('base64url'), NOW), String(at)).toBeUndefined()
  }
  for (let length = 0; length < state.length; length += 7) expect(states.open(state.slice(0, length), NOW)).toBeUndefined()
  expect(arrivalStates(keyOf('b'), randomBytes).open(state, NOW)).toBeUndefined()
  expect(states.open('x'.repeat(5_000), NOW)).toBeUndefined()
  expect(states.open('%00', NOW)).toBeUndefined()
})

test('redirects without a mark of their own are still told apart', () => {
  const { once: _once, ...bare } = arrival
  const marks = [1, 2].map(() => states.open(states.seal(bare, NOW) ?? '', NOW)?.once)
  expect(new Set(marks).size).toBe(2)
})
