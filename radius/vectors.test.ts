import { expect, test } from 'vitest'
import { MalformedError } from '#shared/errors.ts'
import { bytesOf, readExamples } from '#test/support/vectors.ts'
import { ATTRIBUTES, type AttributeName, type AttributeRow } from './attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, sharedSecret } from './authenticator.ts'
import { decodePacket, encodePacket } from './codec.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { hidePassword, paddedEquals, revealPassword } from './password.ts'
import { readPacket, writeReadings } from './reading.ts'
import type { Tagged } from './tagged.ts'
import type { TlvPart } from './tlv.ts'

function rowOf(name: string | undefined): AttributeRow {
  const row: AttributeRow | undefined = ATTRIBUTES[name as AttributeName]
  if (!row) throw new TypeError(`no attribute ${name}`)
  return row
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** As the files write values: bytes in hexadecimal, a tag before a colon, the parts of a TLV as number=bytes. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array) return hex(value)
  if (Array.isArray(value)) return value.map(({ number, value: bytes }: TlvPart) => `${number}=${hex(bytes)}`).join(' ')
  if (typeof value !== 'object' || value === null) return String(value)
  const { tag, value: tagged } = value as Tagged<unknown>
  return `${tag ?? '-'}:${shown(tagged)}`
}

function expectValues(packet: Packet, lines: readonly string[] = []): void {
  for (const line of lines) {
    const [name = '', ...value] = line.split(' ')
    expect(`${name} ${shown(packet.read(rowOf(name)))}`).toBe(`${name} ${value.join(' ')}`)
  }
}

/** Nothing but a MalformedError may come out of a packet that was cut. */
function expectRefusedAtEveryByte(bytes: Buffer): void {
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length)
    expect(() => openPacket(cut), `${length} bytes`).toThrow(MalformedError)
  }
}

const rfcs = readExamples('radius/rfc-examples.txt')

test('the file holds the three examples of RFC 2865 and the three of RFC 5997', () => expect(rfcs).toHaveLength(6))

for (const example of rfcs) {
  test(`${example['name']?.[0]}: read, proved and written again byte for byte`, () => {
    const secret = sharedSecret(example['secret']?.[0] ?? '')
    const request = openPacket(bytesOf(example['request']?.[0] ?? ''))
    const authenticator = request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
    expectValues(request, example['holds'])
    expect(encodePacket(decodePacket(request.bytes))).toEqual(request.bytes)
    expectRefusedAtEveryByte(request.bytes)
    expect(checkMessageAuthenticator(request, 'own', secret)).toBe(example['proof']?.[0] === 'none' ? 'absent' : 'holds')

    const password = example['password']?.[0]
    if (password !== undefined) {
      const hidden = request.read(ATTRIBUTES['User-Password']) ?? Buffer.alloc(0)
      expect(paddedEquals(revealPassword(hidden, authenticator, secret), Buffer.from(password))).toBe(true)
      expect(hidePassword(Buffer.from(password), authenticator, secret)).toEqual(Buffer.from(hidden))
    }
    for (const line of example['reply'] ?? []) {
      const reply = openPacket(bytesOf(line))
      expectValues(reply, example['grants'])
      expectRefusedAtEveryByte(reply.bytes)
      expect(responseAuthenticatorHolds(reply, authenticator, secret)).toBe(true)
      reply.bytes.writeUInt8(reply.bytes.readUInt8(reply.end - 1) ^ 1, reply.end - 1)
      expect(responseAuthenticatorHolds(reply, authenticator, secret)).toBe(false)
    }
  })
}

/** The value of one attribute in a packet of its own, wherever its row puts it. */
function carried(row: AttributeRow, bytes: Buffer): Packet {
  const writer = new PacketWriter().begin(2, 1).addBytes(row, bytes)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return openPacket(Buffer.from(writer.bytes.subarray(0, writer.end)))
}

function unescaped(text: string): string {
  return text.replaceAll('\\0', '\0').replaceAll('\\x20', ' ').replaceAll(String.raw`\ufffd`, '\ufffd')
}

for (const example of readExamples('radius/values.txt')) {
  const name = example['name']?.[0] ?? ''
  test(`${name}: values are read, and written again as they were`, () => {
    const row = rowOf(name)
    for (const key of ['value', 'reads'] as const) {
      for (const line of example[key] ?? []) {
        const [digits = '', said = ''] = line.split(/ \| ?/)
        const bytes = bytesOf(digits)
        const packet = carried(row, bytes)
        const value = packet.read(row)
        expect([digits, shown(value)]).toEqual([digits, unescaped(said)])
        expect([digits, Buffer.from(row.type.encode(value)).equals(bytes)]).toEqual([digits, key === 'value'])
        const again = writeReadings(new PacketWriter(), readPacket(packet))
        expect([digits, again.bytes.subarray(HEADER_BYTES, again.end).equals(packet.bytes.subarray(HEADER_BYTES))]).toEqual([digits, key === 'value'])
      }
    }
    for (const digits of example['refused'] ?? []) {
      const packet = carried(row, bytesOf(digits === '-' ? '' : digits))
      expect(() => packet.read(row), digits).toThrow(expect.objectContaining({ code: 'attribute_value' }))
    }
  })
}

for (const example of readExamples('radius/malformed.txt')) {
  const [fault] = example['fault'] ?? []
  test(`${example['name']?.[0]}: ${fault ?? 'is read'}`, () => {
    const [digits = ''] = example['bytes'] ?? []
    const bytes = bytesOf(digits === '-' ? '' : digits)
    if (fault !== undefined) expect(() => openPacket(bytes)).toThrow(expect.objectContaining({ code: fault }))
    else expect(encodePacket(decodePacket(bytes))).toEqual(bytes.subarray(0, Number(example['length']?.[0])))
  })
}
