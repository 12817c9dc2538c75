// Golden values: what Art-of-WiFi/UniFi-API-client (commit acc7835, run by PHP 8.2) sent to a listener that answered as either software
// does: signing in, looking up one station and all, letting a guest in with and without limits, and out again.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { simulateUnifi, type AskedOfUnifi, type SimulatedUnifi } from '#test/support/controllers.ts'
import { townEffects } from '#test/support/radius-town.ts'
import { allowList } from './allow-list.ts'
import { unifiGate } from './unifi-gate.ts'

const MAC = '5c1dd920a0c1' as MacAddress
const GOLDEN = readFileSync(join(import.meta.dirname, '../../test/vectors/unifi/guests.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { readonly software: string; readonly asked: AskedOfUnifi })
/** The order of an object's members is nobody's business. */
const meant = ({ body, path, ...asked }: AskedOfUnifi) => ({ ...asked, path: path.replace(/\/$/, ''), ...(body !== undefined && { body: JSON.parse(body) as unknown }) })

let unifi: SimulatedUnifi
afterEach(() => unifi.close())

test('counters of a session begin where its guest was found waiting, and other limits leave its beginning where it was', async () => {
  unifi = await simulateUnifi()
  const station = { mac: '5c:1d:d9:20:a0:c1', is_guest: true, authorized: false, rx_bytes: 1_000, tx_bytes: 5_000 }
  unifi.stations.set(station.mac, station)
  const clock = manualClock(0)
  const gate = unifiGate({ name: 'unifi', kind: 'unifi', addresses: [], back: allowList([], []), api: { url: `${unifi.origin}/`, user: 'parvis', password: 'secret', site: 'default' } }, townEffects(clock))
  const arrival = { controller: 'unifi', bind: 'claim', mac: MAC, event: 'login', hints: {}, facts: {} } as const
  const grant = { mac: MAC, mark: 1, seconds: 3_600, behind: { controller: 'unifi', facts: {} } }
  const used = async (rx_bytes: number, tx_bytes: number) => {
    unifi.stations.set(station.mac, { ...station, authorized: true, rx_bytes, tx_bytes })
    return (await gate.list())[0]?.usage
  }
  expect(await gate.admits(arrival)).toBe(true)
  await gate.open(grant)
  expect(await used(1_500, 7_000)).toMatchObject({ upBytes: 500, downBytes: 2_000 })
  await gate.open({ ...grant, downKbps: 500 })
  expect(await used(1_500, 7_000)).toMatchObject({ upBytes: 500, downBytes: 2_000 })
  // Who is online already is not found waiting, and what it has used is not forgotten.
  expect(await gate.admits(arrival)).toBe(false)
  await gate.open({ ...grant, downKbps: 600 })
  expect(await used(2_000, 8_000)).toMatchObject({ upBytes: 1_000, downBytes: 3_000 })
})

test.each(['older', 'os'])('software "%s" is asked what the published client asks', async (software) => {
  unifi = await simulateUnifi({ os: software === 'os' })
  unifi.stations.set('5c:1d:d9:20:a0:c1', { mac: '5c:1d:d9:20:a0:c1', is_guest: true, authorized: false })
  const api = { url: `${unifi.origin}/`, user: 'parvis', password: 'secret', site: 'default' }
  const gate = unifiGate({ name: 'unifi', kind: 'unifi', addresses: [], back: allowList([], []), api }, townEffects(manualClock(0)))
  const behind = (facts: Record<string, string>) => ({ behind: { controller: 'unifi', facts } })
  expect(await gate.admits({ controller: 'unifi', bind: 'claim', mac: MAC, event: 'login', hints: {}, facts: {} })).toBe(true)
  await gate.list()
  await gate.open({ mac: MAC, mark: 1, seconds: 3_600, upKbps: 1_000, downKbps: 4_000, quotaBytes: 500_000_000, ...behind({ ap: '001122334455' }) })
  await gate.open({ mac: MAC, mark: 1, seconds: 3_600, ...behind({}) })
  await gate.close(MAC)
  expect(unifi.asked.map(meant)).toEqual(GOLDEN.filter((one) => one.software === software).map(({ asked }) => meant(asked)))
})
