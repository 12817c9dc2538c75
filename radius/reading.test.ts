import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedError } from '#shared/errors.ts'
import { samples } from '#test/support/radius-samples.ts'
import { ATTRIBUTES, type AttributeRow } from './attributes.ts'
import { HEADER_BYTES, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { readPacket, writeReadings, type Reading } from './reading.ts'

const rows = Object.values<AttributeRow>(ATTRIBUTES)

function packetOf(writer: PacketWriter): Buffer {
  writer.bytes.writeUInt16BE(writer.end, 2)
  return Buffer.from(writer.bytes.subarray(0, writer.end))
}

/** Some of the samples, so that every type and place comes up. */
const some = fc.integer({ min: 0, max: 9_999 }).chain((seed) => fc.subarray(samples(seed), { minLength: 1, maxLength: 20 }))

function written(chosen: ReturnType<typeof samples>): Buffer {
  const writer = new PacketWriter().begin(2, 1)
  for (const { row, value } of chosen) writer.add(row, value)
  return packetOf(writer)
}

/** By name: rows that stand in a TLV are read as the whole of it. */
function outermost(row: AttributeRow): string {
  return row.within ? outermost(row.within) : row.name
}

test('whatever is written by name is read by name, alone and in the whole packet, and written again byte for byte', () => {
  fc.assert(
    fc.property(some, (chosen) => {
      const bytes = written(chosen)
      const packet = openPacket(bytes)
      for (const { row, value } of chosen) expect([row.name, packet.has(row), packet.readAll(row)]).toEqual([row.name, true, [value]])
      const readings = readPacket(packet)
      expect(readings.map((reading) => (reading.kind === 'named' ? reading.row.name : 'opaque'))).toEqual(chosen.map(({ row }) => outermost(row)))
      expect(packetOf(writeReadings(new PacketWriter().begin(2, 1), readings))).toEqual(bytes)
    }),
    { numRuns: 60 },
  )
})

/** Whatever is asked of it, nothing but a refused value may come out. */
function askEverything(packet: Packet): void {
  for (const row of rows) {
    packet.has(row)
    try {
      packet.readAll(row)
    } catch (error) {
      expect(error).toMatchObject({ code: 'attribute_value' })
    }
  }
}

/** The bytes that stand for attributes in what was read. */
function bytesAgain(readings: readonly Reading[]): Buffer {
  const writer = writeReadings(new PacketWriter().begin(2, 1), readings)
  return writer.bytes.subarray(HEADER_BYTES, writer.end)
}

test('cut at any byte, or with any bytes changed, it is refused with a code or read, and nothing in it makes us fall', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
  fc.assert(
    fc.property(some, changes, (chosen, changed) => {
      const bytes = written(chosen)
      for (const [at, value] of changed) bytes[HEADER_BYTES + (at % (bytes.length - HEADER_BYTES))] = value
      for (let length = HEADER_BYTES; length <= bytes.length; length += 7) {
        const cut = Buffer.from(bytes.subarray(0, length))
        cut.writeUInt16BE(length, 2)
        try {
          const packet = openPacket(cut)
          if (length + 7 > bytes.length) askEverything(packet)
          bytesAgain(readPacket(packet))
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('what has no name, or is no value of its type, is kept as its bytes', () => {
  const writer = new PacketWriter().begin(2, 1)
  const unknown = [
    [255, Buffer.of(1, 2)], [26, Buffer.of(0, 0)], [26, Buffer.from('0000372a', 'hex')], [26, Buffer.from('0000372aff0301', 'hex')], [26, Buffer.from('0000372a0703', 'hex')], [26, Buffer.from('0000372a0706000003e80803', 'hex')],
    [241, Buffer.of(255, 1)], [241, Buffer.of(26, 0, 0)], [241, Buffer.from('1a0000000104ff', 'hex')], [245, Buffer.of(1, 0x80, 7)], [241, Buffer.of(1, 1)], [27, Buffer.of(1)],
  ] as const
  for (const [number, value] of unknown) writer.addRaw(number, value)
  const bytes = packetOf(writer)
  const readings = readPacket(openPacket(bytes))
  expect(readings).toEqual(unknown.map(([number, value]) => ({ kind: 'opaque', number, value })))
  expect(bytesAgain(readings)).toEqual(bytes.subarray(HEADER_BYTES))
})

test('a value in fragments is read once, and what follows it after it', () => {
  const assertion = 'é'.repeat(600)
  const bytes = packetOf(new PacketWriter().begin(2, 1).add(ATTRIBUTES['SAML-Assertion'], assertion).add(ATTRIBUTES['User-Name'], 'x'))
  const readings = readPacket(openPacket(bytes))
  expect(readings.map((reading) => reading.kind === 'named' && [reading.row.name, reading.value])).toEqual([['SAML-Assertion', assertion], ['User-Name', 'x']])
  expect(bytesAgain(readings)).toEqual(bytes.subarray(HEADER_BYTES))
})

test('several of one vendor in one attribute are read one by one', () => {
  const together = Buffer.from('0000372a0706000003e80806000007d0', 'hex')
  const readings = readPacket(openPacket(packetOf(new PacketWriter().begin(2, 1).addRaw(26, together))))
  expect(readings.map((reading) => reading.kind === 'named' && [reading.row.name, reading.value])).toEqual([['WISPr-Bandwidth-Max-Up', 1000], ['WISPr-Bandwidth-Max-Down', 2000]])
})
