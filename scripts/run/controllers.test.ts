import { expect, test } from 'vitest'
import { createLiveSessions } from '#radius/live-sessions.ts'
import type { RunningRadius } from '#radius/main.ts'
import { manualClock } from '#shared/clock.ts'
import { parseMacAddress } from '#shared/personal.ts'
import { START_MS } from '#test/support/radius-town.ts'
import { hangUpBy } from './controllers.ts'

test('who ends a session by a link ends it at the access server of that link, whoever else reports the same name and device', async () => {
  const mac = parseMacAddress('5C-1D-D9-20-A0-C1')
  if (!mac) throw new Error('no MAC')
  const live = createLiveSessions(manualClock(START_MS))
  for (const client of ['chilli', 'router']) {
    const report = { status: 'start', nasIdentifier: client, acctSessionId: 's1', userName: 'camille', callingStationId: '5C-1D-D9-20-A0-C1', eventSeconds: START_MS / 1000 } as const
    live.heard({ client, address: '192.0.2.1' }, report, () => undefined)
  }
  const ended: string[] = []
  const endings = { end: async ({ origin }: { origin: { client: string } }) => (ended.push(origin.client), { kind: 'done' as const }) } as unknown as RunningRadius['endings']
  const hangUp = hangUpBy({ live, endings })
  expect(await hangUp('camille', mac, 'router')).toBe(true)
  expect(await hangUp('camille', mac, 'unifi')).toBe(false)
  expect(ended).toEqual(['router'])
})
