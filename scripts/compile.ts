// Loads everything that `parvis run` may load, so that Node's compile cache (NODE_COMPILE_CACHE) holds all of it: see bootstrap.js.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadedWriter } from '#shared/db/durable-writer.ts'

await Promise.all([
  import('./run/start.ts'),
  import('./run/portal.ts'),
  import('./run/radius.ts'),
  import('#portal/hub/main.ts'),
  import('#kiosk/main.ts'),
  import('./demo/rehearsal.ts'),
  import('./commands/all.ts'),
])
// The writer's thread loads its own copy.
const dir = mkdtempSync(join(tmpdir(), 'parvis-'))
const writer = await threadedWriter(join(dir, 'a.db'), { durability: 'volatile', migrations: [] })
await writer.close()
rmSync(dir, { recursive: true })
