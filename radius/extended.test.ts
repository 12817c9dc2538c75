import { expect, test } from 'vitest'
import { MalformedError } from '#shared/errors.ts'
import { bytesOf, readExamples } from '#test/support/vectors.ts'
import { extended, inside, row, type AttributeRow, type Carrier } from './attributes/row.ts'
import { HEADER_BYTES, openPacket } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { octets } from './values.ts'

/** The row of bytes at `241.26.1.5.3`: carrier, type (26: vendor, vendor's type), TLVs. */
function rowAt(path: string): AttributeRow<Uint8Array> {
  const [carrier = 0, type = 0, ...rest] = path.split('.').map(Number)
  const [vendor, number] = type === 26 ? rest.splice(0, 2) : [0, type]
  let at = extended(carrier as Carrier, { at: row(number ?? 0, octets) }, vendor).at
  for (const part of rest) at = inside(at, { at: row(part, octets) }).at
  return at
}

function packetOf(attributes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(2, 7, (HEADER_BYTES + attributes.length) >> 8, (HEADER_BYTES + attributes.length) & 0xff), Buffer.alloc(16), attributes])
}

function split(line: string): [path: string, value: Buffer] {
  const [path = '', ...hex] = line.split(' ')
  return [path, bytesOf(hex.join(' '))]
}

const examples = readExamples('radius/extended.txt')

for (const example of examples) {
  test(`${example['name']?.[0]}: what is there is read, what is not is absent, and what we would write is the same`, () => {
    const attributes = bytesOf(example['bytes']?.[0] ?? '')
    const packet = openPacket(packetOf(attributes))
    for (const line of example['holds'] ?? []) {
      const [path, value] = split(line)
      expect([path, packet.readAll(rowAt(path)).map(Buffer.from), packet.has(rowAt(path))]).toEqual([path, [value], true])
    }
    for (const path of example['absent'] ?? []) expect([path, packet.read(rowAt(path)), packet.has(rowAt(path))]).toEqual([path, undefined, false])
    for (const line of example['whole'] ?? []) {
      const [path, value] = split(line)
      const writer = new PacketWriter().add(rowAt(path), value)
      expect(writer.bytes.subarray(HEADER_BYTES, writer.end)).toEqual(attributes)
    }
  })

  test(`${example['name']?.[0]}: cut at any byte, it is refused or read without a fall`, () => {
    const attributes = bytesOf(example['bytes']?.[0] ?? '')
    const paths = [...(example['holds'] ?? []), ...(example['absent'] ?? []).map(String)].map((line) => split(line)[0])
    for (let length = 0; length < attributes.length; length++) {
      const cut = packetOf(attributes.subarray(0, length))
      try {
        for (const path of paths) openPacket(cut).read(rowAt(path))
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError)
      }
    }
  })
}

test('the file holds the fifteen examples of RFC 6929 and ours', () => expect(examples).toHaveLength(37))

test('a value too long for the place that it goes to is refused', () => {
  const tooLong = [['241.1', 253], ['241.26.1.4', 248], ['241.2.1', 251], ['245.2.1', 254]] as const
  for (const [path, length] of tooLong) expect(() => new PacketWriter().add(rowAt(path), Buffer.alloc(length)), path).toThrow(expect.objectContaining({ code: 'attribute_value' }))
  for (const [path, length] of tooLong) expect(() => new PacketWriter().add(rowAt(path), Buffer.alloc(length - 1)), path).not.toThrow()
})

test('without a value an extended attribute would be invalid, and is not written', () => {
  for (const path of ['241.1', '245.1', '245.26.1.6']) expect(() => new PacketWriter().add(rowAt(path), Buffer.alloc(0)), path).toThrow(expect.objectContaining({ code: 'attribute_value' }))
})

test('a value of as many fragments as a packet holds is read again; one more byte does not fit', () => {
  const most = 15 * 251 + (4096 - HEADER_BYTES - 15 * 255) - 4
  const value = Buffer.from(Array.from({ length: most }, (_, i) => i % 251))
  const writer = new PacketWriter().begin(2, 1).add(rowAt('246.7'), value)
  writer.bytes.writeUInt16BE(writer.end, 2)
  expect(writer.end).toBe(4096)
  expect(openPacket(Buffer.from(writer.bytes.subarray(0, writer.end))).read(rowAt('246.7'))).toEqual(value)
  expect(() => new PacketWriter().begin(2, 1).add(rowAt('246.7'), Buffer.alloc(most + 1))).toThrow(expect.objectContaining({ code: 'packet_full' }))
})
