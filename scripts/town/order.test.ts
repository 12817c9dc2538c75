import { expect, test } from 'vitest'
import { parseOrder } from './order.ts'

const order = (...args: string[]) => parseOrder(args, () => 7)

test('without a word the town lives a day of its own', () => {
  expect(order()).toEqual({ rate: 50, visits: 240, days: 1, seed: 7, running: undefined })
})

test('a running instance is named by its addresses', () => {
  expect(order('--url', 'http://127.0.0.1:8080', '--radius-port=1812', '--seed', '3')).toMatchObject({
    seed: 3,
    running: { portal: 'http://127.0.0.1:8080/', kiosk: undefined, radiusPort: 1812, secretFile: undefined },
  })
})

test.each([
  ['--rate', '0'],
  ['--visits', 'many'],
  ['--url', 'https://example.org/'],
  ['--kiosk-url', 'http://127.0.0.1:8070/'],
  ['--url', 'http://127.0.0.1:8080/', '--days', '2'],
  ['--portal.port=80'],
  ['everyone'],
])('%s %s is wrong use, said with its name', (...args) => {
  expect(() => order(...args)).toThrow(new RegExp(args[0]?.replace(/=.*/, '').replace(/^--/, '') === 'url' && args[2] === '--days' ? 'days' : (args[0] ?? '').replace(/^--|=.*$/g, '')))
})
