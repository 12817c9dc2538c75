import { expect, test } from 'vitest'
import { sessionNames } from './session-name.ts'

const nameOf = sessionNames(Buffer.alloc(32, 1))

test('a session has one name however often it is told of, and another at another client or with another id', () => {
  const name = nameOf('ap', '5f3a1b2c/00:1b:77:aa:bb:cc/1234')
  expect(name).toMatch(/^[0-9a-f]{32}$/)
  expect(nameOf('ap', '5f3a1b2c/00:1b:77:aa:bb:cc/1234')).toBe(name)
  expect(nameOf('ap-2', '5f3a1b2c/00:1b:77:aa:bb:cc/1234')).not.toBe(name)
  expect(nameOf('ap', '5f3a1b2c/00:1b:77:aa:bb:cd/1234')).not.toBe(name)
})

test('after a reboot the names are others', () => {
  expect(sessionNames(Buffer.alloc(32, 2))('ap', 's1')).not.toBe(nameOf('ap', 's1'))
})
