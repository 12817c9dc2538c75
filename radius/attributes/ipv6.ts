import { interfaceId, ipv6, ipv6Prefix } from '../addresses.ts'
import { text } from '../values.ts'
import { own, row } from './row.ts'

/** RFC 3162 §2, RFC 4818 §3 and RFC 6911 §3. */
export const ipv6Access = own({
  'NAS-IPv6-Address': row(95, ipv6), 'Framed-Interface-Id': row(96, interfaceId), 'Framed-IPv6-Prefix': row(97, ipv6Prefix),
  'Login-IPv6-Host': row(98, ipv6), 'Framed-IPv6-Route': row(99, text), 'Framed-IPv6-Pool': row(100, text),
  'Delegated-IPv6-Prefix': row(123, ipv6Prefix),
  'Framed-IPv6-Address': row(168, ipv6), 'DNS-Server-IPv6-Address': row(169, ipv6), 'Route-IPv6-Information': row(170, ipv6Prefix),
  'Delegated-IPv6-Prefix-Pool': row(171, text), 'Stateful-IPv6-Address-Pool': row(172, text),
})
