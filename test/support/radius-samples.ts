// A value for every row of the attribute table, as we hold it and as FreeRADIUS writes and prints it.
import { ATTRIBUTES, type AttributeRow } from '#radius/attributes.ts'

export type Sample = {
  readonly row: AttributeRow
  readonly value: unknown
  /** After its name in a users file or a radclient packet: `= "x"`, with the tag before it where there is one: `:3 = "x"`. */
  readonly written: string
}
type Maker = (seed: number) => { readonly value: unknown; readonly text: string; readonly tag?: number }

const hex = (bytes: Buffer): string => `0x${bytes.toString('hex')}`
function bytesOf(seed: number): Buffer {
  return Buffer.from(Array.from({ length: 4 + (seed % 40) }, (_, i) => (seed * 31 + i * 17) % 256))
}
const textOf = (seed: number): string => `parvis ${seed} ${'é'.repeat(seed % 5)} ${'0'.repeat(seed % 60)}`

const MAKERS: Readonly<Record<string, Maker>> = {
  text: (seed) => ({ value: textOf(seed), text: `"${textOf(seed)}"` }),
  octets: (seed) => ({ value: bytesOf(seed), text: hex(bytesOf(seed)) }),
  byte: (seed) => ({ value: seed % 256, text: String(seed % 256) }),
  integer: (seed) => ({ value: (seed * 2_654_435_761) % 2 ** 32, text: String((seed * 2_654_435_761) % 2 ** 32) }),
  integer64: (seed) => ({ value: 2n ** 40n + BigInt(seed), text: String(2n ** 40n + BigInt(seed)) }),
  ipv4: (seed) => ({ value: `192.0.2.${seed % 256}`, text: `192.0.2.${seed % 256}` }),
  ipv6: (seed) => ({ value: `2001:db8::${(seed + 1).toString(16)}`, text: `2001:db8::${(seed + 1).toString(16)}` }),
  ipv6prefix: (seed) => ({ value: `2001:db8:${(seed + 1).toString(16)}::/48`, text: `2001:db8:${(seed + 1).toString(16)}::/48` }),
  ifid: (seed) => ({ value: `020000000000${(seed + 0x1000).toString(16)}`, text: `200:0:0:${(seed + 0x1000).toString(16)}` }),
  'tagged text': (seed) => ({ value: { tag: 1 + (seed % 31), value: textOf(seed) }, text: `"${textOf(seed)}"`, tag: 1 + (seed % 31) }),
  'tagged integer': (seed) => ({ value: { tag: 1 + (seed % 31), value: 70_000 + seed }, text: String(70_000 + seed), tag: 1 + (seed % 31) }),
}

/** Bytes for us that FreeRADIUS takes as text. */
const WRITTEN_AS_TEXT = new Set(['MS-CHAP-Error', 'ARAP-Security-Data'])
const asText: Maker = (seed) => ({ value: Buffer.from(textOf(seed)), text: `"${textOf(seed)}"` })

/** Not to be chosen freely: they prove something, carry others, or say what becomes of the packet. */
const LEFT_OUT = new Set([
  'User-Name', 'User-Password', 'CHAP-Password', 'Message-Authenticator', 'EAP-Message', 'Proxy-State', 'State', 'Vendor-Specific', 'MS-CHAP-Response', 'MS-CHAP2-Response', 'MS-CHAP-MPPE-Keys',
])

/** Of every row whose value can be chosen freely and is not hidden; another value for another `seed`. */
export function samples(seed: number): Sample[] {
  const rows = Object.values<AttributeRow>(ATTRIBUTES).filter(({ name, hidden }) => !LEFT_OUT.has(name) && !hidden && !name.startsWith('Extended-Attribute'))
  return rows.flatMap((row, index) => {
    const made = (WRITTEN_AS_TEXT.has(row.name) ? asText : MAKERS[row.type.name])?.(seed + index)
    return made ? [{ row, value: made.value, written: `${made.tag === undefined ? '' : `:${made.tag}`} = ${made.text}` }] : []
  })
}
