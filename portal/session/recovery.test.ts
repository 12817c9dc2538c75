// What a restart and a reboot leave behind. A kill is played by opening the same files again beside the abandoned ones.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createNas, type NasSettings } from '#radius/client.ts'
import type { AccountingReport, Nas } from '#radius/nas.ts'
import { UnavailableError } from '#shared/errors.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import { START_MS } from '#test/support/radius-town.ts'
import { portalTown, settled, type PortalTown } from '#test/support/portal-town.ts'

const towns: PortalTown[] = []
afterEach(async () => {
  for (const town of towns.splice(0)) await town.close()
})
async function live(options: Parameters<typeof portalTown>[0] = {}): Promise<PortalTown> {
  const town = await portalTown(options)
  towns.push(town)
  return town
}

/** Brings a phone online and waits until RADIUS has heard of it. */
async function connected(town: PortalTown): Promise<void> {
  await town.phone('127.0.0.2').connect()
  const told = town.volatile.prepare('select count(*) from session where start_told = 1').pluck()
  await settled(() => told.get() === 1)
}

/** The files as a kill -9 leaves them; `reboot` loses what was in the runtime directory. */
async function nextLife(town: PortalTown, { afterMs = 0, reboot = false, ...options }: { afterMs?: number; reboot?: boolean } & Parameters<typeof portalTown>[0] = {}): Promise<PortalTown> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-portal-'))
  cpSync(town.dir, dir, { recursive: true })
  if (reboot) for (const end of ['', '-wal', '-shm']) rmSync(join(dir, `sessions.db${end}`), { force: true })
  return live({ dir, startMs: town.clock.now() + afterMs, ...options })
}

test('a restart keeps who is online, with the time that is left', async () => {
  const first = await live()
  await connected(first)
  first.clock.advance(600_000)
  const second = await nextLife(first, { afterMs: 30_000 })
  expect(await second.enforcer.list()).toMatchObject([{ mac: '02007f000002', secondsLeft: 6_570 }])
  expect(JSON.parse((await second.phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: false, 'seconds-remaining': 6_570 })
  expect(second.reports).toEqual([])
})

test('a session that expired while we were down is closed before the first answer, with its Stop', async () => {
  const first = await live()
  await connected(first)
  const second = await nextLife(first, { afterMs: 7_800_000 })
  expect(second.volatile.prepare('select count(*) from session').pluck().get()).toBe(0)
  expect(await second.enforcer.list()).toEqual([])
  expect(JSON.parse((await second.phone('127.0.0.2').get('/capport')).body)).toMatchObject({ captive: true })
  await settled(() => second.reports.length > 0)
  expect(second.reports).toMatchObject([{ status: 'stop', terminateCause: 'sessionTimeout', sessionSeconds: 7_200, eventSeconds: START_MS / 1000 + 7_200 }])
})

test.each(['opening', 'added'] as const)('a tap that was cut off at "%s" is brought to its end: RADIUS said yes and the receipt is stored', async (cut) => {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-portal-'))
  const first: PortalTown = await live({ parts: { step: (step) => void (step === cut && cpSync(first.dir, dir, { recursive: true })) } })
  await first.phone('127.0.0.2').connect()
  const second = await live({ dir, startMs: first.clock.now() + 30_000 })
  expect(await second.enforcer.list()).toMatchObject([{ mac: '02007f000002', secondsLeft: 7_170 }])
  expect((await second.phone('127.0.0.2').get('/status')).body).toContain('Il reste 1 heure et 59 minutes')
  expect(second.seen.started).toHaveLength(1)
  await settled(() => second.reports.length > 0)
  expect(second.reports).toMatchObject([{ status: 'start', eventSeconds: START_MS / 1000 }])
})

test('after a reboot nobody is online, and each session has its Stop from the last checkpoint', async () => {
  const first = await live()
  await connected(first)
  for (let minute = 0; minute < 12; minute++) {
    first.clock.advance(60_000)
    await first.portal.sessions.round()
  }
  const second = await nextLife(first, { afterMs: 60_000, reboot: true })
  expect(await second.enforcer.list()).toEqual([])
  await settled(() => second.reports.length > 0)
  expect(second.reports).toMatchObject([{ status: 'stop', terminateCause: 'nasReboot', sessionSeconds: 600, eventSeconds: START_MS / 1000 + 600 }])
  expect(second.reports[0]?.callingStationId).toBeUndefined()
})

test('after a boot Accounting-On comes before everything else, once, whether or not anybody was online; a restart says none', async () => {
  const words: string[] = []
  const hear = (said: string[]) => async (effects: PortalTown['effects'], settings: NasSettings): Promise<Nas> => {
    const nas = await createNas(settings, effects)
    return { ...nas, account: (report) => (said.push(`${report.status} ${report.terminateCause ?? ''}`), nas.account(report)) }
  }
  const first = await live({ nas: hear(words) })
  await settled(() => first.announcements.length > 0)
  expect(words).toEqual(['on '])
  await connected(first)
  words.length = 0
  const restarted = await nextLife(first, { afterMs: 10_000, nas: hear(words) })
  await restarted.portal.sessions.round()
  expect(words).toEqual([])
  const rebooted = await nextLife(restarted, { afterMs: 60_000, reboot: true, nas: hear(words) })
  await settled(() => rebooted.reports.length > 0)
  expect(words).toEqual(['on ', 'stop nasReboot'])
  expect(rebooted.announcements).toMatchObject([{ nasIdentifier: 'parvis-test', userName: '' }])
  expect(rebooted.announcements[0]?.acctSessionId).not.toBe(first.announcements[0]?.acctSessionId)
})

/** A server that takes what `takes` says, of which `heard` keeps the kinds. */
function choosy(takes: (report: AccountingReport) => boolean): { heard: string[]; nas: () => Promise<Nas> } {
  const heard: string[] = []
  return {
    heard,
    nas: async () => ({
      access: async () => ({ kind: 'accept', authorisation: { sessionSeconds: 7_200 } }) as const,
      account: async (report) => takes(report) && heard.push(report.status) > 0,
      close: async () => {},
    }),
  }
}

test('while Accounting-On is not acknowledged nothing else is told; killed in between, the next life begins with it', async () => {
  const first = await live(choosy(() => false))
  await first.phone('127.0.0.2').connect()
  await first.portal.sessions.round()
  const server = choosy(() => true)
  const second = await nextLife(first, { afterMs: 30_000, nas: server.nas })
  await settled(() => server.heard.length >= 2)
  expect(server.heard).toEqual(['on', 'start'])
  await second.portal.sessions.round()
  expect(server.heard).toEqual(['on', 'start'])
})

test('a server that has no answer to Accounting-On hears the rest after ten minutes, and never that one late', async () => {
  const server = choosy(({ status }) => status !== 'on')
  const town = await live({ nas: server.nas })
  await town.phone('127.0.0.2').connect()
  town.clock.advance(590_000)
  await town.portal.sessions.round()
  expect(server.heard).toEqual([])
  town.clock.advance(10_000)
  await town.portal.sessions.round()
  await settled(() => server.heard.length > 0)
  expect(server.heard).toEqual(['start'])
  expect(town.effects.lines.join('')).toContain('no server acknowledged Accounting-On')
})

test('after a power cut with the disk full the portal starts all the same, and the Stops follow when there is room', async () => {
  const first = await live()
  await connected(first)
  let full = true
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, write: (...statements) => (full ? Promise.reject(new UnavailableError('write_refused', 'SQLITE_FULL')) : writer.write(...statements)) })
  const second = await nextLife(first, { afterMs: 60_000, reboot: true, durable })
  expect((await second.phone('127.0.0.3').connect()).body).toContain('Vous êtes en ligne')
  full = false
  await second.portal.sessions.round()
  await settled(() => second.reports.some(({ status }) => status === 'stop'))
  expect(second.reports.filter(({ status }) => status === 'stop')).toMatchObject([{ terminateCause: 'nasReboot' }])
})

