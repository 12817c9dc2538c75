import { afterEach, expect, test } from 'vitest'
import type { MacAddress } from '#shared/personal.ts'
import { dryRunEnforcer } from '#portal/gateway/dry-run.ts'
import { portalTown, settled, type PortalTown } from '#test/support/portal-town.ts'

/** Sessions, and rows of the journal, that a round takes at once. */
const PAGE = 64

let town: PortalTown
afterEach(() => town.close())

/** Turns of the loop that others have while a round lasts. */
async function turnsOfARound(): Promise<number> {
  let turns = 0
  let going = true
  function turn(): void {
    turns++
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await town.portal.sessions.round()
  going = false
  return turns
}

async function connect(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) expect((await town.phone(`127.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`).connect()).status).toBe(200)
  await settled(() => town.reports.length === to)
}

test('while a round looks at many sessions and at their journal, whoever waits has the loop between two pages', async () => {
  town = await portalTown()
  await connect(0, PAGE - 1)
  await town.portal.sessions.round()
  expect(await turnsOfARound()).toBe(0)
  await connect(PAGE - 1, PAGE)
  expect(await turnsOfARound()).toBeGreaterThanOrEqual(2)
})

type Gate = { quietSeconds?: number; closed: string[] }

/** A town whose gate says how long each has been silent, and tells what it was asked to close. */
async function listening(gate: Gate, profile = { sessionSeconds: 7_200, idleSeconds: 90 }): Promise<PortalTown> {
  return portalTown({
    profile,
    enforcer(clock) {
      const plain = dryRunEnforcer({ clock })
      async function list() {
        const clients = await plain.list()
        return clients.map((client) => Object.assign(client, gate.quietSeconds !== undefined && { quietSeconds: gate.quietSeconds }))
      }
      function close(mac: MacAddress) {
        gate.closed.push(mac)
        return plain.close(mac)
      }
      return { ...plain, list, close }
    },
  })
}

/** A round, with what happens in each turn of the loop that it leaves to others. */
async function during(act: (turn: number) => unknown): Promise<void> {
  const seen = { over: false }
  const round = town.portal.sessions.round().then(() => (seen.over = true))
  for (let turn = 1; !seen.over; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    await act(turn)
    town.clock.advance(10)
  }
  await round
}

test('while a round takes its time nobody ends for a silence that nobody has listened to since', async () => {
  const gate: Gate = { quietSeconds: 0, closed: [] }
  town = await listening(gate)
  await connect(0, PAGE + 1)
  town.clock.advance(200_000)
  gate.quietSeconds = 85
  await during(() => {
    town.clock.advance(10_000)
    gate.quietSeconds = 5
  })
  expect(town.portal.sessions.list()).toHaveLength(PAGE + 1)
})

test('the wall clock is set while a round lasts: nobody’s time is over for that', async () => {
  town = await listening({ closed: [] })
  await connect(0, PAGE + 1)
  await during((turn) => turn === 1 && town.clock.setNow(town.clock.now() + 10 * 3_600_000))
  expect(town.portal.sessions.list()).toHaveLength(PAGE + 1)
})

test('who ends while a round lasts is no stranger to the gate by an old list', async () => {
  const gate: Gate = { closed: [] }
  town = await listening(gate)
  await connect(0, PAGE + 1)
  const last = town.portal.sessions.list().toSorted((a, b) => (a.id < b.id ? -1 : 1)).at(-1)
  if (!last) throw new Error('nobody is online')
  await during((turn) => turn === 1 && town.portal.sessions.end(last.id, 'adminReset'))
  expect(gate.closed).toEqual([last.mac])
  expect(town.effects.metrics.text()).not.toContain('portal_differences_total{')
})

test('the end of the process does not wait for a round that takes its time', async () => {
  town = await listening({ closed: [] })
  await connect(0, PAGE + 1)
  const round = town.portal.sessions.round()
  town.clock.advance(1_000)
  await new Promise((resolve) => setImmediate(resolve))
  // On a clock that stands still a rest has no end of its own.
  await town.portal.sessions.close()
  await round
})
