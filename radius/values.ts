/** How the value of an attribute is written: text, bytes and numbers here, the others in addresses.ts, tagged.ts and tlv.ts. */
import { MalformedError } from '#shared/errors.ts'
import { byteAt } from './bytes.ts'

export type ValueType<V> = {
  readonly name: string
  /** @throws MalformedError `attribute_value` when [from, to) is no value of this type. */
  decode(bytes: Buffer, from: number, to: number): V
  /** @throws MalformedError `attribute_value` when `value` cannot be written. Whether it fits its attribute is the writer's to say. */
  encode(value: V): Uint8Array
}

/** The one way a value type says no. */
export function refuse(type: string, why: string): never {
  throw new MalformedError('attribute_value', `${type}: ${why}`, { data: { type } })
}

export function expectLength(type: string, from: number, to: number, length: number): void {
  if (to - from !== length) refuse(type, `${to - from} bytes instead of ${length}`)
}

export function whole(type: string, value: number, most: number): number {
  return Number.isInteger(value) && value >= 0 && value <= most ? value : refuse(type, 'not a whole number in range')
}

/** UTF-8; a sender's trailing zero byte is kept, because some passwords and names mean it. */
export const text: ValueType<string> = {
  name: 'text',
  decode: (bytes, from, to) => bytes.toString('utf8', from, to),
  encode: (value) => Buffer.from(value, 'utf8'),
}

/** Bytes without a meaning to us. `decode` shares the packet's memory. */
export const octets: ValueType<Uint8Array> = {
  name: 'octets',
  decode: (bytes, from, to) => bytes.subarray(from, to),
  encode: (value) => value,
}

export const byte: ValueType<number> = {
  name: 'byte',
  decode(bytes, from, to) {
    expectLength('byte', from, to, 1)
    return byteAt(bytes, from)
  },
  encode: (value) => Buffer.of(whole('byte', value, 0xff)),
}

/** 32 bits, unsigned. Also `date`: seconds since 1970. */
export const integer: ValueType<number> = {
  name: 'integer',
  decode(bytes, from, to) {
    expectLength('integer', from, to, 4)
    return bytes.readUInt32BE(from)
  },
  encode(value) {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeUInt32BE(whole('integer', value, 0xffff_ffff))
    return bytes
  },
}

export const integer64: ValueType<bigint> = {
  name: 'integer64',
  decode(bytes, from, to) {
    expectLength('integer64', from, to, 8)
    return bytes.readBigUInt64BE(from)
  },
  encode(value) {
    if (value < 0n || value >= 1n << 64n) return refuse('integer64', 'not in range')
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigUInt64BE(value)
    return bytes
  },
}
