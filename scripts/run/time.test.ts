import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock, type Clock } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { listen } from '#shared/http/listen.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { generateDeviceKey } from '#shared/sign.ts'
import { signedTime } from '#portal/hub/time.ts'
import { RELEASED_MS } from '#portal/state/clock-floor.ts'
import { readOutbox } from '#portal/sync/outbox.ts'
import { readSettings } from '../settings/read.ts'
import { start } from './start.ts'
import { watchTime } from './time.ts'

const MINUTE_MS = 60_000

function ground(clock: Clock, flags: readonly (readonly [string, string])[]) {
  const data = mkdtempSync(join(tmpdir(), 'parvis-time-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const effects: Effects = { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }
  const { settings } = readSettings({ flags: new Map([['ops.port', '0'], ...flags]) }, { PARVIS_CONFIG: '/dev/null' })
  return { settings, directories: { data, runtime: undefined }, effects, roles: new Set(['counts'] as const) }
}
/** A hub that tells its time and nothing else. */
async function hubAt(nowMs: number) {
  const key = generateDeviceKey()
  const app = new Hono().get('/v1/time', signedTime(key, { clock: manualClock(nowMs), random: randomBytes, log: silentLog(), metrics: createMetrics() }))
  const listening = await listen({ hosts: ['127.0.0.1'], port: 0, key: 'hub.port', handler: getRequestListener(app.fetch) })
  onTestFinished(() => listening.close())
  return { key: JSON.stringify(key.jwk), flags: [['hub.mode', 'remote'], ['hub.url', listening.urls[0] ?? '']] as const }
}

test('batches of a gateway that wakes in 1970 say that nothing vouches for their times', async () => {
  for (const [clock, sync] of [[manualClock(MINUTE_MS), 'none'], [manualClock(RELEASED_MS + MINUTE_MS), 'system']] as const) {
    const parvis = await start(ground(clock, [['hub.mode', 'off']]))
    const { delivery } = parvis
    const [batch] = delivery ? readOutbox(delivery.books.store.reader).due(1, clock.now()) : []
    await parvis.close()
    expect(JSON.parse(batch?.bytes.toString() ?? '')).toMatchObject({ data: { clock: { sync, offset_ms: 0 } } })
  }
})

test('what the hub has signed is said of the clock, with how far ahead of it that is; a later start knows the floor', async () => {
  const here = RELEASED_MS + 86_400_000
  for (const [ahead, sync] of [[2 * MINUTE_MS, 'hub'], [-6 * MINUTE_MS, 'none']] as const) {
    const { key, flags } = await hubAt(here - ahead)
    const stands = ground(manualClock(here), flags)
    const time = watchTime(stands)
    expect(time.batchClock()).toEqual({ sync: 'system', offset_ms: 0 })
    time.follow(() => key)
    await expect.poll(() => time.batchClock()).toEqual({ sync, offset_ms: ahead })
    time.close()
    expect(watchTime(stands).sync()).toBe(sync === 'hub' ? 'system' : 'none')
  }
})

test('who is at no hub yet asks none', async () => {
  const { flags } = await hubAt(RELEASED_MS)
  const time = watchTime(ground(manualClock(RELEASED_MS), flags))
  time.follow(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 50))
  time.close()
  expect(time.sync()).toBe('system')
})
