import { ipv4 } from '../addresses.ts'
import { integer, octets, text } from '../values.ts'
import { ofVendor, row } from './row.ts'

export const aruba = ofVendor(14_823, {
  'Aruba-User-Role': row(1, text), 'Aruba-User-Vlan': row(2, integer), 'Aruba-Priv-Admin-User': row(3, integer),
  'Aruba-Admin-Role': row(4, text), 'Aruba-Essid-Name': row(5, text), 'Aruba-Location-Id': row(6, text),
  'Aruba-Port-Identifier': row(7, text), 'Aruba-MMS-User-Template': row(8, text), 'Aruba-Named-User-Vlan': row(9, text),
  'Aruba-AP-Group': row(10, text), 'Aruba-Framed-IPv6-Address': row(11, text), 'Aruba-Device-Type': row(12, text),
  'Aruba-No-DHCP-Fingerprint': row(14, integer), 'Aruba-Mdps-Device-Udid': row(15, text), 'Aruba-Mdps-Device-Imei': row(16, text),
  'Aruba-Mdps-Device-Iccid': row(17, text), 'Aruba-Mdps-Max-Devices': row(18, integer), 'Aruba-Mdps-Device-Name': row(19, text),
  'Aruba-Mdps-Device-Product': row(20, text), 'Aruba-Mdps-Device-Version': row(21, text), 'Aruba-Mdps-Device-Serial': row(22, text),
  'Aruba-CPPM-Role': row(23, text), 'Aruba-AirGroup-User-Name': row(24, text), 'Aruba-AirGroup-Shared-User': row(25, text),
  'Aruba-AirGroup-Shared-Role': row(26, text), 'Aruba-AirGroup-Device-Type': row(27, integer), 'Aruba-Auth-Survivability': row(28, text),
  'Aruba-AS-User-Name': row(29, text), 'Aruba-AS-Credential-Hash': row(30, text), 'Aruba-WorkSpace-App-Name': row(31, text),
  'Aruba-Mdps-Provisioning-Settings': row(32, text), 'Aruba-Mdps-Device-Profile': row(33, text), 'Aruba-AP-IP-Address': row(34, ipv4),
  'Aruba-AirGroup-Shared-Group': row(35, text), 'Aruba-User-Group': row(36, text), 'Aruba-Network-SSO-Token': row(37, text),
  'Aruba-AirGroup-Version': row(38, integer), 'Aruba-Auth-SurvMethod': row(39, integer), 'Aruba-Port-Bounce-Host': row(40, integer),
  'Aruba-Calea-Server-Ip': row(41, ipv4), 'Aruba-Admin-Path': row(42, text), 'Aruba-Captive-Portal-URL': row(43, text),
  'Aruba-MPSK-Passphrase': row(44, octets, 'salted'), 'Aruba-ACL-Server-Query-Info': row(45, text), 'Aruba-Command-String': row(46, text),
  'Aruba-Network-Profile': row(47, text), 'Aruba-Admin-Device-Group': row(48, text), 'Aruba-PoE-Priority': row(49, integer),
  'Aruba-Port-Auth-Mode': row(50, integer), 'Aruba-NAS-Filter-Rule': row(51, text), 'Aruba-QoS-Trust-Mode': row(52, integer),
  'Aruba-UBT-Gateway-Role': row(53, text), 'Aruba-Gateway-Zone': row(54, text), 'Aruba-STP-Admin-Edge-Port': row(58, integer),
  'Aruba-UBT-Gateway-CPPM-Role': row(59, text), 'Aruba-AP-MAC-Address': row(60, text), 'Aruba-Device-MAC-Address': row(61, text),
  'Aruba-Device-Traffic-Class': row(63, integer),
})
