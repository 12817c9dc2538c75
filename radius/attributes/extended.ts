import { ipv4, ipv6 } from '../addresses.ts'
import { tlv } from '../tlv.ts'
import { integer, octets, text } from '../values.ts'
import { extended, inside, own, row } from './row.ts'

/** RFC 6929 §2: what carries the types below, for what we have no name for. */
const carriers = own({
  'Extended-Attribute-1': row(241, octets), 'Extended-Attribute-2': row(242, octets), 'Extended-Attribute-3': row(243, octets),
  'Extended-Attribute-4': row(244, octets), 'Extended-Attribute-5': row(245, octets), 'Extended-Attribute-6': row(246, octets),
})

/** RFC 7499, RFC 7930, RFC 8045 §3.1 and RFC 8559. */
const first = extended(241, {
  'Frag-Status': row(1, integer), 'Proxy-State-Length': row(2, integer), 'Response-Length': row(3, integer),
  'Original-Packet-Code': row(4, integer), 'IP-Port-Limit-Info': row(5, tlv), 'IP-Port-Range': row(6, tlv),
  'IP-Port-Forwarding-Map': row(7, tlv), 'Operator-NAS-Identifier': row(8, octets),
})

/** RFC 7833: what a federated realm says of its user, in as many fragments as it takes. */
const saml = extended(245, {
  'SAML-Assertion': row(1, text), 'SAML-Protocol': row(2, text),
})

/** RFC 8045 §3.2, once inside each of the three: which addresses and ports a translator gave. */
const ports = {
  ...inside(first['IP-Port-Limit-Info'], {
    'IP-Port-Type': row(1, integer), 'IP-Port-Limit': row(2, integer), 'IP-Port-Ext-IPv4-Addr': row(3, ipv4),
    'IP-Port-Int-IPv4-Addr': row(4, ipv4), 'IP-Port-Int-IPv6-Addr': row(5, ipv6), 'IP-Port-Int-Port': row(6, integer),
    'IP-Port-Ext-Port': row(7, integer), 'IP-Port-Alloc': row(8, integer), 'IP-Port-Range-Start': row(9, integer),
    'IP-Port-Range-End': row(10, integer), 'IP-Port-Local-Id': row(11, text),
  }),
  ...inside(first['IP-Port-Range'], {
    'IP-Port-Range-Type': row(1, integer), 'IP-Port-Range-Limit': row(2, integer), 'IP-Port-Range-Ext-IPv4-Addr': row(3, ipv4),
    'IP-Port-Range-Int-IPv4-Addr': row(4, ipv4), 'IP-Port-Range-Int-IPv6-Addr': row(5, ipv6), 'IP-Port-Range-Int-Port': row(6, integer),
    'IP-Port-Range-Ext-Port': row(7, integer), 'IP-Port-Range-Alloc': row(8, integer), 'IP-Port-Range-Range-Start': row(9, integer),
    'IP-Port-Range-Range-End': row(10, integer), 'IP-Port-Range-Local-Id': row(11, text),
  }),
  ...inside(first['IP-Port-Forwarding-Map'], {
    'IP-Port-Map-Type': row(1, integer), 'IP-Port-Map-Limit': row(2, integer), 'IP-Port-Map-Ext-IPv4-Addr': row(3, ipv4),
    'IP-Port-Map-Int-IPv4-Addr': row(4, ipv4), 'IP-Port-Map-Int-IPv6-Addr': row(5, ipv6), 'IP-Port-Map-Int-Port': row(6, integer),
    'IP-Port-Map-Ext-Port': row(7, integer), 'IP-Port-Map-Alloc': row(8, integer), 'IP-Port-Map-Range-Start': row(9, integer),
    'IP-Port-Map-Range-End': row(10, integer), 'IP-Port-Map-Local-Id': row(11, text),
  }),
}

export const extendedTypes = { ...carriers, ...first, ...saml, ...ports }
