/** Attributes inside an attribute (RFC 6929 §2.3): number, length, value; again and again. Vendor-Specific has the same form inside. */
import { byteAt } from './bytes.ts'
import { refuse, type ValueType } from './values.ts'

const MOST_PART_BYTES = 253

export type TlvPart = { readonly number: number; readonly value: Uint8Array }

/** Where the next part begins; undefined when the one at `at` leaves [at, to) or is shorter than its own header. */
export function partEnd(bytes: Buffer, at: number, to: number): number | undefined {
  const length = at + 2 <= to ? byteAt(bytes, at + 1) : 0
  return length < 2 || at + length > to ? undefined : at + length
}

/** Offset of the first part of this number in [from, to); -1 when there is none before something that is no part. */
export function findPart(bytes: Buffer, number: number, from: number, to: number): number {
  for (let at: number | undefined = from; at !== undefined && at < to; at = partEnd(bytes, at, to)) {
    if (bytes[at] === number && partEnd(bytes, at, to) !== undefined) return at
  }
  return -1
}

/** The parts as they stand; a row of the table that is `within` names each and reads it. */
export const tlv: ValueType<readonly TlvPart[]> = {
  name: 'tlv',
  decode(bytes, from, to) {
    const parts: TlvPart[] = []
    for (let at = from; at < to; ) {
      const next = partEnd(bytes, at, to) ?? refuse('tlv', 'a part leaves its attribute')
      parts.push({ number: byteAt(bytes, at), value: bytes.subarray(at + 2, next) })
      at = next
    }
    return parts
  },
  encode: (parts) => Buffer.concat(parts.map(({ number, value }) => writePart(number, value))),
}

/** @throws MalformedError `attribute_value` when the value is longer than 253 bytes. */
export function writePart(number: number, value: Uint8Array): Buffer {
  if (value.length > MOST_PART_BYTES) return refuse('tlv', `${value.length} bytes are more than ${MOST_PART_BYTES}`)
  return Buffer.concat([Buffer.of(number, 2 + value.length), value])
}
