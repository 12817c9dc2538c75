/** IP addresses and prefixes as attributes carry them (RFC 2865 §5, RFC 3162 §2). */
import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { byteAt } from './bytes.ts'
import { expectLength, refuse, whole, type ValueType } from './values.ts'

export const ipv4: ValueType<string> = {
  name: 'ipv4',
  decode(bytes, from, to) {
    expectLength('ipv4', from, to, 4)
    return bytes.subarray(from, to).join('.')
  },
  encode: (value) => (isIPv4(value) ? Buffer.from(value.split('.').map(Number)) : refuse('ipv4', 'not an IPv4 address')),
}

function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => ((byteAt(bytes, 2 * i) << 8) | byteAt(bytes, 2 * i + 1)).toString(16))
  return new SocketAddress({ address: words.join(':'), family: 'ipv6' }).address
}

/** The 16 bytes of an IPv6 address, `::` and an embedded IPv4 address included; undefined when `address` is none. */
export function ipv6Bytes(address: string): Buffer | undefined {
  if (!isIPv6(address) || address.includes('%')) return undefined
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const pair = (high: string | undefined, low: string | undefined) => ((Number(high) << 8) | Number(low)).toString(16)
  const plain = embedded ? `${embedded[1]}${pair(embedded[2], embedded[3])}:${pair(embedded[4], embedded[5])}` : address
  const [head = '', rest] = plain.split('::')
  const words = (part: string) => (part === '' ? [] : part.split(':'))
  const after = words(rest ?? '')
  const before = words(head)
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex')
}

export const ipv6: ValueType<string> = {
  name: 'ipv6',
  decode(bytes, from, to) {
    expectLength('ipv6', from, to, 16)
    return ipv6Text(bytes.subarray(from, to))
  },
  encode: (value) => ipv6Bytes(value) ?? refuse('ipv6', 'not an IPv6 address'),
}

/** RFC 3162 §2.3: reserved byte, length in bits, then as many bytes of the prefix as the sender liked. `2001:db8::/32`. */
export const ipv6Prefix: ValueType<string> = {
  name: 'ipv6prefix',
  decode(bytes, from, to) {
    const bits = to - from < 2 ? 255 : byteAt(bytes, from + 1)
    if (to - from > 18 || bits > 128 || (to - from - 2) * 8 < bits) return refuse('ipv6prefix', 'length and bits disagree')
    const prefix = Buffer.alloc(16)
    bytes.copy(prefix, 0, from + 2, to)
    return `${ipv6Text(prefix)}/${bits}`
  },
  encode(value) {
    const [address = '', length = ''] = value.split('/')
    const bytes = ipv6Bytes(address)
    if (!bytes || !/^\d+$/.test(length)) return refuse('ipv6prefix', 'not an IPv6 prefix')
    const bits = whole('ipv6prefix', Number(length), 128)
    return Buffer.concat([Buffer.of(0, bits), bytes.subarray(0, Math.ceil(bits / 8))])
  },
}

/** RFC 3162 §2.2: the lower half of an IPv6 address, as 16 hexadecimal digits. */
export const interfaceId: ValueType<string> = {
  name: 'ifid',
  decode(bytes, from, to) {
    expectLength('ifid', from, to, 8)
    return bytes.toString('hex', from, to)
  },
  encode: (value) => (/^[0-9a-f]{16}$/.test(value) ? Buffer.from(value, 'hex') : refuse('ifid', 'not 16 hexadecimal digits')),
}
