import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACCOUNTING_MIGRATIONS } from '#radius/accounting/schema.ts'
import { openDb } from '#shared/db/open.ts'
import { absent } from '#test/support/peer.ts'
import type { Generator, LoadResult } from './load.ts'
import { startOurs, type Ours } from './ours.ts'
import { sessionsExact } from './sessions.ts'
import { ownSessions, runStreams } from './streams.ts'

let ours: Ours
let sent: LoadResult
const generator: Pick<Generator, 'lanes'> = { lanes: () => [ownSessions('')] }

// Server and generator are put on a processor each.
const alone = availableParallelism() < 2 || absent('taskset')

beforeAll(async () => {
  if (alone) return
  ours = await startOurs({ users: 50 })
  const [result] = await runStreams([{ kind: 'acct', port: ours.acct, users: 10, wrong: 0, seconds: 0.3, rate: 2_000 }])
  if (!result) throw new Error('the generator said nothing')
  sent = result
}, 30_000)
afterAll(() => (alone ? undefined : ours.stop()))

test.skipIf(alone)('the server has every session that the generator reported, with its last counters', async () => {
  expect(sent.replies).toBeGreaterThan(300)
  expect(sent.lost).toBe(0)
  await expect(sessionsExact(ours, generator, sent)).resolves.toBeLessThan(2)
})

test.skipIf(alone)('a report that was acknowledged and is not there is noticed', async () => {
  await expect(sessionsExact(ours, generator, { ...sent, sent: sent.sent + 1, replies: sent.sent + 1 })).rejects.toThrow(/the rows come to/)
})

test.skipIf(alone)('a session with another counter than was reported is noticed', async () => {
  const db = openDb(join(ours.data, 'radius.db'), { durability: 'relaxed', migrations: ACCOUNTING_MIGRATIONS })
  db.exec('update accounting_session set input_octets = input_octets + 1 where session = (select min(session) from accounting_session)')
  db.close()
  await expect(sessionsExact(ours, generator, sent)).rejects.toThrow(/not what its access point reported/)
})
