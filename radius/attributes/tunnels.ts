import { taggedInteger, taggedOctets, taggedText } from '../tagged.ts'
import { own, row } from './row.ts'

/** RFC 2868 §3: how a NAS is told its VLAN (RFC 3580 §3.31). */
export const tunnels = own({
  'Tunnel-Type': row(64, taggedInteger), 'Tunnel-Medium-Type': row(65, taggedInteger), 'Tunnel-Client-Endpoint': row(66, taggedText),
  'Tunnel-Server-Endpoint': row(67, taggedText), 'Tunnel-Password': row(69, taggedOctets, 'salted'),
  'Tunnel-Private-Group-Id': row(81, taggedText), 'Tunnel-Assignment-Id': row(82, taggedText), 'Tunnel-Preference': row(83, taggedInteger),
  'Tunnel-Client-Auth-Id': row(90, taggedText), 'Tunnel-Server-Auth-Id': row(91, taggedText),
})
