import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { secretKey } from '#shared/keyed-mac.ts'
import type { MacAddress } from '#shared/personal.ts'
import { checkFormToken, issueFormToken, localClient, type FormFacts } from './form-token.ts'

const key = secretKey(randomBytes(32))
const client = localClient('02007f000002' as MacAddress)
const facts: FormFacts = { client, purpose: 'connect', termsSha256: 'a'.repeat(64) }
const START = Date.UTC(2026, 10, 3, 10)
const token = issueFormToken(key, facts, START, randomBytes)

test('a form token is good for thirty minutes and stale afterwards', () => {
  expect(token).toMatch(/^[\w-]{38}$/)
  expect(checkFormToken(key, facts, token, START + 29 * 60_000)).toBe('good')
  expect(checkFormToken(key, facts, token, START + 30 * 60_000)).toBe('stale')
})

test('a form token is bound to the device, the terms and the key of this boot', () => {
  const other = localClient('02007f000003' as MacAddress)
  expect(checkFormToken(key, { ...facts, client: other }, token, START)).toBe('foreign')
  expect(checkFormToken(key, { ...facts, termsSha256: 'b'.repeat(64) }, token, START)).toBe('foreign')
  expect(checkFormToken(secretKey(randomBytes(32)), facts, token, START)).toBe('foreign')
})

test('a form token with any character changed, missing or added is nobody’s, also when its time is stretched', () => {
  for (let at = 0; at < token.length - 1; at++) {
    const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    expect(checkFormToken(key, facts, altered, START)).toBe('foreign')
    expect(checkFormToken(key, facts, token.slice(0, at), START)).toBe('foreign')
  }
  for (const odd of ['', `${token}A`, `${token.slice(0, -1)}=`, `${token.slice(0, -1)}é`, '\0'.repeat(38)]) expect(checkFormToken(key, facts, odd, START)).toBe('foreign')
})
