import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Step } from '#portal/session/desk.ts'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { FAMILIES, openSquare, WORLD, type PortalProcess, type RadiusProcess, type Square, type Told } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const SECONDS = 600
const SHORT_SECONDS = 4
/** Before the row exists nobody was promised anything; from then on the promise is kept. */
const LOST: readonly Step[] = ['accepted', 'written']
const KEPT: readonly Step[] = ['opening', 'added', 'open', 'told']
const ENDING: readonly Step[] = ['closing', 'shut', 'stopped', 'gone', 'acknowledged']
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'radclient'))('a portal killed at an arrow of the order of effects, and started again', () => {
  let square: Square
  let radius: RadiusProcess
  let portal: PortalProcess | undefined
  let from = 0

  beforeAll(async () => {
    square = await openSquare([{ name: 'phone', lan: 'lan0' }])
    radius = await square.radius(SECONDS)
  })
  afterEach(async () => {
    await portal?.inside.kill()
    from = radius.told.length
  })
  afterAll(() => square?.close())

  async function startAgainAfter(died: PortalProcess): Promise<PortalProcess> {
    await died.inside.ended
    portal = await square.portal()
    return portal
  }
  async function online(): Promise<void> {
    for (const address of FAMILIES) expect(await curl(square.lab, 'phone', urlOf(address))).toMatchObject({ body: WORLD })
  }
  async function captive(): Promise<void> {
    expect(await square.capport('phone')).toMatchObject({ captive: true })
    expect(await square.kernelMarks()).toEqual([])
    for (const address of FAMILIES) expect(await curl(square.lab, 'phone', urlOf(address))).toMatchObject({ status: 302 })
  }
  /** What was told since the test began, each message once: a retransmission after a restart says exactly the same. */
  function told(): readonly Told[] {
    const lines = radius.told.slice(from).map((one) => JSON.stringify(one))
    return [...new Set(lines)].map((line) => JSON.parse(line) as Told)
  }
  async function oneStartOneStop(cause: string): Promise<Told> {
    await until(async () => told().some(({ status }) => status === 'stop'), 5)
    expect(told().map(({ status }) => status)).toEqual(['start', 'stop'])
    const [start, stop] = told()
    expect(stop).toMatchObject({ id: start?.id, cause })
    return stop ?? { status: 'stop', id: '' }
  }
  async function endedByRadius(): Promise<void> {
    expect(await square.disconnectRequest({ who: 'phone' })).toContain('Disconnect-ACK')
    await captive()
    await oneStartOneStop('adminReset')
  }

  test.each(LOST)('at "%s" nothing was promised: captive, nothing told, and the next tap works', async (step) => {
    const died = await square.portal(step)
    expect((await square.tap('phone')).status).toBe(0)
    await startAgainAfter(died)
    await captive()
    expect(told()).toEqual([])
    expect((await square.tap('phone')).status).toBe(200)
    await online()
    await endedByRadius()
  })

  test.each(KEPT)('at "%s" the promise is kept: online with the time that remains, one Start, one Stop', async (step) => {
    const died = await square.portal(step)
    const began = performance.now()
    await square.tap('phone')
    await died.inside.ended
    await wait(500)
    const again = await startAgainAfter(died)
    const answer = await square.capport('phone')
    expect(answer.captive).toBe(false)
    const expected = SECONDS - (performance.now() - began) / 1000
    expect(Math.abs((answer['seconds-remaining'] ?? NaN) - expected)).toBeLessThanOrEqual(2)
    const rows = await again.list()
    expect(rows).toHaveLength(1)
    expect(await square.kernelMarks()).toEqual(rows.map(({ mark }) => mark))
    await online()
    await endedByRadius()
  })

  test.each(ENDING)('at "%s" of its end the session is closed before the first answer, with one Stop and its own cause', async (step) => {
    const died = await square.portal(step)
    const { token = '' } = await square.tap('phone')
    await online()
    await square.disconnect('phone', token)
    const again = await startAgainAfter(died)
    await captive()
    expect(await again.list()).toEqual([])
    expect((await oneStartOneStop('userRequest')).down).toBeGreaterThan(0)
  })

  test('a session whose time ran out while the portal was dead is closed before the first answer, and billed for all it used', async () => {
    const long = radius
    await long.stop()
    radius = await square.radius(SHORT_SECONDS)
    from = 0
    const first = await square.portal()
    expect((await square.tap('phone')).status).toBe(200)
    await until(async () => told().some(({ status }) => status === 'start'), SHORT_SECONDS)
    expect(told()).toHaveLength(1)
    await online()
    await first.inside.kill('SIGKILL')
    await wait(SHORT_SECONDS * 1000 + 300)
    expect(await square.kernelMarks()).toEqual([])
    const again = await startAgainAfter(first)
    await captive()
    expect(await again.list()).toEqual([])
    const stop = await oneStartOneStop('sessionTimeout')
    expect(stop.seconds).toBe(SHORT_SECONDS)
    expect(stop.down).toBeGreaterThan(2 * WORLD.length)
  })
})
