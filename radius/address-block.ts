import { isIP, isIPv4 } from 'node:net'
import { ipv6Bytes } from './addresses.ts'

/** A block of addresses: the first `bits` of `bytes`. */
export type AddressBlock = { readonly bytes: Buffer; readonly bits: number }

/** 4 or 16 bytes; undefined when `address` is none. */
export function addressBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  return isIP(address) === 6 ? ipv6Bytes(address) : undefined
}

/** `192.0.2.0/24`, `2001:db8::/48`, or one address; undefined when it is neither. */
export function addressBlock(text: string): AddressBlock | undefined {
  const [host = '', length, extra] = text.split('/')
  const bytes = addressBytes(host)
  if (!bytes || extra !== undefined) return undefined
  const most = bytes.length * 8
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : most + 1
  return bits > most ? undefined : { bytes, bits }
}
