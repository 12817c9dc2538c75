// Differential, attribute by attribute: every name that both tables have, tags and vendors included, and where node-radius is wrong.
import { readdirSync, readFileSync, rmSync, writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import oracle, { type OracleAttribute } from 'radius'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SECRET } from '#test/support/radius-town.ts'
import { ATTRIBUTES, type AttributeRow } from './attributes.ts'
import { seal, sharedSecret } from './authenticator.ts'
import { CODES, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Tagged } from './tagged.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)
const rows = Object.values<AttributeRow>(ATTRIBUTES)
const dictionaries = new URL('../node_modules/radius/dictionaries/', import.meta.url)
const lines = readdirSync(dictionaries).flatMap((name) => readFileSync(new URL(name, dictionaries), 'utf8').split('\n').map((line) => line.trim().split(/\s+/)))
const theirs = new Map(lines.filter(([keyword]) => keyword === 'ATTRIBUTE').map(([, name = '', number = '', type = '']) => [name, { number: Number(number), type }]))
/** It gives the names of numbers that have an enumeration instead of the numbers. */
const enumerated = new Set(lines.filter(([keyword]) => keyword === 'VALUE').map(([, name]) => name))

// It has no vendors of its own: ours are told to it in its own format.
const ITS_TYPES: Readonly<Record<string, string>> = { text: 'string', octets: 'octets', integer: 'integer', ipv4: 'ipaddr' }
const VENDORS = [14_122, 14_559, 14_988, 14_823, 25_053, 9, 311]
const vendorRows = rows.filter(({ vendor, hidden, within, type }) => VENDORS.includes(vendor) && !hidden && !within && type.name in ITS_TYPES)
function vendorDictionary(): string {
  return VENDORS.map((vendor) => {
    const own = vendorRows.filter((row) => row.vendor === vendor).map(({ name, number, type }) => `ATTRIBUTE ${name} ${number} ${ITS_TYPES[type.name]}`)
    return [`VENDOR v${vendor} ${vendor}`, `BEGIN-VENDOR v${vendor}`, ...own, `END-VENDOR v${vendor}`].join('\n')
  }).join('\n')
}

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-node-radius-'))
  writeFileSync(join(dir, 'dictionary.vendors'), vendorDictionary())
  oracle.add_dictionary(join(dir, 'dictionary.vendors'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((value) => value.charCodeAt(0) > 0x1f)
const octets = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes))
const tag = fc.integer({ min: 0, max: 31 })
/** By the name of our types: a value for us, and as it writes and shows it. */
const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'text': text, 'octets': octets, 'integer': fc.integer({ min: 0, max: 0xffff_ffff }), 'ipv4': fc.ipV4(),
  'tagged text': fc.record({ tag, value: text }), 'tagged integer': fc.record({ tag, value: fc.integer({ min: 0, max: 0xff_ffff }) }),
}

function isTagged(row: AttributeRow): boolean {
  return row.type.name.startsWith('tagged')
}

function asTheyWrite(row: AttributeRow, value: unknown): OracleAttribute {
  if (!isTagged(row)) return [row.name, value]
  const tagged = value as Tagged<unknown>
  return [row.name, tagged.tag ?? 0, tagged.value]
}

function asTheyShow(row: AttributeRow, value: unknown): unknown {
  if (!isTagged(row)) return value
  const tagged = value as Tagged<unknown>
  return [tagged.tag, tagged.value]
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  'text': ['string', 'text'], 'octets': ['octets'], 'integer': ['integer'], 'ipv4': ['ipaddr'], 'tagged text': ['string'], 'tagged integer': ['integer'],
}
/** Carries others, is a proof, or makes it add one. */
const SPECIAL = new Set(['Vendor-Specific', 'Message-Authenticator', 'EAP-Message'])
/** What is a text for one and bytes for the other says nothing; what we hide it hides itself or does not know how to: see the faults. */
const shared = rows.filter(({ name, vendor, hidden, type }) => {
  return vendor === 0 && !hidden && !enumerated.has(name) && !SPECIAL.has(name) && KINDS[type.name]?.includes(theirs.get(name)?.type ?? '')
})
const pairOf = (row: AttributeRow): fc.Arbitrary<[AttributeRow, unknown]> => fc.tuple(fc.constant(row), VALUES[row.type.name] ?? fc.constant(undefined))
/** Because of known fault 13. */
function bytesFirst([one]: readonly [AttributeRow, unknown], [other]: readonly [AttributeRow, unknown]): number {
  return Number(other.type.name === 'octets') - Number(one.type.name === 'octets')
}
const ownPairs = fc.uniqueArray(fc.constantFrom(...shared).chain(pairOf), { selector: ([{ name }]) => name, minLength: 1, maxLength: 12 }).map((pairs) => pairs.toSorted(bytesFirst))

function write(pairs: readonly (readonly [AttributeRow, unknown])[]): Buffer {
  const writer = new PacketWriter().begin(CODES.accountingRequest, 5)
  for (const [row, value] of pairs) writer.add(row, value)
  return seal(writer, secret)
}

function readAlike(packet: Packet, pairs: readonly (readonly [AttributeRow, unknown])[]): void {
  for (const [row, value] of pairs) expect([row.name, packet.readAll(row)]).toEqual([row.name, [value]])
}

