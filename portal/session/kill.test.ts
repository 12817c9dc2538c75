// kill -9 at each arrow of the order of effects, in a real process with a real disk and a RADIUS server that lives on.
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '#shared/db/open.ts'
import { portalLives, tapAt, type PortalLives } from '#test/support/portal-lives.ts'
import { ask, settled } from '#test/support/portal-town.ts'
import { GATEWAY_MIGRATIONS, SESSION_MIGRATIONS } from '../migrations.ts'
import { STEPS, type Step } from './desk.ts'

const SESSION_SECONDS = 5
const PHONE = '127.0.0.2'

let lives: PortalLives
const survived: Step[] = []
beforeAll(async () => {
  lives = await portalLives(SESSION_SECONDS)
})
afterAll(() => lives.close())

const get = (port: number, path: string) => ask({ from: PHONE, port, path })
const online: ReadonlySet<Step> = new Set(['opening', 'added', 'open', 'told'])
const neverOpened: readonly Step[] = ['accepted', 'written']

test.concurrent.each(STEPS)('killed at "%s": after the restart time, gate, rows and reports agree', { timeout: 60_000 }, async (killAt) => {
  const dir = lives.folder()
  const first = await lives.live({ dir, killAt })
  const died = once(first.child, 'exit')
  const tappedAt = Date.now()
  // The answer never comes where the process dies before it.
  await tapAt(first.port, PHONE).catch(() => {})
  expect(await died).toEqual([null, 'SIGKILL'])

  const second = await lives.live({ dir })
  const capport: unknown = JSON.parse((await get(second.port, '/capport')).body)
  const left = SESSION_SECONDS - (Date.now() - tappedAt) / 1000
  if (online.has(killAt) && left > 2) {
    expect(capport).toMatchObject({ captive: false })
    expect(Math.abs((capport as { 'seconds-remaining': number })['seconds-remaining'] - left)).toBeLessThanOrEqual(2)
  }
  if (!online.has(killAt)) expect(capport).toMatchObject({ captive: true })

  const reader = openDb(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  const journal = reader.prepare('select count(*) from journal').pluck()
  await settled(() => journal.get() === 0, (SESSION_SECONDS + 10) * 1000)
  expect(journal.get()).toBe(0)
  expect(reader.prepare('select count(*) from receipt').pluck().get()).toBe(killAt === 'accepted' ? 0 : 1)
  reader.close()
  expect(JSON.parse((await get(second.port, '/capport')).body)).toMatchObject({ captive: true })
  const sessions = openDb(join(dir, 'sessions.db'), { durability: 'volatile', migrations: SESSION_MIGRATIONS })
  const rows = sessions.prepare('select count(*) from session').pluck().get()
  sessions.close()
  expect(rows).toBe(0)
  second.child.kill('SIGKILL')
  survived.push(killAt)
})

test('each boot was announced before anything else of it, and no restart announced itself', () => {
  // Each life here has a folder of its own, so a boot of its own; the restarts find it again.
  expect(new Set(lives.reports.filter(({ status }) => status === 'on').map((report) => JSON.stringify(report))).size).toBe(STEPS.length)
})

test('every session that RADIUS heard of has one Start and one Stop, however often they were sent', () => {
  expect(survived).toHaveLength(STEPS.length)
  const ids = new Set(lives.reports.filter(({ status }) => status !== 'on').map((report) => report.acctSessionId))
  expect(ids.size).toBe(STEPS.length - neverOpened.length)
  for (const id of ids) {
    for (const status of ['start', 'stop']) {
      const words = lives.reports.filter((report) => report.acctSessionId === id && report.status === status).map((report) => JSON.stringify(report))
      expect(new Set(words).size, `${status} of ${id}`).toBe(1)
    }
  }
})
