import { integer, integer64, octets, text } from '../values.ts'
import { own, row } from './row.ts'

/** RFC 4675 §2: VLANs and priorities. */
const vlans = own({
  'Egress-VLANID': row(56, integer), 'Ingress-Filters': row(57, integer), 'Egress-VLAN-Name': row(58, text),
  'User-Priority-Table': row(59, octets),
})

/** RFC 4072, 4372, 4849, 6677 and 7155. */
const users = own({
  'Chargeable-User-Identity': row(89, octets),
  'NAS-Filter-Rule': row(92, text),
  'Originating-Line-Info': row(94, octets),
  'EAP-Key-Name': row(102, octets),
  'EAP-Lower-Layer': row(163, integer),
})

/** RFC 5580 §4: where an access point stands and who runs it; RFC 5447 (mobility). */
const places = own({
  'MIP6-Feature-Vector': row(124, integer64), 'MIP6-Home-Link-Prefix': row(125, octets),
  'Operator-Name': row(126, text), 'Location-Information': row(127, octets), 'Location-Data': row(128, octets),
  'Basic-Location-Policy-Rules': row(129, octets), 'Extended-Location-Policy-Rules': row(130, text), 'Location-Capable': row(131, integer),
  'Requested-Location-Info': row(132, integer),
})

/** RFC 7268 §2: IEEE 802. */
const ieee802 = own({
  'Allowed-Called-Station-Id': row(174, text), 'EAP-Peer-Id': row(175, octets), 'EAP-Server-Id': row(176, octets),
  'Mobility-Domain-Id': row(177, integer), 'Preauth-Timeout': row(178, integer), 'Network-Id-Name': row(179, octets),
  'EAPoL-Announcement': row(180, octets), 'WLAN-HESSID': row(181, text), 'WLAN-Venue-Info': row(182, integer),
  'WLAN-Venue-Language': row(183, octets), 'WLAN-Venue-Name': row(184, text), 'WLAN-Reason-Code': row(185, integer),
  'WLAN-Pairwise-Cipher': row(186, integer), 'WLAN-Group-Cipher': row(187, integer), 'WLAN-AKM-Suite': row(188, integer),
  'WLAN-Group-Mgmt-Cipher': row(189, integer), 'WLAN-RF-Band': row(190, integer),
})

export const wireless = { ...vlans, ...users, ...places, ...ieee802 }
