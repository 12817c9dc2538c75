// The scripted town over the wire: what is released is what the script did, and no other town than a dry run is driven.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exactDraw } from '#shared/count/sampler.ts'
import { seededBits } from '#shared/count/test/seeded-bits.ts'
import { dryRunEnforcer } from '#portal/gateway/dry-run.ts'
import { startInstance } from '#scripts/instance.ts'
import type { TownOrder } from '#scripts/town/order.ts'
import type { Out } from '#scripts/town/screen.ts'
import { liveThrough, type OwnTownExtras, type TownResult } from '#scripts/town/town.ts'
import { portalTown } from '#test/support/portal-town.ts'

const LONG_MS = 60_000
const NOON = Date.parse('2026-11-04T12:00:00+01:00')
const quiet: Out = { write: () => {}, terminal: false, colour: false }
const complaints: string[] = []

function day(more: Partial<TownOrder>, extras: Pick<OwnTownExtras, 'draw'>): Promise<TownResult> {
  const order: TownOrder = { rate: 100, visits: 90, days: 1, seed: 20_261_104, running: undefined, ...more }
  return liveThrough(order, quiet, { nowMs: NOON, complain: (line) => complaints.push(line), ...extras })
}
const cellsOf = ({ sites }: TownResult) => sites.flatMap(({ cells }) => cells)

test('without noise every cell at the hub is what the script did, at both classes of sites', { timeout: LONG_MS }, async () => {
  const lived = await day({}, { draw: () => 0 })
  expect(lived.done.told).toEqual([])
  expect(complaints).toEqual([])
  expect(Object.values(lived.done.counts).every((count) => count > 0)).toBe(true)
  expect(lived.truth.totals().sessions).toBe(lived.done.counts.leave + lived.done.counts.expire)
  expect(lived.sites.map(({ site, cells }) => [site.id, site.class, cells.length])).toEqual([
    ['gare', 'busy', 24 * 2 + 1 + 8],
    ['place', 'square', 2],
    ['default', 'square', 2],
  ])
  expect(cellsOf(lived).filter(({ difference }) => difference !== 0)).toEqual([])
  const sum = (site: string, release: string, bin = 'all') =>
    cellsOf(lived).filter(({ cell }) => cell.site === site && cell.release === release && cell.bin === bin).reduce((total, { cell }) => total + cell.value, 0)
  // Arrivals of the busy site are in its hours and once more in its day.
  expect(sum('gare', 'arrivals') / 2 + sum('place', 'arrivals')).toBe(lived.truth.totals().devices)
  expect(sum('gare', 'sessions') + sum('place', 'sessions')).toBe(lived.truth.totals().sessions)
  expect(sum('gare', 'dwell', '40-80min')).toBeGreaterThan(0)
})

test('with the real sampler, on repeatable bits, every cell is within 6 sd of the script, and hardly any is exact', { timeout: LONG_MS }, async () => {
  const { sites } = await day({ days: 2, visits: 40 }, { draw: exactDraw(seededBits('town')) })
  const cells = sites.flatMap((site) => site.cells)
  expect(cells).toHaveLength(2 * (24 * 2 + 1 + 8 + 2 + 2))
  expect(Math.max(...cells.map(({ difference, sd }) => Math.abs(difference) / sd))).toBeLessThan(6)
  expect(cells.filter(({ difference }) => difference === 0).length).toBeLessThan(cells.length / 3)
})

async function town(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../scripts/town.ts'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<[number]>])
  return { code, said, complained }
}

test('a running dry run is driven through portal, kiosk and RADIUS, and nothing of its counts is printed', { timeout: LONG_MS }, async () => {
  const instance = await startInstance({ args: ['--role', 'portal,radius,kiosk'] })
  onTestFinished(async () => void (await instance.stop()))
  const { portal = '', kiosk = '' } = instance.urls
  const doors = ['--url', portal, '--kiosk-url', kiosk, '--radius-port', String(instance.ports['radius_auth'])]
  const { code, said, complained } = await town(...doors, '--radius-secret-file', join(instance.data, 'radius.secret'), '--visits', '30', '--rate', '100')
  expect([code, complained]).toEqual([0, ''])
  expect(said).toMatch(/arrivals +30\n/)
  expect(said).toMatch(/kiosk visits +[1-9]/)
  expect(said).toMatch(/RADIUS rejects +[1-9]/)
  expect(said).toMatch(/tap +p50 [\d.]+ ms, p95 [\d.]+ ms/)
  // oxlint-disable-next-line no-control-regex -- no escape sequence may reach a file.
  expect(said).not.toMatch(/released|truth|\u001B|\r/)

  const elsewhere = await town('--url', portal, '--kiosk-url', 'http://127.0.0.1:9/', '--visits', '4', '--rate', '100')
  expect(elsewhere).toMatchObject({ code: 1, said: expect.stringMatching(/arrivals +4\n[^]*failures +[1-9]/), complained: '' })
})

test('a portal that filters for real is refused before the first citizen comes', async () => {
  const real = await portalTown({ enforcer: (clock) => ({ ...dryRunEnforcer({ clock }), name: 'nftables' }) })
  onTestFinished(() => real.close())
  const { code, complained } = await town('--url', real.portal.url)
  expect(code).toBe(2)
  expect(complained).toMatch(/has the enforcer nftables/)
  expect(real.seen.started).toEqual([])
  // The script's own question comes from this machine's address; no citizen's was seen.
  expect(real.seen.sightings.filter(({ mac }) => mac !== '02007f000001')).toEqual([])
})

test('what does not say its enforcer, does not answer, or is not on this machine is refused too', async () => {
  const hub = await startInstance({ args: ['--role', 'kiosk'] })
  onTestFinished(async () => void (await hub.stop()))
  for (const [url, words] of [[hub.urls['kiosk'] ?? '', /does not say/], ['http://127.0.0.1:9/', /no portal answers/], ['http://192.0.2.1/', /not on loopback/]] as const) {
    const { code, complained } = await town('--url', url)
    expect([code, complained]).toEqual([2, expect.stringMatching(words)])
  }
})
