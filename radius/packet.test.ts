import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedError } from '#shared/errors.ts'
import { ipv6Prefix } from './addresses.ts'
import { ATTRIBUTES, type AttributeRow } from './attributes.ts'
import { inside, own, row } from './attributes/row.ts'
import { byteAt } from './bytes.ts'
import { decodePacket, encodePacket } from './codec.ts'
import { openPacket } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { hidePassword, paddedEquals, revealPassword } from './password.ts'
import { sharedSecret } from './authenticator.ts'
import { tlv } from './tlv.ts'

const attribute = fc.record({ number: fc.integer({ min: 0, max: 255 }), value: fc.uint8Array({ maxLength: 253 }) })
const packet = fc.record({
  code: fc.integer({ min: 0, max: 255 }),
  identifier: fc.integer({ min: 0, max: 255 }),
  authenticator: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  attributes: fc.array(attribute, { maxLength: 15 }),
})

function written(code: number, ...add: ((writer: PacketWriter) => void)[]): Buffer {
  const writer = new PacketWriter().begin(code, 7)
  for (const one of add) one(writer)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return Buffer.from(writer.bytes.subarray(0, writer.end))
}

test('what is written is read again, unknown attributes included, and padding after Length is ignored', () => {
  fc.assert(
    fc.property(packet, fc.uint8Array({ maxLength: 40 }), (plain, padding) => {
      const bytes = encodePacket(plain)
      const read = decodePacket(Buffer.concat([bytes, padding]))
      expect(encodePacket(read)).toEqual(bytes)
      expect(read.attributes.map(({ number, value }) => [number, [...value]])).toEqual(plain.attributes.map(({ number, value }) => [number, [...value]]))
    }),
  )
})

test('a packet cut at any byte, or with any byte changed, is read or refused with a code, and every attribute we know can be asked for', () => {
  fc.assert(
    fc.property(packet, fc.nat(), fc.integer({ min: 0, max: 255 }), (plain, where, value) => {
      const bytes = encodePacket(plain)
      for (let length = 0; length < bytes.length; length++) expect(() => openPacket(bytes.subarray(0, length))).toThrow(MalformedError)
      bytes[where % bytes.length] = value
      try {
        const opened = openPacket(bytes)
        for (const row of Object.values<AttributeRow>(ATTRIBUTES)) {
          try {
            opened.read(row)
          } catch (error) {
            expect(error).toMatchObject({ code: 'attribute_value' })
          }
        }
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError)
      }
    }),
    { numRuns: 60 },
  )
})

const values: readonly [name: keyof typeof ATTRIBUTES, value: unknown][] = [
  ['User-Name', 'Zoé'], ['Session-Timeout', 4_294_967_295], ['NAS-IP-Address', '192.0.2.255'], ['NAS-IPv6-Address', '2001:db8::1'],
  ['Framed-IPv6-Prefix', '2001:db8:42::/47'], ['Framed-Interface-Id', '0200000000000001'], ['WISPr-Bandwidth-Max-Down', 5_000_000],
  ['ChilliSpot-Max-Total-Octets', 7], ['Mikrotik-Rate-Limit', '1M/5M'], ['MS-Primary-DNS-Server', '192.0.2.53'],
]
for (const [name, value] of values) {
  test(`${name} keeps its value through a packet`, () => {
    const row: AttributeRow = ATTRIBUTES[name]
    const bytes = written(2, (w) => void w.add(ATTRIBUTES['Reply-Message'], 'before').add(row, value))
    expect(openPacket(bytes).read(row)).toEqual(value)
  })
}

test('values that a type does not allow are refused when written', () => {
  const writer = new PacketWriter().begin(1, 1)
  const wrong: readonly [keyof typeof ATTRIBUTES, unknown][] = [
    ['Session-Timeout', -1], ['Session-Timeout', 1.5], ['Session-Timeout', 2 ** 32], ['NAS-IP-Address', '192.0.2.256'], ['NAS-IPv6-Address', 'fe80::1%eth0'],
    ['Framed-IPv6-Prefix', '2001:db8::/129'], ['Framed-IPv6-Prefix', '2001:db8::'], ['Framed-IPv6-Prefix', 'x/1'], ['HS20-AP-Version', 256], ['MIP6-Feature-Vector', -1n], ['MIP6-Feature-Vector', 2n ** 64n],
    ['Tunnel-Type', { tag: 32, value: 1 }], ['Tunnel-Type', { tag: undefined, value: 1 }], ['Tunnel-Type', { tag: 1, value: 2 ** 24 }], ['Tunnel-Client-Endpoint', { tag: undefined, value: '\t' }],
    ['Tunnel-Client-Endpoint', { tag: 32, value: 'x' }], ['Ruckus-TC-Name-Quota', 'x'.repeat(252)], ['IP-Port-Limit-Info', [{ number: 1, value: Buffer.alloc(254) }]], ['Framed-Interface-Id', 'xyz'], ['User-Name', 'x'.repeat(254)], ['WISPr-Logoff-URL', 'x'.repeat(250)],
  ]
  for (const [name, value] of wrong) {
    const row: AttributeRow = ATTRIBUTES[name]
    expect(() => writer.add(row, value), `${name} ${String(value).slice(0, 20)}`).toThrow(MalformedError)
  }
})

