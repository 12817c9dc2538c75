import { ipv4, ipv6 } from '../addresses.ts'
import { integer, octets, text } from '../values.ts'
import { ofVendor, row } from './row.ts'

/** RFC 2548 §2; 61 and 62 by Microsoft's [MS-RNAP]. */
export const microsoft = ofVendor(311, {
  'MS-CHAP-Response': row(1, octets), 'MS-CHAP-Error': row(2, octets), 'MS-CHAP-CPW-1': row(3, octets), 'MS-CHAP-CPW-2': row(4, octets),
  'MS-CHAP-LM-Enc-PW': row(5, octets), 'MS-CHAP-NT-Enc-PW': row(6, octets), 'MS-MPPE-Encryption-Policy': row(7, integer),
  'MS-MPPE-Encryption-Types': row(8, integer), 'MS-RAS-Vendor': row(9, integer), 'MS-CHAP-Domain': row(10, text),
  'MS-CHAP-Challenge': row(11, octets), 'MS-CHAP-MPPE-Keys': row(12, octets, 'user-password'), 'MS-BAP-Usage': row(13, integer),
  'MS-Link-Utilization-Threshold': row(14, integer), 'MS-Link-Drop-Time-Limit': row(15, integer),
  'MS-MPPE-Send-Key': row(16, octets, 'salted'), 'MS-MPPE-Recv-Key': row(17, octets, 'salted'), 'MS-RAS-Version': row(18, text),
  'MS-Old-ARAP-Password': row(19, octets), 'MS-New-ARAP-Password': row(20, octets), 'MS-ARAP-PW-Change-Reason': row(21, integer),
  'MS-Filter': row(22, octets), 'MS-Acct-Auth-Type': row(23, integer), 'MS-Acct-EAP-Type': row(24, integer),
  'MS-CHAP2-Response': row(25, octets), 'MS-CHAP2-Success': row(26, octets), 'MS-CHAP2-CPW': row(27, octets),
  'MS-Primary-DNS-Server': row(28, ipv4), 'MS-Secondary-DNS-Server': row(29, ipv4), 'MS-Primary-NBNS-Server': row(30, ipv4),
  'MS-Secondary-NBNS-Server': row(31, ipv4), 'MS-User-IPv4-Address': row(61, ipv4), 'MS-User-IPv6-Address': row(62, ipv6),
})
