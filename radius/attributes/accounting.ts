import { integer, text } from '../values.ts'
import { own, row } from './row.ts'

/** RFC 2866 §5; RFC 2867 §4 (tunnels). */
export const accounting = own({
  'Acct-Status-Type': row(40, integer), 'Acct-Delay-Time': row(41, integer), 'Acct-Input-Octets': row(42, integer),
  'Acct-Output-Octets': row(43, integer), 'Acct-Session-Id': row(44, text), 'Acct-Authentic': row(45, integer),
  'Acct-Session-Time': row(46, integer), 'Acct-Input-Packets': row(47, integer), 'Acct-Output-Packets': row(48, integer),
  'Acct-Terminate-Cause': row(49, integer), 'Acct-Multi-Session-Id': row(50, text), 'Acct-Link-Count': row(51, integer),
  'Acct-Tunnel-Connection': row(68, text), 'Acct-Tunnel-Packets-Lost': row(86, integer),
})
