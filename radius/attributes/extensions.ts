import { integer, octets, text } from '../values.ts'
import { own, row } from './row.ts'

/** RFC 2869 §5. */
export const extensions = own({
  'Acct-Input-Gigawords': row(52, integer), 'Acct-Output-Gigawords': row(53, integer), 'Event-Timestamp': row(55, integer),
  'ARAP-Password': row(70, octets), 'ARAP-Features': row(71, octets), 'ARAP-Zone-Access': row(72, integer), 'ARAP-Security': row(73, integer),
  'ARAP-Security-Data': row(74, octets), 'Password-Retry': row(75, integer), 'Prompt': row(76, integer), 'Connect-Info': row(77, text),
  'Configuration-Token': row(78, text), 'EAP-Message': row(79, octets), 'Message-Authenticator': row(80, octets),
  'ARAP-Challenge-Response': row(84, octets), 'Acct-Interim-Interval': row(85, integer), 'NAS-Port-Id': row(87, text), 'Framed-Pool': row(88, text),
})

/** RFC 5176 §3.5. */
export const dynamicAuthorization = own({
  'Error-Cause': row(101, integer),
})
