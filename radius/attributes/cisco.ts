import { integer, text } from '../values.ts'
import { ofVendor, row } from './row.ts'

/** Those of access points and of subscriber sessions, without voice and fax. */
export const cisco = ofVendor(9, {
  'Cisco-AVPair': row(1, text), 'Cisco-NAS-Port': row(2, text), 'Cisco-Policy-Up': row(37, text), 'Cisco-Policy-Down': row(38, text),
  'Cisco-DHCP-User-Class': row(47, text), 'Cisco-DHCP-Vendor-Class': row(48, text), 'Cisco-DHCP-Relay-GiAddr': row(50, text),
  'Cisco-Service-Name': row(51, text), 'Cisco-Parent-Session-Id': row(52, text), 'Cisco-Sub-QoS-Pol-In': row(55, text),
  'Cisco-Sub-QoS-Pol-Out': row(56, text), 'Cisco-In-ACL': row(57, text), 'Cisco-Out-ACL': row(58, text),
  'Cisco-Sub-PBR-Policy-In': row(59, text), 'Cisco-Sub-Activate-Service': row(60, text), 'Cisco-IPv6-In-ACL': row(61, text),
  'Cisco-IPv6-Out-ACL': row(62, text), 'Cisco-Sub-Deactivate-Service': row(63, text), 'Cisco-DHCP-Subscriber-Id': row(65, text),
  'Cisco-DHCPv6-Link-Address': row(66, text), 'Cisco-Maximum-Time': row(194, integer), 'Cisco-Disconnect-Cause': row(195, integer),
  'Cisco-Idle-Limit': row(244, integer), 'Cisco-Subscriber-Password': row(249, text), 'Cisco-Account-Info': row(250, text),
  'Cisco-Service-Info': row(251, text), 'Cisco-Command-Code': row(252, text), 'Cisco-Control-Info': row(253, text),
})
