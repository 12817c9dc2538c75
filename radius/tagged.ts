/** Values with a tag, which says which of several tunnels they belong to (RFC 2868 §3). */
import { byteAt } from './bytes.ts'
import { expectLength, refuse, whole, type ValueType } from './values.ts'

const MOST_TAG = 0x1f

/** `tag` 1 to 31; 0 when the sender says that it belongs to none; undefined when a text has no byte for it. */
export type Tagged<V> = { readonly tag: number | undefined; readonly value: V }

function tagByte(type: string, tag: number | undefined): number {
  return tag === undefined ? refuse(type, 'a tag is missing') : whole(type, tag, MOST_TAG)
}

/** The tag takes the highest of four bytes. */
export const taggedInteger: ValueType<Tagged<number>> = {
  name: 'tagged integer',
  decode(bytes, from, to) {
    expectLength('tagged integer', from, to, 4)
    return { tag: byteAt(bytes, from), value: bytes.readUIntBE(from + 1, 3) }
  },
  encode({ tag, value }) {
    const bytes = Buffer.of(tagByte('tagged integer', tag), 0, 0, 0)
    bytes.writeUIntBE(whole('tagged integer', value, 0xff_ffff), 1, 3)
    return bytes
  },
}

/** A first byte above 31 is no tag but the text's first (RFC 2868 §3.3). */
export const taggedText: ValueType<Tagged<string>> = {
  name: 'tagged text',
  decode(bytes, from, to) {
    const first = from < to ? byteAt(bytes, from) : MOST_TAG + 1
    return first > MOST_TAG ? { tag: undefined, value: bytes.toString('utf8', from, to) } : { tag: first, value: bytes.toString('utf8', from + 1, to) }
  },
  encode({ tag, value }) {
    const bytes = Buffer.from(value, 'utf8')
    if (tag !== undefined) return Buffer.concat([Buffer.of(tagByte('tagged text', tag)), bytes])
    return bytes.length === 0 || byteAt(bytes, 0) > MOST_TAG ? bytes : refuse('tagged text', 'begins with what would be read as a tag')
  },
}

/** The tag is always there: what follows is hidden and begins with any byte (RFC 2868 §3.5). */
export const taggedOctets: ValueType<Tagged<Uint8Array>> = {
  name: 'tagged octets',
  decode: (bytes, from, to) => (from < to ? { tag: byteAt(bytes, from), value: bytes.subarray(from + 1, to) } : refuse('tagged octets', 'no byte for the tag')),
  encode: ({ tag, value }) => Buffer.concat([Buffer.of(tagByte('tagged octets', tag)), value]),
}
