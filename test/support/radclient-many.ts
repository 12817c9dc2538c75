// radclient with many packets in one run; it waits for the reply of each.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RadclientOptions } from './freeradius.ts'
import { peer } from './peer.ts'

const AT_ONCE = 16
const ARGUMENTS = ['-x', '-r', '1', '-t', '5', '-p', String(AT_ONCE)]

type Many = Pick<RadclientOptions, 'kind' | 'port' | 'secret'> & {
  /** Each a packet: one line an attribute. */
  readonly packets: readonly (readonly string[])[]
}

/** What it printed: each reply as `Received … Id 7 …` and its attributes on lines with a tab. Guard with `absent('radclient')`. */
export async function radclientMany({ kind, port, secret, packets }: Many): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-radclient-'))
  const file = join(dir, 'packets')
  writeFileSync(file, `${packets.map((lines) => lines.join('\n')).join('\n\n')}\n`)
  const child = spawn(peer('radclient'), [...ARGUMENTS, '-f', file, `127.0.0.1:${port}`, kind, secret], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void said.push(chunk))
  try {
    return await new Promise<string>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', () => resolve(Buffer.concat(said).toString('utf8')))
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
