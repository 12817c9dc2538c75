import type { Io } from '../commands/command.ts'
import type { Directories } from './directories.ts'
import type { Parvis } from './start.ts'

/** One row a door, in the order in which someone new would try them; `of` is the role that it needs, `path` leads further in. */
const DOORS = [
  { door: 'portal', of: 'portal', path: '', name: 'Portal', what: 'what a phone on the Wi-Fi sees' },
  { door: 'kiosk', of: 'kiosk', path: '', name: 'Kiosk', what: 'the directory of services' },
  { door: 'staff', of: 'staff', path: '', name: 'Staff', what: 'counts and downloads' },
  { door: 'ops', of: 'portal', path: 'operator', name: 'Operator', what: 'live connections, with a code from: scripts/parvis operator code NAME' },
  { door: 'ops', of: 'ops', path: '', name: 'Health', what: 'health and metrics, this machine only' },
] as const

/** What `npm start` says once everything listens. */
export function banner({ urls, ports, staffCode }: Pick<Parvis, 'urls' | 'ports' | 'staffCode'>, { data, runtime }: Pick<Directories, 'data' | 'runtime'>, io: Pick<Io, 'colour'>): string {
  const bold = (text: string): string => (io.colour ? `\u001B[1;36m${text}\u001B[0m` : text)
  const lines = ['', `  ${bold('Parvis')} is open.`, '']
  for (const { door, of, path, name, what } of DOORS) {
    const url = urls[door]
    if (url !== undefined && urls[of] !== undefined) lines.push(`  ${name.padEnd(9)} ${bold(`${url}${path}`.padEnd(32))} ${what}`)
  }
  if (ports['radius_auth'] !== undefined) lines.push(`  ${'RADIUS'.padEnd(9)} ${`udp ${ports['radius_auth']}, ${ports['radius_acct']}`.padEnd(32)} secret in ${data}/radius.secret`)
  lines.push('', `  Data      ${data}`)
  lines.push(runtime === undefined ? '  Sessions  in memory only (no tmpfs to write to): they end with this process' : `  Sessions  ${runtime}`)
  if (staffCode !== undefined) lines.push('', `  First staff sign-in: open ${urls['staff'] ?? ''} and use the one-time code ${bold(staffCode)}`)
  return `${lines.join('\n')}\n\n`
}
