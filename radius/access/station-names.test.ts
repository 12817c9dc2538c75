import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask, pap } from '#test/support/account-town.ts'
import { stationNames } from './station-names.ts'

const from = (station: string) => ask('anne', pap('x'), station).packet

test('a device has one name however it is spelled, another than its neighbour, and another after the next start', () => {
  const stationOf = stationNames(randomBytes)
  const name = stationOf(from('02-00-00-00-00-0A'))
  expect(name).toMatch(/^[\w-]{16}$/)
  expect([stationOf(from('02:00:00:00:00:0a')), stationOf(from('02-00-00-00-00-0B')) === name, stationOf(from(''))]).toEqual([name, false, undefined])
  expect(stationNames(randomBytes)(from('02-00-00-00-00-0A'))).not.toBe(name)
})
