import { tlv } from '../tlv.ts'
import { byte, integer, octets, text } from '../values.ts'
import { inside, ofVendor, row } from './row.ts'

/** Without those of its mobile core (SGSN, APN). */
const plain = ofVendor(25_053, {
  'Ruckus-User-Groups': row(1, text), 'Ruckus-Sta-RSSI': row(2, integer), 'Ruckus-SSID': row(3, text), 'Ruckus-Wlan-Id': row(4, integer),
  'Ruckus-Location': row(5, text), 'Ruckus-Grace-Period': row(6, integer), 'Ruckus-SCG-CBlade-IP': row(7, integer),
  'Ruckus-SCG-DBlade-IP': row(8, integer), 'Ruckus-VLAN-ID': row(9, integer), 'Ruckus-WSG-User': row(10, text),
  'Ruckus-Sta-UUID': row(11, text), 'Ruckus-Accept-Enhancement-Reason': row(12, integer), 'Ruckus-Sta-Inner-Id': row(13, text),
  'Ruckus-BSSID': row(14, octets), 'Ruckus-FlexAuth-AVP': row(20, text), 'Ruckus-NAS-Type': row(109, integer),
  'Ruckus-Status': row(110, integer), 'Ruckus-Auth-Type': row(112, integer), 'Ruckus-Session-Type': row(125, integer),
  'Ruckus-Accounting-Status': row(126, integer), 'Ruckus-Zone-Id': row(127, text), 'Ruckus-Wispr-Redirect-Policy': row(132, text),
  'Ruckus-Eth-Profile-Id': row(133, integer), 'Ruckus-Zone-Name': row(134, text), 'Ruckus-Wlan-Name': row(135, text),
  'Ruckus-AP-Roamed': row(136, integer), 'Ruckus-Read-Preference': row(137, octets), 'Ruckus-Client-Host-Name': row(138, text),
  'Ruckus-Client-Os-Type': row(139, text), 'Ruckus-Client-Os-Class': row(140, text), 'Ruckus-Vlan-Pool': row(141, text),
  'Ruckus-Dpsk': row(142, octets), 'Ruckus-CP-Token': row(143, text), 'Ruckus-Max-DL-UL-Quota': row(144, integer),
  'Ruckus-Traffic-Class-Attribute-Ids': row(145, text), 'Ruckus-TC-Attr-Ids-With-Quota': row(146, tlv),
  'Ruckus-Nat-Pool-Name': row(147, text), 'Ruckus-Sta-SVlan-Id': row(148, integer), 'Ruckus-TC-Acct-Ctrs': row(149, tlv),
  'Ruckus-AAA-Id': row(152, text), 'Ruckus-DPSK-Params': row(153, tlv), 'Ruckus-SCI-Role': row(200, text),
  'Ruckus-SCI-Resource-Group': row(201, text),
})

/** Inside the three TLVs above. */
const nested = {
  ...inside(plain['Ruckus-TC-Attr-Ids-With-Quota'], {
    'Ruckus-TC-Name-Quota': row(1, text), 'Ruckus-TC-Quota': row(2, octets),
  }),
  ...inside(plain['Ruckus-TC-Acct-Ctrs'], {
    'Ruckus-Acct-Ctrs_TC-Name': row(1, text), 'Ruckus-Acct-Ctrs_Input-Octets': row(2, integer),
    'Ruckus-Acct-Ctrs_Output-Octets': row(3, integer), 'Ruckus-Acct-Ctrs_Input-Packets': row(4, integer),
    'Ruckus-Acct-Ctrs_Output-Packets': row(5, integer),
  }),
  ...inside(plain['Ruckus-DPSK-Params'], {
    'Ruckus-DPSK-AKM-Suite': row(1, octets), 'Ruckus-DPSK-Cipher': row(2, byte), 'Ruckus-DPSK-Anonce': row(3, octets),
    'Ruckus-DPSK-EAPOL-Key-Frame': row(4, octets),
  }),
}

export const ruckus = { ...plain, ...nested }