test('a vendor attribute is found among several in one Vendor-Specific, and a broken one hides only itself', () => {
  const wispr = Buffer.from('0000372a0706000003e80806000007d0', 'hex')
  const broken = Buffer.from('0000372a08ff00', 'hex')
  const bytes = written(2, (w) => void w.addRaw(26, broken).addRaw(26, Buffer.of(0, 0)).addRaw(26, wispr))
  expect(openPacket(bytes).read(ATTRIBUTES['WISPr-Bandwidth-Max-Down'])).toBe(2000)
  expect(openPacket(bytes).has(ATTRIBUTES['WISPr-Bandwidth-Max-Up'])).toBe(true)
  expect(openPacket(bytes).has(ATTRIBUTES['WISPr-Location-Name'])).toBe(false)
  for (const short of [[], [0], [0, 0, 0x37], [0, 0, 0x37, 0x2a]]) {
    const last = openPacket(written(2, (w) => void w.addRaw(26, Buffer.from(short))))
    expect([last.read(ATTRIBUTES['WISPr-Location-Name']), last.readAll(ATTRIBUTES['WISPr-Location-Name'])]).toEqual([undefined, []])
  }
})

test('a vendor attribute is not taken for the attribute of the same number without a vendor', () => {
  const packet = openPacket(written(1, (w) => void w.add(ATTRIBUTES.Class, Buffer.of(1))))
  expect([packet.has(ATTRIBUTES.Class), packet.has(ATTRIBUTES['MS-CHAP2-Response'])]).toEqual([true, false])
})

test('an attribute split over several is joined', () => {
  const bytes = written(1, (w) => void w.addRaw(79, Buffer.of(1, 2)).add(ATTRIBUTES['User-Name'], 'x').addRaw(79, Buffer.of(3)))
  expect(openPacket(bytes).readJoined(ATTRIBUTES['EAP-Message'])).toEqual(Buffer.of(1, 2, 3))
  expect(openPacket(bytes).readJoined(ATTRIBUTES.State)).toBeUndefined()
})

test('a packet that is full says so instead of growing', () => {
  const writer = new PacketWriter().begin(1, 1)
  expect(() => {
    for (let i = 0; i < 20; i++) writer.addRaw(33, Buffer.alloc(253))
  }).toThrow(expect.objectContaining({ code: 'packet_full' }))
})

test('any password of up to 128 bytes survives hiding, zeros inside and at its end included', () => {
  const secret = sharedSecret('s3cret')
  const passwords = fc.array(fc.constantFrom(0, 0, 97, 255), { maxLength: 128 })
  fc.assert(
    fc.property(passwords, fc.uint8Array({ minLength: 16, maxLength: 16 }), (password, authenticator) => {
      const revealed = revealPassword(hidePassword(Buffer.from(password), authenticator, secret), authenticator, secret)
      expect(paddedEquals(revealed, Buffer.from(password))).toBe(true)
      expect(paddedEquals(revealed, Buffer.from([...password, 1]))).toBe(false)
      const zero = password.indexOf(0)
      if (zero >= 0 && password.slice(zero).some((byte) => byte !== 0)) expect(paddedEquals(revealed, Buffer.from(password.slice(0, zero)))).toBe(false)
    }),
  )
  expect(() => hidePassword(Buffer.alloc(129), Buffer.alloc(16), secret)).toThrow(MalformedError)
  expect(() => revealPassword(Buffer.alloc(17), Buffer.alloc(16), secret)).toThrow(MalformedError)
})

test('a TLV can stand in the RFCs\' own space, and in a vendor\'s', () => {
  const outer = own({ 'IPv6-6rd-Configuration': row(173, tlv) })['IPv6-6rd-Configuration']
  const { prefix } = inside(outer, { prefix: row(2, ipv6Prefix) })
  const name = ATTRIBUTES['Ruckus-TC-Name-Quota']
  const packet = openPacket(written(2, (w) => void w.add(prefix, '2001:db8::/32').add(name, 'gold').add(name, 'silver')))
  expect([packet.read(prefix), packet.read(outer)?.length, packet.has(prefix), packet.readAll(name)]).toEqual(['2001:db8::/32', 1, true, ['gold', 'silver']])
})

test('of several attributes the first is read, or all, or as many as one wants', () => {
  const bytes = written(2, (w) => void w.add(ATTRIBUTES['Cisco-AVPair'], 'a').add(ATTRIBUTES['Cisco-AVPair'], 'b').add(ATTRIBUTES.Class, Buffer.of(1)).add(ATTRIBUTES.Class, Buffer.of(2)))
  const packet = openPacket(bytes)
  expect([packet.read(ATTRIBUTES['Cisco-AVPair']), packet.readAll(ATTRIBUTES['Cisco-AVPair']), packet.readAll(ATTRIBUTES['Cisco-AVPair'], 1)]).toEqual(['a', ['a', 'b'], ['a']])
  expect(packet.readAll(ATTRIBUTES.Class)).toEqual([Buffer.of(1), Buffer.of(2)])
  expect(packet.readAll(ATTRIBUTES.State)).toEqual([])
})

test('a byte behind the end counts as zero', () => expect([byteAt(Buffer.of(7), 0), byteAt(Buffer.of(7), 1)]).toEqual([7, 0]))
