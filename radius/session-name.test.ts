import { expect, test } from 'vitest'
import { sessionNames } from './session-name.ts'

const key = (byte: number): Buffer => Buffer.alloc(32, byte)
const nameOf = sessionNames(key(1), key(2))
const afterReboot = sessionNames(key(1), key(3))
const WITH_ADDRESS = '5f3a1b2c/00:1b:77:aa:bb:cc/1234'

test('a session has one name however often it is told of, and another at another client or with another id', () => {
  const name = nameOf('ap', WITH_ADDRESS)
  expect(name).toMatch(/^[0-9a-f]{32}$/)
  expect(nameOf('ap', WITH_ADDRESS)).toBe(name)
  expect(nameOf('ap-2', WITH_ADDRESS)).not.toBe(name)
  expect(nameOf('ap', '5f3a1b2c/00:1b:77:aa:bb:cd/1234')).not.toBe(name)
})

test('a session that goes on over our reboot keeps its name, so that nothing it has used is counted twice', () => {
  for (const id of ['s1', '8F3A001C', '6512f0a1b2c3d4e5']) expect(afterReboot('ap', id, '02-00-00-00-00-01')).toBe(nameOf('ap', id, '02-00-00-00-00-01'))
})

test.each([
  [WITH_ADDRESS, undefined], ['001B-77AA-BBCC', '00-1B-77-AA-BB-CC'], ['5f3a.001b77aabbcc', '00-1B-77-AA-BB-CC'], ['x001b.77aa.bbccx', undefined], ['00-1B-77-AA-BB-CC', undefined],
])('an id that holds the hardware address has a name that cannot be looked for after a reboot: %s', (id, station) => {
  expect(afterReboot('ap', id, station)).not.toBe(nameOf('ap', id, station))
})