test('a tap that was cut off while the gate was broken is brought to its end by the next round', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-portal-'))
  const first: PortalTown = await live({ parts: { step: (step) => void (step === 'opening' && cpSync(first.dir, dir, { recursive: true })) } })
  await first.phone('127.0.0.2').connect()
  let broken = true
  const second = await live({
    dir,
    startMs: first.clock.now() + 30_000,
    enforcer(clock) {
      const gate = dryRunEnforcer({ clock })
      return { ...gate, open: (grant) => (broken ? Promise.reject(new UnavailableError('enforcer', 'pulled')) : gate.open(grant)) }
    },
  })
  expect(await second.enforcer.list()).toEqual([])
  broken = false
  await second.portal.sessions.round()
  expect(await second.enforcer.list()).toMatchObject([{ mac: '02007f000002', secondsLeft: 7_170 }])
  await settled(() => second.reports.length > 0)
  expect(second.reports).toMatchObject([{ status: 'start' }])
})

test('a Stop that no server heard goes out again after a restart, in the same words', async () => {
  const deaf = { access: async () => ({ kind: 'accept', authorisation: { sessionSeconds: 90 } }) as const, account: async () => false, close: async () => {} }
  const first = await live({ nas: async () => deaf })
  await first.phone('127.0.0.2').connect()
  first.clock.advance(90_000)
  await settled(() => first.volatile.prepare('select count(*) from session').pluck().get() === 0)
  const second = await nextLife(first, { afterMs: 600_000 })
  await settled(() => second.reports.length >= 2)
  expect(second.reports).toMatchObject([
    { status: 'start', callingStationId: '02-00-7F-00-00-02', eventSeconds: START_MS / 1000 },
    { status: 'stop', callingStationId: '02-00-7F-00-00-02', eventSeconds: START_MS / 1000 + 60, terminateCause: 'sessionTimeout' },
  ])
})
