import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ATTRIBUTES, type AttributeName, type AttributeRow } from './attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, sharedSecret } from './authenticator.ts'
import { decodePacket, encodePacket } from './codec.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES, openPacket, type Packet } from './packet.ts'
import { hidePassword, paddedEquals, revealPassword } from './password.ts'

type Example = { readonly [key: string]: readonly string[] | undefined }

function readExamples(): Example[] {
  const text = readFileSync(new URL('../test/vectors/radius/rfc-examples.txt', import.meta.url), 'utf8')
  const blocks = text.replace(/^#.*\n/gm, '').split(/\n{2,}/).filter((block) => block.trim() !== '')
  return blocks.map((block) => {
    const example: Record<string, string[]> = {}
    for (const line of block.trim().split('\n')) {
      const [key = '', ...rest] = line.split(' ')
      ;(example[key] ??= []).push(rest.join(' '))
    }
    return example
  })
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

function valueOf(packet: Packet, name: string): string {
  const row: AttributeRow = ATTRIBUTES[name as AttributeName]
  const value = packet.read(row)
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

function expectValues(packet: Packet, lines: readonly string[] = []): void {
  for (const line of lines) {
    const [name = '', ...value] = line.split(' ')
    expect(`${name} ${valueOf(packet, name)}`).toBe(`${name} ${value.join(' ')}`)
  }
}

const examples = readExamples()

test('the file holds the examples of three RFC sections and two of RFC 5997', () => expect(examples).toHaveLength(5))

for (const example of examples) {
  test(`${example['name']?.[0]}: read, proved and written again byte for byte`, () => {
    const secret = sharedSecret(example['secret']?.[0] ?? '')
    const request = openPacket(bytesOf(example['request']?.[0] ?? ''))
    const authenticator = request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
    expectValues(request, example['holds'])
    expect(encodePacket(decodePacket(request.bytes))).toEqual(request.bytes)
    expect(checkMessageAuthenticator(request, 'own', secret)).toBe(example['proof']?.[0] === 'none' ? 'absent' : 'holds')

    const password = example['password']?.[0]
    if (password !== undefined) {
      const hidden = request.read(ATTRIBUTES['User-Password']) ?? Buffer.alloc(0)
      expect(paddedEquals(revealPassword(hidden, authenticator, secret), Buffer.from(password))).toBe(true)
      expect(hidePassword(Buffer.from(password), authenticator, secret)).toEqual(Buffer.from(hidden))
    }
    for (const hex of example['reply'] ?? []) {
      const reply = openPacket(bytesOf(hex))
      expectValues(reply, example['grants'])
      expect(responseAuthenticatorHolds(reply, authenticator, secret)).toBe(true)
      reply.bytes.writeUInt8(reply.bytes.readUInt8(reply.end - 1) ^ 1, reply.end - 1)
      expect(responseAuthenticatorHolds(reply, authenticator, secret)).toBe(false)
    }
  })
}
