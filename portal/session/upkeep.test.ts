import { afterEach, expect, test } from 'vitest'
import { portalTown, settled, type PortalTown } from '#test/support/portal-town.ts'

/** Sessions, and rows of the journal, that a round takes at once. */
const PAGE = 256

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