test('both tables have the same number for each name that both have', () => {
  const both = rows.filter(({ name }) => theirs.has(name))
  expect(both.filter(({ name, number }) => theirs.get(name)?.number !== number)).toEqual([])
  expect([both.length > 100, shared.length > 60, vendorRows.length > 200]).toEqual([true, true, true])
})

test('whatever one writes of the names that both have, tags included, the other reads alike, and it is the same bytes', () => {
  fc.assert(
    fc.property(ownPairs, (pairs) => {
      const bytes = oracle.encode({ code: 'Accounting-Request', secret: SECRET, identifier: 5, attributes: pairs.map(([row, value]) => asTheyWrite(row, value)) })
      readAlike(openPacket(bytes), pairs)
      const ours = write(pairs)
      expect(ours).toEqual(bytes)
      const shown = Object.fromEntries(pairs.map(([row, value]) => [row.name, asTheyShow(row, value)]))
      expect(oracle.decode({ packet: ours, secret: SECRET }).attributes).toEqual(shown)
    }),
    { numRuns: 200 },
  )
})

test('vendors\' attributes: several in one Vendor-Specific as it writes them, one in each as we do', () => {
  const chosen = fc.constantFrom(...VENDORS).chain((vendor) => fc.uniqueArray(fc.constantFrom(...vendorRows.filter((row) => row.vendor === vendor)).chain(pairOf), { selector: ([{ name }]) => name, minLength: 1, maxLength: 4 }))
  fc.assert(
    fc.property(chosen, (pairs) => {
      const vendor = pairs[0]?.[0].vendor ?? 0
      const inner = pairs.map(([row, value]) => asTheyWrite(row, value))
      readAlike(openPacket(oracle.encode({ code: 'Accounting-Request', secret: SECRET, attributes: [['Vendor-Specific', vendor, inner]] })), pairs)
      const shown = Object.fromEntries(pairs.map(([row, value]) => [row.name, value]))
      expect(oracle.decode({ packet: write(pairs), secret: SECRET }).attributes['Vendor-Specific']).toEqual(shown)
    }),
    { numRuns: 200 },
  )
})

test('known fault 7: it sends Tunnel-Password in clear; we write what was hidden', () => {
  const packet = oracle.encode({ code: 'Access-Accept', secret: SECRET, attributes: [['Tunnel-Password', 1, 'in clear']] })
  expect(packet.toString('latin1')).toContain('in clear')
  expect(A['Tunnel-Password'].hidden).toBe('salted')
})

test('known fault 8: a tag above 31 makes it lose the last byte of a number; for us the number stays', () => {
  const bytes = seal(new PacketWriter().begin(CODES.accountingRequest, 1).addRaw(A['Tunnel-Preference'].number, Buffer.of(32, 0, 0, 9)), secret)
  expect(oracle.decode({ packet: Buffer.from(bytes), secret: SECRET }).attributes['Tunnel-Preference']).not.toBe(9)
  expect(openPacket(bytes).read(A['Tunnel-Preference'])).toEqual({ tag: 32, value: 9 })
})

test('known fault 9: it writes 192.0.2.256 as another address; we refuse it', () => {
  const bytes = oracle.encode({ code: 'Accounting-Request', secret: SECRET, attributes: [['NAS-IP-Address', '192.0.2.256']] })
  expect(openPacket(bytes).read(A['NAS-IP-Address'])).toBe('192.0.2.0')
  expect(() => write([[A['NAS-IP-Address'], '192.0.2.256']])).toThrow(expect.objectContaining({ code: 'attribute_value' }))
})

test('known fault 10: a vendor\'s number above 24 bits ends the decoding of the whole packet; for us it is a vendor we do not know', () => {
  const bytes = seal(new PacketWriter().begin(CODES.accountingRequest, 1).addRaw(26, Buffer.of(1, 0, 0, 0, 1, 3, 7)).add(A['User-Name'], 'x'), secret)
  expect(() => oracle.decode({ packet: Buffer.from(bytes), secret: SECRET })).toThrow(/vendor/i)
  expect(openPacket(bytes).read(A['User-Name'])).toBe('x')
})

test('known fault 11: an empty tagged text ends the decoding; for us it is an empty text', () => {
  const bytes = seal(new PacketWriter().begin(CODES.accountingRequest, 1).addRaw(A['Tunnel-Client-Endpoint'].number).add(A['User-Name'], 'x'), secret)
  expect(() => oracle.decode({ packet: Buffer.from(bytes), secret: SECRET })).toThrow(RangeError)
  expect(openPacket(bytes).read(A['Tunnel-Client-Endpoint'])).toEqual({ tag: undefined, value: '' })
})

test('known fault 12: it has no extended attributes: what RFC 6929 puts in fragments stays in pieces', () => {
  const bytes = seal(new PacketWriter().begin(CODES.accountingRequest, 1).add(A['Frag-Status'], 2), secret)
  const decoded = oracle.decode({ packet: Buffer.from(bytes), secret: SECRET })
  expect([decoded.attributes, decoded.raw_attributes.map(([number]) => number)]).toEqual([{}, [241]])
  expect(openPacket(bytes).read(A['Frag-Status'])).toBe(2)
})

test('known fault 13: bytes behind a tagged attribute are given its tag as well', () => {
  const bytes = oracle.encode({ code: 'Accounting-Request', secret: SECRET, attributes: [['Tunnel-Preference', 3, 9], ['Class', Buffer.of(7)]] })
  expect(openPacket(bytes).read(A.Class)).not.toEqual(Buffer.of(7))
})
