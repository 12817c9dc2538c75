import { expect, test } from 'vitest'
import { jsonLog } from './log.ts'
import type { MacAddress } from './personal.ts'

const lines: string[] = []
const log = jsonLog((line) => void lines.push(line), () => 0)

function logged(reason: string): string {
  log.error('failed', { reason })
  return String((JSON.parse(lines.at(-1) ?? '{}') as { reason: unknown }).reason)
}

test.each([
  ['as nft prints it', 'Error: Could not process rule: add element inet parvis client { 02:00:7f:00:00:0a : 7 }', '02:00:7f'],
  ['as RADIUS sends it', 'no answer for 02-00-7F-00-00-0A', '02-00'],
  ['as switches print it', 'port down 0200.7f00.000a', '0200.7f'],
  ['in our own canonical form', 'no row for l2:02007f00000a in the store', '02007f'],
  ['an IPv4 address', 'connect ETIMEDOUT 192.0.2.7:1812', '192.0.2'],
  ['a temporary IPv6 address', 'RTNETLINK: 2001:db8:1:2:5c3a:9ff:fe12:77aa dev lan0 FAILED', '5c3a'],
  ['a short one with a full stop behind it', 'nobody answers at fe80::5c3a.', '5c3a'],
  ['a long one with a port', 'connect ETIMEDOUT 2001:db8:0:0:0:0:5c3a:7:443', '5c3a'],
  ['an IPv4 address inside an IPv6 one', 'from ::ffff:192.0.2.7', '192.0'],
])('a hardware or network address %s does not reach the log', (_notation, text, part) => {
  expect(text).toContain(part)
  expect(logged(text)).not.toContain(part)
})

test('an address does not escape by standing where a long text is cut', () => {
  expect(logged(`${'x'.repeat(500)} 02:00:7f:00:00:0a`)).not.toContain('02:00')
  expect(logged('x'.repeat(2_000))).toHaveLength(512)
})

test('what is no address stays: times, versions, own loopback, ids', () => {
  for (const text of ['at 12:34:56', 'close_at 04:00', 'SQLITE_BUSY: database is locked', 'EADDRINUSE 127.0.0.1:8080', 'ECONNREFUSED ::1', 'listens at :::8080', 'seq 17, boot 0123456789abcdef', 'nft 1.0.6']) {
    expect(logged(text)).toBe(text)
  }
})

test('the compiler refuses a personal value in a field', () => {
  const mac = '02007f00000a' as MacAddress
  // @ts-expect-error a hardware address is personal
  log.info('seen', { mac })
  expect(lines.at(-1)).not.toContain(mac)
})
