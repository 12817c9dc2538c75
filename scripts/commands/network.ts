import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { dnsmasqConf } from '#portal/gateway/network/dnsmasq.ts'
import { openDirectories } from '../run/directories.ts'
import { networkOf } from '../run/network.ts'
import { NO_POOLS } from '../settings/network-checks.ts'
import { readSettings } from '../settings/read.ts'
import { writeWhole } from '../run/secrets.ts'
import type { Command } from './command.ts'
import { verbOf } from './words.ts'

export const network: Command = {
  help: `parvis network dnsmasq [--write FILE] [--config FILE]

Prints the configuration of dnsmasq for the phones' networks, drawn from gateway.lan and [network]: DHCP with leases of half
an hour, the address of the portal's API (options 114 and 103), names that are reached before sign-in, and names that are
never. --write FILE writes it, to start "dnsmasq --keep-in-foreground --conf-file=FILE" with.`,
  options: { write: 'value' },
  words: true,
  async run(invocation, io) {
    verbOf('network', { dnsmasq: { words: [] } }, invocation.words, network.help)
    const { settings } = readSettings(invocation, io.env)
    const wanted = networkOf(settings, openDirectories(io.env))
    const text = dnsmasqConf(wanted)
    if (wanted.pools.length === 0) io.err(`network.pools: ${NO_POOLS}\n`)
    const file = invocation.options.get('write')
    if (typeof file !== 'string') {
      io.out(text)
      return 0
    }
    // dnsmasq does not start without the files that the portal writes; it may well start before the portal.
    mkdirSync(dirname(wanted.files.options), { recursive: true, mode: 0o700 })
    for (const path of [wanted.files.options, wanted.files.hosts]) writeFileSync(path, '', { flag: 'a', mode: 0o600 })
    writeWhole(file, text)
    return 0
  },
}
