import { expect, test } from 'vitest'
import { realmTable } from './realms.ts'
import { parseUpstreamServer } from './settings.ts'

function table(...realms: readonly string[]): (userName: string) => string | undefined {
  return realmTable(realms.map((realm) => ({ realm, value: realm }))).find
}

test('the realm is what follows the last @, in any case; the exact one wins, then the longest, then the one for all others', () => {
  const find = table('*', '*.example', '*.lycees.example', 'Ville.Example', '-')
  const expected = {
    'u@ville.example': 'Ville.Example', 'U@VILLE.EXAMPLE': 'Ville.Example', 'a@b@ville.example': 'Ville.Example', 'u@x.ville.example': '*.example',
    'u@hugo.lycees.example': '*.lycees.example', 'u@a.b.lycees.example': '*.lycees.example', 'u@lycees.example': '*.example', 'u@example': '*',
    'u@elsewhere': '*', 'u': '-', 'u@': '-', '': '-',
  }
  for (const [name, realm] of Object.entries(expected)) expect([name, find(name)]).toEqual([name, realm])
})

test('what no realm fits is nobody’s', () => {
  const find = table('ville.example', '*.example')
  for (const name of ['u', 'u@', 'u@other', 'u@example', 'ville.example', 'u@ville.example.', `u@${'.'.repeat(250)}`]) expect([name, find(name)]).toEqual([name, undefined])
})

test('a realm of a wrong form, or one that is there twice, is said at start', () => {
  for (const realms of [['a b'], ['u@x'], [''], ['*x'], ['x.*']]) expect(() => table(...realms)).toThrow(expect.objectContaining({ code: 'upstream_realm' }))
  expect(() => table('ville.example', 'VILLE.example')).toThrow('there twice')
})

test('servers are written as address, authentication port and accounting port', () => {
  const expected = {
    '192.0.2.1': ['192.0.2.1', 1812, 1813], '192.0.2.1:1645': ['192.0.2.1', 1645, 1646], '192.0.2.1:1812:1900': ['192.0.2.1', 1812, 1900],
    '2001:db8::1': ['2001:db8::1', 1812, 1813], '[2001:db8::1]': ['2001:db8::1', 1812, 1813], '[2001:db8::1]:1645:1646': ['2001:db8::1', 1645, 1646],
  } as const
  for (const [text, [address, authPort, acctPort]] of Object.entries(expected)) expect(parseUpstreamServer(text)).toEqual({ address, authPort, acctPort })
})

test('what is no such server is refused in words', () => {
  for (const text of ['', 'radius.example', '192.0.2.1:', '192.0.2.1:0', '192.0.2.1:65536', '192.0.2.1:65535', '192.0.2.1:1:2:3', '[192.0.2.1]:1812', '192.0.2', '[2001:db8::1', '1.2.3.4:x']) {
    expect(() => parseUpstreamServer(text), text).toThrow(TypeError)
  }
})
