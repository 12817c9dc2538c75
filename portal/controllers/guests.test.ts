// Whose session it is when an access server reports one: taps behind CoovaChilli and RouterOS, which are SIMULATORS.
import { afterEach, expect, test } from 'vitest'
import { simulateChilli, simulateRouter, type Simulated, type SimulatedNas } from '#test/support/controllers.ts'
import { locationOf, phonesBehind, townBehind } from '#test/support/phones-behind.ts'
import type { PortalTown } from '#test/support/portal-town.ts'

const SECRET = 'ht2eb8ej6s4et3rg1ulp'
const MAC = '5C:1D:D9:20:A0:C1'
const NAME = { name: 'camille', password: 'Bibliotheque!42' }
let town: PortalTown
let hungUp: string[]
const running: Simulated[] = []
afterEach(async () => {
  await town?.close()
  await Promise.all(running.splice(0).map((one) => one.close()))
})
const { get, post, tap, nasOf } = phonesBehind(() => town)

/** A town whose people sign in with names of their own, behind one of each. */
async function namedTown(): Promise<{ chilli: SimulatedNas; router: SimulatedNas }> {
  const chilli = await simulateChilli(nasOf('chilli', MAC), SECRET)
  const router = await simulateRouter(nasOf('router', MAC))
  running.push(chilli, router)
  hungUp = []
  town = await townBehind(
    [
      { name: 'chilli', kind: 'uam', addresses: [`127.0.0.1:${chilli.port}`], secret: SECRET },
      { name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`] },
    ],
    { settings: { methods: ['account'] }, parts: { hangUp: async (user, _mac, client) => (hungUp.push(`${user} ${client}`), true) } },
  )
  return { chilli, router }
}
/** @returns the session token of the link that goes to the controller. */
async function tapped(redirect: string): Promise<string> {
  return /%2Fs%2F([0-9a-z]{26})/.exec(locationOf((await tap(redirect, NAME)).answer))?.[1] ?? ''
}
const heard = (status: 'start' | 'interim' | 'stop', client = 'router') => town.portal.guests.heard({ status, userName: NAME.name, callingStationId: MAC, sessionSeconds: 1 }, client)
const shown = async (token: string): Promise<number> => (await get(`/s/${token}`)).status
/** A tap that nothing came of is dropped. */
function halfAMinute(): void {
  town.clock.advance(31_000)
  town.portal.guests.round()
}

test('who claims the name and the MAC of somebody who is online gets neither their link nor the end of their session', async () => {
  const { router } = await namedTown()
  const own = await tapped(router.redirect())
  heard('start')
  const claimed = await tapped(router.redirect())
  expect((await post('/disconnect', { token: claimed })).status).toBe(404)
  heard('interim')
  expect((await post('/disconnect', { token: claimed })).status).toBe(404)
  expect(hungUp).toEqual([])
  halfAMinute()
  expect([await shown(own), await shown(claimed)]).toEqual([200, 404])
  expect(town.seen.started).toHaveLength(1)
  expect((await post('/disconnect', { token: own })).status).toBe(200)
  expect(hungUp).toEqual(['camille router'])
})

test.each(['before', 'after'])('who claims the name and the MAC of somebody who signs in, %s they have tapped, gets nothing when they come online', async (when) => {
  const { router } = await namedTown()
  const first = await tapped(router.redirect())
  town.clock.advance(1_000)
  const second = await tapped(router.redirect())
  const claimed = when === 'before' ? first : second
  heard('start')
  heard('interim')
  expect((await post('/disconnect', { token: claimed })).status).toBe(404)
  halfAMinute()
  expect(await shown(claimed)).toBe(404)
  expect(hungUp).toEqual([])
})

test('a tap is no tap of a session that had begun without it: not what goes on under its name, nor what ends', async () => {
  const { router } = await namedTown()
  const claimed = await tapped(router.redirect())
  heard('interim')
  heard('stop')
  expect(town.seen.started).toHaveLength(0)
  expect(await shown(claimed)).toBe(200)
  halfAMinute()
  expect(await shown(claimed)).toBe(404)
})

test('who mistyped holds the link of their last tap: at once where the controller knows the device, else half a minute later', async () => {
  const { chilli, router } = await namedTown()
  for (const [client, access] of Object.entries({ chilli, router })) {
    const mistyped = await tapped(access.redirect())
    town.clock.advance(client === 'router' ? 31_000 : 1_000)
    const right = await tapped(access.redirect())
    heard('start', client)
    halfAMinute()
    expect([await shown(mistyped), await shown(right)]).toEqual([404, 200])
    heard('stop', client)
    expect(await shown(right)).toBe(404)
  }
})

test('a claim at one controller takes nothing from who signs in at another', async () => {
  const { chilli, router } = await namedTown()
  const own = await tapped(chilli.redirect())
  town.clock.advance(1_000)
  const claimed = await tapped(router.redirect())
  heard('start', 'chilli')
  halfAMinute()
  expect([await shown(own), await shown(claimed)]).toEqual([200, 404])
})
