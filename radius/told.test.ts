import { afterEach, expect, test } from 'vitest'
import { ATTRIBUTES } from './attributes.ts'
import { CODES } from './packet.ts'
import { REASONS } from './reasons.ts'
import { readTold, sentenceTold, TOLD } from './told.ts'
import { accessBytes, openWire, radiusTown, type RadiusTown, type Wire } from '#test/support/radius-town.ts'

let town: RadiusTown | undefined
let wire: Wire | undefined
afterEach(async () => {
  wire?.close()
  await town?.close()
})

test('every sentence is read back as what it says, and nobody else’s words are', () => {
  for (const [told, sentence] of Object.entries(TOLD)) expect(readTold(sentence)).toBe(told)
  for (const other of [undefined, '', 'wrong', 'constructor', `${TOLD.wrong} `]) expect(readTold(other)).toBeUndefined()
})

test('who guesses hears the same of what does not exist and of what is wrong', () => {
  expect(sentenceTold('voucher_unknown')).toBe(sentenceTold('voucher_wrong'))
  expect(sentenceTold('user_unknown')).toBe(sentenceTold('account_wrong'))
  expect(sentenceTold('voucher_void')).toBe(sentenceTold('voucher_expired'))
})

test('nothing is told of portal tokens, of secrets between servers, or of what is no reason', () => {
  for (const reason of REASONS.filter((code) => /^(token|message|authenticator|proxy|credential)_/.test(code))) expect(sentenceTold(reason), reason).toBeUndefined()
  for (const name of ['constructor', '__proto__', '']) expect(sentenceTold(name)).toBeUndefined()
})

test('a reject carries the sentence, for an access server to show', async () => {
  town = await radiusTown({ sources: [{ name: 'test', decide: () => ({ kind: 'reject', reason: 'voucher_spent' }) }] })
  wire = await openWire()
  wire.send(accessBytes('anne', 'geheim'), town.radius.authPort)
  const reply = await wire.next()
  expect([reply.code, reply.read(ATTRIBUTES['Reply-Message'])]).toEqual([CODES.accessReject, 'Ce code est épuisé.'])
})
