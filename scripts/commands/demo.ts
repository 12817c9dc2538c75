import { UsageError } from '#shared/errors.ts'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStore } from '#portal/hub/store/sqlite.ts'
import { acquireLock } from '#shared/db/lock.ts'
import { askServer, dataDirectory } from '../control/client.ts'
import type { Command } from './command.ts'
import { verbOf } from './words.ts'

/** No server runs: the same, on the files themselves. */
async function removeHere(data: string): Promise<number> {
  const lock = acquireLock(join(data, 'lock'))
  try {
    writeFileSync(join(data, 'demo-removed'), '')
    rmSync(join(data, 'demo'), { recursive: true, force: true })
    const path = join(data, 'hub.db')
    if (!existsSync(path)) return 0
    const store = sqliteStore(path)
    try {
      return await store.counts.removeDemo()
    } finally {
      await store.close()
    }
  } finally {
    lock.release()
  }
}

export const demo: Command = {
  help: `parvis demo remove [--json]

Removes the demonstration's sites, counts and gateway, here and at the hub. It does not come back at the next start. The kiosk
shows the invented town's services until kiosk.directory names the city's own.`,
  options: { json: 'flag' },
  words: true,
  async run({ words, options }, io) {
    verbOf('demo', { remove: { words: [] } }, words, demo.help)
    const data = dataDirectory(io.env)
    if (!existsSync(data)) throw new UsageError('usage', `${data} does not exist: set PARVIS_DATA to the server's data directory`)
    const asked = await askServer(data, 'demo remove')
    const { sites } = asked ? (asked.answer as { sites: number }) : { sites: await removeHere(data) }
    io.out(options.has('json') ? `${JSON.stringify({ sites })}\n` : `The demonstration is gone (${sites} sites).\n`)
    return 0
  },
}
