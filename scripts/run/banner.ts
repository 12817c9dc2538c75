import type { Io } from '../commands/command.ts'
import type { Directories } from './directories.ts'
import type { Parvis } from './start.ts'

/** One row a door, in the order in which someone new would try them. */
const DOORS = [
  ['portal', 'Portal', 'what a phone on the Wi-Fi sees'],
  ['kiosk', 'Kiosk', 'the directory of services'],
  ['staff', 'Staff', 'counts and downloads'],
  ['ops', 'Operator', 'health and metrics, this machine only'],
] as const

/** What `npm start` says once everything listens. */
export function banner({ urls, ports, staffCode }: Parvis, { data, runtime }: Directories, io: Io): string {
  const bold = (text: string): string => (io.colour ? `\u001B[1;36m${text}\u001B[0m` : text)
  const lines = ['', `  ${bold('Parvis')} is open.`, '']
  for (const [door, name, what] of DOORS) {
    const url = urls[door]
    if (url !== undefined) lines.push(`  ${name.padEnd(9)} ${bold(url.padEnd(32))} ${what}`)
  }
  if (ports['radius_auth'] !== undefined) lines.push(`  ${'RADIUS'.padEnd(9)} ${`udp ${ports['radius_auth']}, ${ports['radius_acct']}`.padEnd(32)} secret in ${data}/radius.secret`)
  lines.push('', `  Data      ${data}`)
  lines.push(runtime === undefined ? '  Sessions  in memory only (no tmpfs to write to): they end with this process' : `  Sessions  ${runtime}`)
  if (staffCode !== undefined) lines.push('', `  First staff sign-in: open ${urls['staff'] ?? ''} and use the one-time code ${bold(staffCode)}`)
  return `${lines.join('\n')}\n\n`
}
