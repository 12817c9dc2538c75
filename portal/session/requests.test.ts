import { afterEach, expect, test } from 'vitest'
import { UnavailableError } from '#shared/errors.ts'
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import type { Enforcer, Grant } from '../gateway/enforcer.ts'
import { portalTown, settled, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'

let town: PortalTown | undefined
afterEach(async () => {
  await town?.close()
  town = undefined
})
const build = async (options: PortalTownOptions = {}): Promise<PortalTown> => (town = await portalTown(options))
const PHONE = { callingStationId: '02-00-7F-00-00-02' }

/** The real dry-run gate with a plug to pull, which notes down what it was asked to let through. */
function pluggedGate() {
  const self = {
    broken: false,
    granted: [] as Grant[],
    enforcer(clock: Clock): Enforcer {
      const gate = dryRunEnforcer({ clock })
      const plugged = <Result>(act: () => Promise<Result>): Promise<Result> => (self.broken ? Promise.reject(new UnavailableError('enforcer', 'pulled')) : act())
      return { ...gate, open: (grant) => plugged(() => (self.granted.push(grant), gate.open(grant))), close: (mac) => plugged(() => gate.close(mac)) }
    },
  }
  return self
}
const secondsLeft = async ({ phone }: PortalTown): Promise<unknown> =>
  (JSON.parse((await phone('127.0.0.2').get('/capport')).body) as { 'seconds-remaining'?: number })['seconds-remaining']

test('time that a server grants or takes counts from now, at the gate, on the page and in the row', async () => {
  const gate = pluggedGate()
  const { phone, portal, clock, volatile } = await build({ enforcer: gate.enforcer })
  await phone('127.0.0.2').connect()
  clock.advance(600_000)
  expect(await portal.sessions.changeBy(PHONE, { sessionSeconds: 9_000 })).toBe('done')
  expect(await secondsLeft(town as PortalTown)).toBe(9_000)
  expect(gate.granted.at(-1)?.seconds).toBe(9_000)
  expect(await portal.sessions.changeBy(PHONE, { sessionSeconds: 30 })).toBe('done')
  expect(volatile.prepare('select deadline_ms from session').pluck().get()).toBe(clock.now() + 30_000)
  clock.advance(30_000)
  await settled(() => town?.reports.some(({ status }) => status === 'stop') ?? false)
  expect(town?.reports.at(-1)).toMatchObject({ status: 'stop', terminateCause: 'sessionTimeout', sessionSeconds: 630 })
})

test('pace, silence, quota and Class change together; what is not named stays; 0 takes a limit away', async () => {
  const gate = pluggedGate()
  const { phone, portal } = await build({ enforcer: gate.enforcer, profile: { sessionSeconds: 7_200, downKbps: 5_000, upKbps: 1_000, idleSeconds: 900 } })
  await phone('127.0.0.2').connect()
  expect(await portal.sessions.changeBy(PHONE, { downKbps: 512, upKbps: 0, quotaBytes: 7, interimSeconds: 120, class: Uint8Array.of(9) })).toBe('done')
  expect(portal.sessions.list()[0]?.limits).toEqual({ downKbps: 512, idleSeconds: 900, interimSeconds: 120, quotaBytes: 7, class: Buffer.of(9) })
  expect(gate.granted.at(-1)).toMatchObject({ downKbps: 512, seconds: 7_200 })
  expect(gate.granted.at(-1)).not.toHaveProperty('upKbps')
})

test('a gate that does not confirm leaves everything as it was', async () => {
  const gate = pluggedGate()
  const { phone, portal } = await build({ enforcer: gate.enforcer })
  await phone('127.0.0.2').connect()
  const before = portal.sessions.list()
  gate.broken = true
  expect(await portal.sessions.changeBy(PHONE, { sessionSeconds: 9_000, idleSeconds: 60 })).toBe('resourcesUnavailable')
  expect(portal.sessions.list()).toEqual(before)
})

test('nobody is changed whose time is up, who is elsewhere or who is not named', async () => {
  const { phone, portal, clock, volatile } = await build()
  await phone('127.0.0.2').connect()
  expect(await portal.sessions.changeBy({}, { idleSeconds: 60 })).toBe('sessionNotFound')
  expect(await portal.sessions.changeBy({ ...PHONE, userName: 'somebody' }, { idleSeconds: 60 })).toBe('sessionNotFound')
  volatile.prepare('update session set deadline_ms = ?').run(clock.now() - 1)
  expect(await portal.sessions.changeBy(PHONE, { sessionSeconds: 9_000 })).toBe('sessionNotFound')
})

test('a session whose gate cannot be shut is not removable yet; one whose Stop waits for the disk has ended', async () => {
  const gate = pluggedGate()
  let full = false
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, write: (...statements) => (full ? Promise.reject(new UnavailableError('write_refused', 'SQLITE_FULL')) : writer.write(...statements)) })
  const { phone, portal, enforcer } = await build({ enforcer: gate.enforcer, durable })
  await phone('127.0.0.2').connect()
  gate.broken = true
  expect(await portal.sessions.endBy(PHONE)).toBe('sessionNotRemovable')
  gate.broken = false
  full = true
  expect(await portal.sessions.endBy(PHONE)).toBe('done')
  expect(await enforcer.list()).toEqual([])
  expect(await portal.sessions.endBy(PHONE)).toBe('sessionNotFound')
})
