// The demonstration of a first start: made by the real way, labelled, taken away for good, and made anew when it was cut short.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqliteStore } from '#portal/hub/store/sqlite.ts'
import type { CellRow, HubStore } from '#portal/hub/store/store.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { PLACES } from '#scripts/town/places.ts'

const HOUR_MS = 3_600_000
const PATIENCE_MS = 90_000
/** Playing on to the end would take longer. */
const SOON_MS = 3_000
const LOOK_EVERY_MS = 100
const LONG = { timeout: PATIENCE_MS }
const ALWAYS = Number.MAX_SAFE_INTEGER

let data = ''
let runtime = ''
let instance: Instance | undefined
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'parvis-demo-'))
  runtime = mkdtempSync('/dev/shm/parvis-demo-')
})
afterAll(async () => {
  await instance?.stop()
  for (const folder of [data, runtime]) rmSync(folder, { recursive: true, force: true })
})

const begin = async (): Promise<Instance> => (instance = await startInstance({ data, runtime, args: ['--role', 'portal,radius,hub'] }))

async function until(holds: () => Promise<boolean> | boolean, patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come about in time')
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
const ready = async (): Promise<boolean> => (await fetch(new URL('/readyz', instance?.urls['ops']))).status === 200

/** Reads what the hub holds beside the running server. */
async function atTheHub<Result>(look: (store: HubStore) => Promise<Result>): Promise<Result> {
  const store = sqliteStore(join(data, 'hub.db'))
  try {
    return await look(store)
  } finally {
    await store.close()
  }
}
/** A zombie that nobody has collected yet has ended too. */
function isAlive(pid: string): boolean {
  const stat = `/proc/${pid}/stat`
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'))
}
const sites = () => atTheHub((store) => store.counts.sites())
const cells = (site: string): Promise<CellRow[]> => atTheHub((store) => store.counts.cells(site, 0, ALWAYS))
const lengthOf = ({ fromMs, toMs }: CellRow): number => (toMs - fromMs) / HOUR_MS

test('a server that is killed takes the half-made demonstration’s process with it, and the next start makes it anew, whole', LONG, async () => {
  const first = await begin()
  await until(async () => (await sites()).filter(({ demo }) => demo).length > 0)
  const key = readFileSync(join(data, 'demo', 'device.key'), 'utf8')
  const players = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').trim().split(' ')
  expect(players).toHaveLength(1)
  await first.kill()
  await until(() => players.every((pid) => !isAlive(pid)), SOON_MS)
  expect(existsSync(join(data, 'demo', 'done'))).toBe(false)
  await begin()
  await until(ready)
  expect(readFileSync(join(data, 'demo', 'device.key'), 'utf8')).not.toBe(key)
  const gateways = (await atTheHub((store) => store.devices.list())).filter(({ gateway }) => gateway.startsWith('demo-'))
  expect(gateways).toHaveLength(1)
  expect(await atTheHub((store) => store.batches.quarantined())).toBe(0)
  const [gateway] = gateways
  const seqs = await atTheHub(async (store) => {
    const found: number[] = []
    for await (const { seq } of store.batches.events(gateway?.gateway ?? '')) found.push(seq)
    return found
  })
  // One batch a quarter of an hour and site, without a gap: the outage alone has none.
  expect(seqs.length).toBeGreaterThan(30_000)
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1))
})

test('all twelve places are at the hub, of both classes, labelled, with four weeks each', LONG, async () => {
  const demo = (await sites()).filter((site) => site.demo)
  expect(demo.map(({ id }) => id).toSorted()).toEqual(PLACES.map(({ id }) => id).toSorted())
  expect(demo.every(({ id }) => id.startsWith('demo-'))).toBe(true)
  expect(new Set(demo.map((site) => site.class))).toEqual(new Set(['square', 'busy']))
  for (const { id } of demo) {
    const all = await cells(id)
    const days = (Math.max(...all.map(({ toMs }) => toMs)) - Math.min(...all.map(({ fromMs }) => fromMs))) / (24 * HOUR_MS)
    expect(Math.round(days)).toBe(28)
  }
})

test('the outage is seen: hours that are missing, hours with part of their coverage, a day that was lost', LONG, async () => {
  const hours = (await cells('demo-gare')).filter((cell) => cell.release === 'sessions' && lengthOf(cell) === 1)
  const gaps = hours.flatMap(({ fromMs }, index) => {
    const before = hours[index - 1]
    return before && fromMs > before.toMs ? [(fromMs - before.toMs) / HOUR_MS] : []
  })
  // Twenty hours without power; and since a day opens 20 hours after the last opening at the earliest (privacy.md, Unit, day,
  // clock), the one after the restart at ten begins at six.
  expect(gaps).toEqual([20, 2])
  const days = (await cells('demo-mairie')).filter((cell) => cell.release === 'arrivals')
  expect(days).toHaveLength(27)
  expect(days.map(({ coverage }) => coverage).filter((coverage) => coverage < 60)).toEqual([45, 55])
})

test('`parvis demo remove` takes everything of it away and nothing else, and it does not come back', LONG, async () => {
  // The real site's first batch is at the hub before and after.
  await until(async () => (await sites()).some(({ id }) => id === 'default'))
  const launcher = join(import.meta.dirname, '../../scripts/parvis')
  const said = execFileSync(launcher, ['demo', 'remove', '--json'], { env: { ...process.env, PARVIS_DATA: data }, encoding: 'utf8' })
  expect(JSON.parse(said)).toEqual({ sites: PLACES.length })
  const gone = async (): Promise<void> => {
    expect((await sites()).map(({ id }) => id)).toEqual(['default'])
    expect(await cells('demo-gare')).toEqual([])
    expect((await atTheHub((store) => store.devices.list())).filter(({ gateway }) => gateway.startsWith('demo-'))).toEqual([])
    expect(existsSync(join(data, 'demo'))).toBe(false)
  }
  await gone()
  expect(await instance?.stop()).toBe(0)
  await begin()
  expect(await ready()).toBe(true)
  await gone()
})
