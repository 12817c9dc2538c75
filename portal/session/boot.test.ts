// The power goes at each arrow of the order of effects: a process killed there, and its runtime directory gone with it.
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TerminateCause } from '#radius/nas.ts'
import { openDb } from '#shared/db/open.ts'
import { loseRuntime, portalLives, tapAt, type PortalLives } from '#test/support/portal-lives.ts'
import { ask, settled } from '#test/support/portal-town.ts'
import { GATEWAY_MIGRATIONS, SESSION_MIGRATIONS } from '../migrations.ts'
import { STEPS, type Step } from './desk.ts'

const SESSION_SECONDS = 2
const PHONE = '127.0.0.2'
/** From this arrow on the journal has the session's own end. */
const ENDED: ReadonlySet<Step> = new Set(['stopped', 'gone', 'acknowledged'])

let lives: PortalLives
beforeAll(async () => {
  lives = await portalLives(SESSION_SECONDS)
})
afterAll(() => lives.close())

/** What is told after the boot about a session that was cut off there; nothing where the disk never heard of it. */
function causeAfterBoot(cutAt: Step): TerminateCause | undefined {
  if (cutAt === 'accepted') return undefined
  return ENDED.has(cutAt) ? 'sessionTimeout' : 'nasReboot'
}

test.concurrent.each(STEPS)('the power goes at "%s": then nobody is online, On comes first, and the session has one Stop', { timeout: 60_000 }, async (cutAt) => {
  const dir = lives.folder()
  const first = await lives.live({ dir, killAt: cutAt })
  const died = once(first.child, 'exit')
  await tapAt(first.port, PHONE).catch(() => {})
  await died
  loseRuntime(dir)
  const reader = openDb(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  const session = reader.prepare<[], string>('select session from journal').pluck().get()
  const before = lives.reports.length

  const second = await lives.live({ dir })
  expect(JSON.parse((await ask({ from: PHONE, port: second.port, path: '/capport' })).body)).toMatchObject({ captive: true })
  const sessions = openDb(join(dir, 'sessions.db'), { durability: 'volatile', migrations: SESSION_MIGRATIONS })
  const boot = sessions.prepare<[], string>('select id from boot').pluck().get()
  sessions.close()
  // Others run beside this one: theirs have other ids.
  const told = () => lives.reports.slice(before).filter(({ acctSessionId }) => acctSessionId === boot || acctSessionId === session)
  const outstanding = reader.prepare<[], number>('select count(*) from journal').pluck()
  await settled(() => outstanding.get() === 0 && told().length > 0, 10_000)
  expect(outstanding.get()).toBe(0)
  reader.close()
  const cause = causeAfterBoot(cutAt)
  expect(told().map(({ status, terminateCause }) => [status, terminateCause])).toEqual([['on', undefined], ...(cause === undefined ? [] : [['stop', cause]])])
  second.child.kill('SIGKILL')
})
