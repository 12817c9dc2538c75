// Tells phones where the API of RFC 8908 is, by all three ways of RFC 8910, and takes it back: DHCP and DHCPv6 through dnsmasq's files,
// router advertisements through the advertiser.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { Advertiser } from './advertiser.ts'
import type { NetworkFiles } from './dnsmasq.ts'
import { LONGEST_URI_BYTES } from './router-advertisement.ts'

export type Announcements = {
  /** `uri`: of the API, https; undefined: phones are told nothing and find the portal by their probes. */
  announce(uri: string | undefined): void
  /** Our own names, and the addresses that phones reach us by. */
  name(names: readonly string[], addresses: readonly string[]): void
  close(): Promise<void>
}

function writeWhole(path: string, text: string): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/** dnsmasq's process, if that is what the file still names: a number may have been given to another since. */
function dnsmasqPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim())
    return Number.isInteger(pid) && pid > 1 && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dnsmasq' ? pid : undefined
  } catch {
    return undefined
  }
}

/** RFC 8910 §2.1 and §2.2. A comma would end the value. */
function optionsFor(uri: string | undefined): string {
  if (uri === undefined) return ''
  if (!/^https:\/\/[\x21-\x2b\x2d-\x7e]+$/.test(uri) || uri.length > LONGEST_URI_BYTES) throw new TypeError(`${uri} cannot be told by DHCP`)
  return `114,${uri}\noption6:103,${uri}\n`
}

export function createAnnouncements(files: NetworkFiles, advertiser: Advertiser | undefined, effects: Pick<Effects, 'log'>): Announcements {
  const log = effects.log.scoped('network')

  /** SIGHUP makes dnsmasq read both files anew; leases and everyone's connections stay. */
  function reread(): void {
    const pid = dnsmasqPid(files.pid)
    if (pid === undefined) return
    try {
      process.kill(pid, 'SIGHUP')
    } catch (error) {
      log.error('dnsmasq does not hear us', { reason: reason(error), remedy: 'run it as the portal’s own account, as the template says' })
    }
  }
  const written = new Map<string, string>()
  function write(path: string, text: string): void {
    if (written.get(path) === text) return
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeWhole(path, text)
    written.set(path, text)
    reread()
  }

  return {
    announce(uri) {
      write(files.options, optionsFor(uri))
      advertiser?.announce(uri)
    },
    name(names, addresses) {
      write(files.hosts, names.length === 0 ? '' : addresses.map((address) => `${address} ${names.join(' ')}\n`).join(''))
    },
    close: async () => advertiser?.close(),
  }
}
