// For tests that need a real program or a kernel right: `test.skipIf(absent('freeradius'))('…', …)`.
import { spawnSync } from 'node:child_process'
import { where } from '#scripts/test/peers.ts'

const required = process.env['PARVIS_REQUIRE_PEERS'] === '1'
const told = new Set<string>()

function skip(reason: string, must = required): true {
  if (must) throw new Error(`PARVIS_REQUIRE_PEERS=1, but ${reason}`)
  if (!told.has(reason)) process.stderr.write(`skipped: ${reason}\n`)
  told.add(reason)
  return true
}

/** True, with the reason printed, when one of the programs is not there. With PARVIS_REQUIRE_PEERS=1 that fails the file. */
export function absent(...binaries: readonly string[]): boolean {
  const missing = binaries.filter((binary) => !where(binary))
  return missing.length > 0 && skip(`${missing.join(', ')} not installed`)
}

/** The full path of a program that `absent` found. */
export function peer(binary: string): string {
  const path = where(binary)
  if (!path) throw new TypeError(`${binary} is not there: guard the test with absent('${binary}')`)
  return path
}

/** True, with the reason printed, where this user may not make namespaces of its own. */
export function namespacesForbidden(): boolean {
  if (absent('unshare', 'ip', 'nft')) return true
  const flags = process.getuid?.() === 0 ? '-nm' : '-Urnm'
  const tried = spawnSync('unshare', [flags, 'true'])
  return tried.status !== 0 && skip('this machine does not let us make network namespaces')
}

/** True, with the reason printed, when the folder or file of outside data is absent: the project does without it everywhere. */
export function withoutOutsideData(path: string | undefined): boolean {
  return path === undefined && skip('outside data (../shared/data) is not beside the project', false)
}

/**
 * True, with the reason printed, where a namespace of one's own does not give enough: dnsmasq puts on another account, and nft's largest transaction wants a socket buffer
 * beyond the machine's limit, which its own CAP_NET_ADMIN alone may ask for.
 */
export function ordinaryAccount(): boolean {
  return process.getuid?.() !== 0 && skip('an ordinary account: dnsmasq cannot change its own, nor nft ask for a larger buffer', false)
}
