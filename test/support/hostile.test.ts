import { expect, test } from 'vitest'
import { faultOf, filled, HOSTILE, MARKUP, MARKUP_SHOWN, namesRead, queriesOf } from './hostile.ts'

const OWN = 'http://127.0.0.1:8080/'
const answer = (body: string, ...head: readonly string[]) => ['HTTP/1.1 200 OK', ...head, '', body].join('\r\n')
const led = (location: string) => answer('', `Location: ${location}`)

test.each([
  ['nothing at all', ''],
  ['a failure of ours', 'HTTP/1.1 500 Internal Server Error\r\n\r\n'],
  ['a tag', answer('<p><zqneedle></p>')],
  ['an attribute that ends early', answer('<input value="a"zqneedle">')],
  ['a link that runs', answer('<a href="javascript:zqneedle">')],
  ['where we broke', answer('at Object.<anonymous>')],
  ['a line of the head', answer('', 'zqneedle: 1')],
  ['a cookie', answer('', 'Set-Cookie: zqneedle=1')],
  ['a foreign address', led('http://zqneedle.example/')],
  ['one without a scheme', led('//zqneedle.example/')],
  ['one that only browsers read so', led('/\\zqneedle.example/')],
  ['another port', led('http://127.0.0.1:8081/')],
  ['no address', led('javascript:zqneedle')],
])('an answer with %s is found', (_, text) => {
  expect(faultOf(text, OWN)).toBeDefined()
})

test('an answer that shows it as text and leads to where it may is none', () => {
  expect(faultOf(answer(`<p>${MARKUP_SHOWN}</p><input value="${MARKUP_SHOWN}">`), OWN)).toBeUndefined()
  for (const location of ['/status?lang=fr', OWN, 'http://192.168.8.1:2050/opennds_auth/']) expect(faultOf(led(location), OWN, ['http://192.168.8.1:2050'])).toBeUndefined()
})

test('what is no page may hold any letters, unless it does not say so', () => {
  expect(faultOf(answer('{"a":"zqneedle"}', 'Content-Type: application/json'), OWN)).toBeUndefined()
  expect(faultOf(answer('{"a":"zqneedle"}'), OWN)).toBeDefined()
})

test('a path is filled with every example, and one without an example is an error', () => {
  expect(filled('/at/:a/:b', { ':a': ['1', '2'], ':b': ['3'] })).toEqual(['/at/1/3', '/at/2/3'])
  expect(() => filled('/at/:a/:new', { ':a': ['1'] })).toThrow('/at/1/:new')
})

test('what is sent is hostile, and no head is longer than is read', () => {
  expect(new URLSearchParams(HOSTILE['markup']?.('x')).get('x')).toBe(MARKUP)
  const { fields, parameters } = namesRead()
  expect(fields).toEqual(expect.arrayContaining(['lang', 'to', 'token', 'form', 'act', 'purpose', 'code', 'voucher', 'auth_get', 'payload', 'extra.news']))
  expect(parameters).toEqual(expect.arrayContaining(['lang', 'to', 'at', 'more', 'v', 'link-login-only', 'fas', 'userurl', 'ssid']))
  for (const pair of Object.values(HOSTILE)) for (const query of queriesOf(parameters.map(pair))) expect(query.length).toBeLessThan(14_000)
})
