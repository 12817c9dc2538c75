import { integer, text } from '../values.ts'
import { ofVendor, row } from './row.ts'

/** ChilliSpot and its heirs: bandwidth in kilobits per second. */
export const chillispot = ofVendor(14_559, {
  'ChilliSpot-Max-Input-Octets': row(1, integer), 'ChilliSpot-Max-Output-Octets': row(2, integer), 'ChilliSpot-Max-Total-Octets': row(3, integer),
  'ChilliSpot-Bandwidth-Max-Up': row(4, integer), 'ChilliSpot-Bandwidth-Max-Down': row(5, integer), 'ChilliSpot-Config': row(6, text),
  'ChilliSpot-Lang': row(7, text), 'ChilliSpot-Version': row(8, text), 'ChilliSpot-OriginalURL': row(9, text),
  'ChilliSpot-Max-Input-Gigawords': row(21, integer), 'ChilliSpot-Max-Output-Gigawords': row(22, integer), 'ChilliSpot-Max-Total-Gigawords': row(23, integer),
  'ChilliSpot-UAM-Allowed': row(100, text), 'ChilliSpot-MAC-Allowed': row(101, text), 'ChilliSpot-Interval': row(102, integer),
})
