import { ipv4 } from '../addresses.ts'
import { integer, octets, text } from '../values.ts'
import { own, row, VENDOR_SPECIFIC } from './row.ts'

/** RFC 2865 §5. */
export const access = own({
  'User-Name': row(1, text), 'User-Password': row(2, octets, 'user-password'), 'CHAP-Password': row(3, octets),
  'NAS-IP-Address': row(4, ipv4), 'NAS-Port': row(5, integer), 'Service-Type': row(6, integer), 'Framed-Protocol': row(7, integer),
  'Framed-IP-Address': row(8, ipv4), 'Framed-IP-Netmask': row(9, ipv4), 'Framed-Routing': row(10, integer), 'Filter-Id': row(11, text),
  'Framed-MTU': row(12, integer), 'Framed-Compression': row(13, integer), 'Login-IP-Host': row(14, ipv4), 'Login-Service': row(15, integer),
  'Login-TCP-Port': row(16, integer), 'Reply-Message': row(18, text), 'Callback-Number': row(19, text), 'Callback-Id': row(20, text),
  'Framed-Route': row(22, text), 'Framed-IPX-Network': row(23, ipv4), 'State': row(24, octets), 'Class': row(25, octets),
  'Vendor-Specific': row(VENDOR_SPECIFIC, octets), 'Session-Timeout': row(27, integer), 'Idle-Timeout': row(28, integer),
  'Termination-Action': row(29, integer), 'Called-Station-Id': row(30, text), 'Calling-Station-Id': row(31, text),
  'NAS-Identifier': row(32, text), 'Proxy-State': row(33, octets), 'Login-LAT-Service': row(34, text), 'Login-LAT-Node': row(35, text),
  'Login-LAT-Group': row(36, octets), 'Framed-AppleTalk-Link': row(37, integer), 'Framed-AppleTalk-Network': row(38, integer),
  'Framed-AppleTalk-Zone': row(39, text), 'CHAP-Challenge': row(60, octets), 'NAS-Port-Type': row(61, integer), 'Port-Limit': row(62, integer),
  'Login-LAT-Port': row(63, text),
})
