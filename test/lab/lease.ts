// What the real dhclient is told on a phone, by DHCP or by stateless DHCPv6.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './curl.ts'
import type { Lab } from './lab.ts'

/** dhclient hands to its script, as variables, what it learnt; the address of the phone stays as the lab gave it. */
const SCRIPT = '#!/bin/sh\nenv >>"$0.told"\n'
const CONF = {
  4: 'option captive-portal code 114 = text;\nrequest subnet-mask, routers, domain-name-servers, captive-portal;\n',
  6: 'option dhcp6.captive-portal code 103 = text;\nrequest;\nalso request dhcp6.captive-portal, dhcp6.name-servers;\n',
} as const

/** Variables of dhclient-script(8) that begin with `new_`. @param dir where its files may lie. @param hostName what the phone calls itself. */
export async function lease(lab: Lab, who: string, dir: string, family: 4 | 6, hostName?: string): Promise<Readonly<Record<string, string>>> {
  const path = (name: string) => join(dir, `${who}${family}.${name}`)
  for (const name of ['script.told', 'leases']) rmSync(path(name), { force: true })
  writeFileSync(path('script'), SCRIPT, { mode: 0o755 })
  writeFileSync(path('conf'), CONF[family] + (hostName === undefined ? '' : `send host-name ${JSON.stringify(hostName)};\n`))
  const kind = family === 4 ? ['-4'] : ['-6', '-S']
  const client = lab.spawn(who, ['dhclient', ...kind, '-1', '-d', '-cf', path('conf'), '-lf', path('leases'), '-pf', path('pid'), '-sf', path('script'), 'wlan0'])
  const told = () => (existsSync(path('script.told')) ? readFileSync(path('script.told'), 'utf8') : '')
  await until(async () => /^reason=(BOUND|RENEW6)$/m.test(told()), 10)
  await client.kill('SIGKILL')
  return Object.fromEntries(told().split('\n').filter((line) => line.startsWith('new_')).map((line) => line.split(/=(.*)/s).slice(0, 2)))
}
