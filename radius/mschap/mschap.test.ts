import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { desEncrypt, withParity } from './des.ts'
import { md4 } from './md4.ts'
import { masterKey, serverStartKeys } from './mppe-keys.ts'
import { authenticatorResponse, challengeHash, challengeName, ntPasswordHash, ntResponse } from './nt-response.ts'

type Example = ReadonlyMap<string, readonly string[]>

function readExamples(): Map<string, Example> {
  const text = readFileSync(new URL('../../test/vectors/radius/mschap.txt', import.meta.url), 'utf8')
  const examples = new Map<string, Map<string, string[]>>()
  for (const block of text.replace(/^#.*\n/gm, '').trim().split(/\n{2,}/)) {
    const example = new Map<string, string[]>()
    for (const line of block.trim().split('\n')) {
      const [, key = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? []
      example.set(key, [...(example.get(key) ?? []), value])
    }
    examples.set(example.get('name')?.[0] ?? '', example)
  }
  return examples
}

const examples = readExamples()
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

function linesOf(name: string, key: string): readonly string[] {
  const lines = examples.get(name)?.get(key)
  if (!lines) throw new Error(`the vectors have no ${key} in ${name}`)
  return lines
}
const textOf = (name: string, key: string): string => linesOf(name, key)[0] ?? ''
const bytesOf = (name: string, key: string): Buffer => hex(textOf(name, key))

test('MD4 is that of RFC 1320, and that of OpenSSL round the block borders', () => {
  for (const line of linesOf('RFC 1320 A.5', 'md4')) expect(md4(Buffer.from(line.slice(33))).toString('hex')).toBe(line.slice(0, 32))
  for (const line of linesOf('MD4 round the block borders', 'p-times')) {
    const [times, digest] = line.split(' ')
    expect(md4(Buffer.alloc(Number(times), 'p')).toString('hex')).toBe(digest)
  }
})

test('a DES key gets the parity of RFC 2759 §9.3, and a block is encrypted with it once', () => {
  for (const name of ['RFC 2759 9.3', 'DES']) {
    for (const line of linesOf(name, 'des-key')) {
      const [key = '', spread] = line.split(' ')
      expect(withParity(hex(key)).toString('hex')).toBe(spread)
    }
  }
  const [key = '', clear = '', hidden] = textOf('DES', 'des-block').split(' ')
  expect(desEncrypt(hex(key), hex(clear)).toString('hex')).toBe(hidden)
  expect(ntPasswordHash(textOf('RFC 2759 9.3', 'password'))).toEqual(bytesOf('RFC 2759 9.3', 'password-hash'))
})

test('the response to a challenge, and the server\'s own proof, are those of RFC 2759 §9.2', () => {
  const name = 'RFC 2759 9.2'
  const challenge = challengeHash(bytesOf(name, 'peer-challenge'), bytesOf(name, 'authenticator-challenge'), Buffer.from(textOf(name, 'user')))
  expect(challenge).toEqual(bytesOf(name, 'challenge'))
  const hash = ntPasswordHash(textOf(name, 'password'))
  expect(hash).toEqual(bytesOf(name, 'password-hash'))
  expect(md4(hash)).toEqual(bytesOf(name, 'password-hash-hash'))
  const response = ntResponse(challenge, hash)
  expect(response).toEqual(bytesOf(name, 'nt-response'))
  expect(authenticatorResponse(md4(hash), response, challenge)).toBe(textOf(name, 'authenticator-response'))
})

test('the keys of the link are those of RFC 3079 §3.5.3; what the server sends with, the phone receives with', () => {
  const name = 'RFC 3079 3.5.3'
  const master = masterKey(bytesOf(name, 'password-hash-hash'), bytesOf(name, 'nt-response'))
  expect(master).toEqual(bytesOf(name, 'master-key'))
  const { send, receive } = serverStartKeys(master)
  expect(send).toEqual(bytesOf(name, 'send-start-key'))
  // RFC 3079 gives no example of the other key: by §3.4 it differs in one text.
  const text = 'On the client side, this is the send key; on the server side, it is the receive key.'
  const expected = createHash('sha1').update(master).update(Buffer.alloc(40)).update(text).update(Buffer.alloc(40, 0xf2)).digest()
  expect(receive).toEqual(expected.subarray(0, 16))
})

test('the domain before a name is not hashed, in whatever bytes the name is written', () => {
  expect(Buffer.from(challengeName(Buffer.from('MAIRIE\\amina'))).toString()).toBe('amina')
  expect(Buffer.from(challengeName(Buffer.from('amina@mairie'))).toString()).toBe('amina@mairie')
  expect(challengeName(Buffer.of(0xff, 0x5c, 0xfe))).toEqual(Buffer.of(0xfe))
})
