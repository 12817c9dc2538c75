// kill -9 at each arrow of the order of effects, in a real process with a real disk and a RADIUS server that lives on.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { oneProfile } from '#radius/profiles.ts'
import { startRadius, type RunningRadius } from '#radius/main.ts'
import type { AccountingReport } from '#radius/nas.ts'
import { systemClock } from '#shared/clock.ts'
import { openDb } from '#shared/db/open.ts'
import { ask, formFields, settled } from '#test/support/portal-town.ts'
import { KEYRING, SECRET, townEffects } from '#test/support/radius-town.ts'
import type { Life } from '#test/support/portal-life.ts'
import { GATEWAY_MIGRATIONS, SESSION_MIGRATIONS } from '../migrations.ts'
import { STEPS, type Step } from './desk.ts'

const SESSION_SECONDS = 5
const LIFE = join(import.meta.dirname, '../../test/support/portal-life.ts')
const PHONE = '127.0.0.2'

let radius: RunningRadius
const reports: AccountingReport[] = []
const survived: Step[] = []
const children: ChildProcess[] = []
const dirs: string[] = []
beforeAll(async () => {
  const effects = townEffects(systemClock())
  radius = await startRadius(
    { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET }], tokenKeys: KEYRING, profiles: oneProfile({ sessionSeconds: SESSION_SECONDS }) },
    effects,
    { accounting: { record: async (_client, report) => void reports.push(report), alive: () => false }, tokenUses: createTokenUses(undefined, effects.clock) },
  )
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await radius.close()
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

async function live(life: Life): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [LIFE, JSON.stringify(life)], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  return { child, port: Number(String(line)) }
}
const get = (port: number, path: string) => ask({ from: PHONE, port, path })
async function tap(port: number): Promise<void> {
  const body = new URLSearchParams(formFields((await get(port, '/')).body)).toString()
  await ask({ from: PHONE, port, path: '/connect', method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
}
const online: ReadonlySet<Step> = new Set(['opening', 'added', 'open', 'told'])
const neverOpened: readonly Step[] = ['accepted', 'written']

test.concurrent.each(STEPS)('killed at "%s": after the restart time, gate, rows and reports agree', { timeout: 60_000 }, async (killAt) => {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-kill-'))
  dirs.push(dir)
  const ports = { authPort: radius.authPort, acctPort: radius.acctPort }
  const first = await live({ dir, ...ports, killAt })
  const died = once(first.child, 'exit')
  const tappedAt = Date.now()
  // The answer never comes where the process dies before it.
  await tap(first.port).catch(() => {})
  expect(await died).toEqual([null, 'SIGKILL'])

  const second = await live({ dir, ...ports })
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
  expect(new Set(reports.filter(({ status }) => status === 'on').map((report) => JSON.stringify(report))).size).toBe(STEPS.length)
})

test('every session that RADIUS heard of has one Start and one Stop, however often they were sent', () => {
  expect(survived).toHaveLength(STEPS.length)
  const ids = new Set(reports.filter(({ status }) => status !== 'on').map((report) => report.acctSessionId))
  expect(ids.size).toBe(STEPS.length - neverOpened.length)
  for (const id of ids) {
    for (const status of ['start', 'stop']) {
      const words = reports.filter((report) => report.acctSessionId === id && report.status === status).map((report) => JSON.stringify(report))
      expect(new Set(words).size, `${status} of ${id}`).toBe(1)
    }
  }
})
