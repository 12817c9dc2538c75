import { expect, test } from 'vitest'
import { sessionNames } from './session-name.ts'

const key = (byte: number): Buffer => Buffer.alloc(32, byte)
const nameOf = sessionNames(key(1), key(2))
const afterReboot = sessionNames(key(1), key(3))
const AT_HOME = { callingStationId: '02-00-00-00-00-01', userName: 'amina' }
const WITH_ADDRESS = '5f3a1b2c/00:1b:77:aa:bb:cc/1234'

test('a session has one name however often it is told of, and another at another client or with another id', () => {
  const name = nameOf('ap', WITH_ADDRESS)
  expect(name).toMatch(/^[0-9a-f]{32}$/)
  expect(nameOf('ap', WITH_ADDRESS)).toBe(name)
  expect(nameOf('ap-2', WITH_ADDRESS)).not.toBe(name)
  expect(nameOf('ap', '5f3a1b2c/00:1b:77:aa:bb:cd/1234')).not.toBe(name)
})

test('a session that goes on over our reboot keeps its name, so that nothing it has used is counted twice', () => {
  for (const id of ['s1', '8F3A001C', '6512f0a1b2c3d4e5']) expect(afterReboot('ap', id, AT_HOME)).toBe(nameOf('ap', id, AT_HOME))
  for (const id of ['al-1', '0123456789abcdef', '1.2.3']) expect(afterReboot('ap', id, { userName: 'al' })).toBe(nameOf('ap', id, { userName: 'al' }))
})

test.each([
  [WITH_ADDRESS, undefined], ['001B-77AA-BBCC', '00-1B-77-AA-BB-CC'], ['5f3a.001b77aabbcc', '00-1B-77-AA-BB-CC'], ['x001b.77aa.bbccx', undefined], ['00-1B-77-AA-BB-CC', undefined],
  ['001B77AABBCC', undefined], ['amina-001b77aabbcc-5ABCDEF0', undefined], ['10.20.30.40-7', '00-1B-77-AA-BB-CC'],
])('an id that holds an address has a name that cannot be looked for after a reboot: %s', (id, callingStationId) => {
  expect(afterReboot('ap', id, { callingStationId })).not.toBe(nameOf('ap', id, { callingStationId }))
})

test.each([['Amina.Diallo/12', 'amina.diallo'], ['AMINA-5ABCDEF0', 'amina@ville.example']])('nor one that holds the name of its user: %s', (id, userName) => {
  expect(afterReboot('ap', id, { userName })).not.toBe(nameOf('ap', id, { userName }))
})
