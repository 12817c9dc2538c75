import { expect, test } from 'vitest'
import { freeradiusDictionary } from '#test/support/freeradius-dictionary.ts'
import { absent } from '#test/support/peer.ts'
import { ATTRIBUTES, attributeRow, type AttributeRow } from './attributes.ts'

const rows = Object.values<AttributeRow>(ATTRIBUTES)

test('no two rows of the table stand in the same place, and each is found by it', () => {
  for (const row of rows) if (!row.within) expect(attributeRow(row.vendor, row.number, row.carrier)?.name).toBe(row.name)
  const places = rows.map(({ carrier, vendor, within, number }) => [carrier, vendor, within?.number, number].join())
  expect(new Set(places).size).toBe(rows.length)
  expect(attributeRow(0, 255)).toBeUndefined()
  expect(attributeRow(99_999, 1)).toBeUndefined()
})

/** Where a row stands, as FreeRADIUS writes it. */
function numbers({ number, within, carrier, vendor }: AttributeRow): string {
  const above = within ? `${numbers(within)}.` : carrier > 0 && vendor === 0 ? `${carrier}.` : ''
  return `${above}${number}`
}

/** Its types, by the name of ours. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  'text': ['string'], 'octets': ['octets', 'extended', 'long-extended', 'vsa'], 'byte': ['byte'], 'integer': ['integer', 'date'], 'integer64': ['integer64'], 'ipv4': ['ipaddr'], 'ipv6': ['ipv6addr'],
  'ipv6prefix': ['ipv6prefix'], 'ifid': ['ifid'], 'tlv': ['tlv'], 'tagged text': ['string'], 'tagged integer': ['integer'], 'tagged octets': ['string'],
}

/** Bytes for us, though it prints them as text: hidden, computed by a device, or (RFC 2548 §2.1.5) with an identifier before the text. */
const BYTES_NOT_TEXT = ['User-Password', 'ARAP-Security-Data', 'MS-CHAP-Error']
/** The Wireless Broadband Alliance's own, RFC 7833's, and gigawords that coova-chilli added: no dictionary of FreeRADIUS 3.2 has them. */
const OURS_ALONE = [
  'WBA-Offered-Service', 'WBA-Financial-Clearing-Provider', 'WBA-Data-Clearing-Provider', 'WBA-Linear-Volume-Rate', 'WBA-Identity-Provider', 'WBA-Custom-SLA',
  'SAML-Assertion', 'SAML-Protocol', 'ChilliSpot-Max-Input-Gigawords', 'ChilliSpot-Max-Output-Gigawords', 'ChilliSpot-Max-Total-Gigawords',
]

test.skipIf(absent('freeradius'))('FreeRADIUS has the same numbers, types, tags and hiding for every name of the table', () => {
  const dictionary = freeradiusDictionary() ?? new Map<string, never>()
  const alone = rows.filter(({ name }) => !dictionary.has(name)).map(({ name }) => name)
  const different = rows.filter((row) => {
    const entry = dictionary.get(row.name)
    if (!entry) return false
    const hidden = entry.flags.includes('encrypt=2') ? 'salted' : entry.flags.includes('encrypt=1') ? 'user-password' : undefined
    const tagged = entry.flags.includes('has_tag')
    return entry.vendor !== row.vendor || entry.numbers !== numbers(row) || hidden !== row.hidden || tagged !== row.type.name.startsWith('tagged') || !TYPES[row.type.name]?.includes(entry.type)
  })
  expect(alone.toSorted()).toEqual(OURS_ALONE.toSorted())
  expect(different.map(({ name }) => name).toSorted()).toEqual(BYTES_NOT_TEXT.toSorted())
})
