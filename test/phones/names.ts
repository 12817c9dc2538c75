// Names for everybody in a laboratory: its own /etc/hosts and no name server, in its mount namespace only.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UPSTREAM } from '#test/lab/network.ts'
import type { Lab } from '#test/lab/lab.ts'

/** Lets `hosts` be the world, by both families, for all who are inside. @returns what removes the files again. */
export async function nameTheWorld(lab: Lab, hosts: readonly string[]): Promise<() => void> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-names-'))
  const names = [...new Set(hosts)].join(' ')
  const files = { hosts: `127.0.0.1 localhost\n${UPSTREAM.v4} ${names}\n${UPSTREAM.v6} ${names}\n`, 'resolv.conf': '# nobody answers here\n' }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(dir, name), text)
    const { code, stderr } = await lab.in('gateway', ['mount', '--bind', join(dir, name), `/etc/${name}`])
    if (code !== 0) throw new Error(`mount of /etc/${name}: ${stderr}`)
  }
  return () => rmSync(dir, { recursive: true, force: true })
}
