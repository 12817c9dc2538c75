import { ipv4 } from '../addresses.ts'
import { integer, text } from '../values.ts'
import { ofVendor, row } from './row.ts'

export const mikrotik = ofVendor(14_988, {
  'Mikrotik-Recv-Limit': row(1, integer), 'Mikrotik-Xmit-Limit': row(2, integer), 'Mikrotik-Group': row(3, text),
  'Mikrotik-Wireless-Forward': row(4, integer), 'Mikrotik-Wireless-Skip-Dot1x': row(5, integer),
  'Mikrotik-Wireless-Enc-Algo': row(6, integer), 'Mikrotik-Wireless-Enc-Key': row(7, text), 'Mikrotik-Rate-Limit': row(8, text),
  'Mikrotik-Realm': row(9, text), 'Mikrotik-Host-IP': row(10, ipv4), 'Mikrotik-Mark-Id': row(11, text),
  'Mikrotik-Advertise-URL': row(12, text), 'Mikrotik-Advertise-Interval': row(13, integer),
  'Mikrotik-Recv-Limit-Gigawords': row(14, integer), 'Mikrotik-Xmit-Limit-Gigawords': row(15, integer),
  'Mikrotik-Wireless-PSK': row(16, text), 'Mikrotik-Total-Limit': row(17, integer), 'Mikrotik-Total-Limit-Gigawords': row(18, integer),
  'Mikrotik-Address-List': row(19, text), 'Mikrotik-Wireless-MPKey': row(20, text), 'Mikrotik-Wireless-Comment': row(21, text),
  'Mikrotik-Delegated-IPv6-Pool': row(22, text), 'Mikrotik-DHCP-Option-Set': row(23, text),
  'Mikrotik-DHCP-Option-Param-STR1': row(24, text), 'Mikrotik-DHCP-Option-Param-STR2': row(25, text),
  'Mikrotik-Wireless-VLANID': row(26, integer), 'Mikrotik-Wireless-VLANIDtype': row(27, integer),
  'Mikrotik-Wireless-Minsignal': row(28, text), 'Mikrotik-Wireless-Maxsignal': row(29, text), 'Mikrotik-Switching-Filter': row(30, text),
})
