// Golden values: the formula is RouterOS's ("MD5 of chap-id, password and chap-challenge", HotSpot customisation), which is CHAP of
// RFC 1994, so RFC 2865 §7.2's worked example is its vector (flopsy, password "arctangent"). The escapes are those that the RouterOS
// reference manual prints for `chap-id` and `chap-challenge`.
import { expect, test } from 'vitest'
import { allowList } from './allow-list.ts'
import type { Controller } from './controller.ts'
import { mikrotikLogin, mikrotikPassword, octalBytes, readMikrotik } from './mikrotik.ts'

const octal = (hex: string) => [...Buffer.from(hex, 'hex')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
const MANUAL_ID = String.raw`\371`
const MANUAL_CHALLENGE = String.raw`\357\015\330\013\021\234\145\245\303\253\142\246\133\175\375\316`

const router: Controller = { name: 'router', kind: 'mikrotik', addresses: ['10.5.50.1', 'hotspot.example.net:443'], back: allowList(['10.5.50.1', 'hotspot.example.net:443'], [80, 443]) }
const read = (more: Readonly<Record<string, string>>) =>
  readMikrotik({ authority: '', target: '', query: new URLSearchParams({ mac: '01:23:45:67:89:AB', 'link-login-only': 'http://10.5.50.1/login', 'link-orig': 'http://www.example.com/', 'chap-id': MANUAL_ID, 'chap-challenge': MANUAL_CHALLENGE, ...more }) }, router)

test('the password is the one of RFC 2865’s worked example', () => {
  expect(mikrotikPassword('arctangent', octal('16'), octal('2aee86f08d0d55969ca5978e0d3367a2'))).toBe('e97557c316185895f293ff6344077275')
})

test('escapes are read as RouterOS’s manual prints them, and nothing else is taken for one', () => {
  expect(octalBytes(MANUAL_CHALLENGE, 16)?.toString('hex')).toBe('ef0dd80b119c65a5c3ab62a65b7dfdce')
  expect(octalBytes(MANUAL_ID, 1)?.toString('hex')).toBe('f9')
  for (const text of ['', '371', String.raw`\3711`, String.raw`\471`, String.raw`\371\000`]) expect(octalBytes(text, 1)).toBeUndefined()
})

test('a phone is sent back to its router’s login page with one answer to one challenge', () => {
  const introduced = read({})
  expect(introduced).toMatchObject({ kind: 'arrival', arrival: { bind: 'claim', mac: '0123456789ab', event: 'login', back: 'http://10.5.50.1', wanted: 'http://www.example.com/' } })
  expect(introduced).not.toHaveProperty('arrival.once')
  if (introduced.kind !== 'arrival') return
  const url = new URL(mikrotikLogin(introduced.arrival, router, { user: 'u', password: 'p', nonce: 'n' }, 'http://portal.test/s/x') ?? '')
  expect(url.origin + url.pathname).toBe('http://10.5.50.1/login')
  expect(Object.fromEntries(url.searchParams)).toEqual({ username: 'u', password: mikrotikPassword('p', MANUAL_ID, MANUAL_CHALLENGE), dst: 'http://portal.test/s/x' })
})

test.each(['http://10.5.50.1//evil.example/login', String.raw`http://10.5.50.1/\evil.example/login`, 'http://10.5.50.1/%2f/evil.example', 'http://10.5.50.1/.//evil.example/'])(
  'however the path of a login page is written, no token goes elsewhere: %s',
  (page) => {
    const introduced = read({ 'link-login-only': page })
    if (introduced.kind !== 'arrival') return expect(introduced.why).toBe('return_address')
    expect(introduced.arrival.back).toBe('http://10.5.50.1')
    expect(new URL(mikrotikLogin(introduced.arrival, router, { user: 'u', password: 'p', nonce: 'n' }, '/') ?? '').origin).toBe('http://10.5.50.1')
  },
)

test.each([
  ['a login page elsewhere', { 'link-login-only': 'http://10.5.50.2/login' }, 'return_address'],
  ['a login page on another port', { 'link-login-only': 'http://10.5.50.1:8080/login' }, 'return_address'],
  ['a login page with a name and a password', { 'link-login-only': 'http://10.5.50.1@evil.example/login' }, 'return_address'],
  ['a login page that is a script', { 'link-login-only': 'javascript:alert(1)' }, 'return_address'],
  ['no MAC', { mac: '---' }, 'mac'],
  ['a challenge in another form', { 'chap-challenge': 'ef0dd80b119c65a5c3ab62a65b7dfdce' }, 'form'],
  ['no challenge over plain HTTP', { 'chap-id': '', 'chap-challenge': '' }, 'form'],
])('%s is refused', (_what, more, why) => {
  expect(read(more)).toEqual({ kind: 'refused', why })
})

test('over TLS a router may ask for the password itself', () => {
  const introduced = read({ 'link-login-only': 'https://hotspot.example.net/login', 'chap-id': '', 'chap-challenge': '' })
  expect(introduced.kind === 'arrival' && mikrotikLogin(introduced.arrival, router, { user: 'u', password: 'p', nonce: 'n' }, '/')).toContain('password=p&')
})
