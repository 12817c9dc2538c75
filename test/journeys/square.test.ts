import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { FAMILIES, openSquare, PORTAL_PORT, WORLD, type PortalProcess, type RadiusProcess, type Square, type Told } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const SECONDS = 4

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'perl', 'radclient'))('the whole journey of a phone on a square', () => {
  let square: Square
  let portal: PortalProcess
  let radius: RadiusProcess
  const lab = () => square.lab

  beforeAll(async () => {
    square = await openSquare([{ name: 'phone', lan: 'lan0' }, { name: 'other', lan: 'lan0' }, { name: 'guest', lan: 'lan1' }])
  })
  afterAll(() => square?.close())
  beforeEach(async () => {
    radius = await square.radius(600)
    portal = await square.portal()
  })
  afterEach(async () => {
    await portal.inside.kill()
    await radius.stop()
  })

  async function captive(who: string): Promise<void> {
    for (const address of FAMILIES) {
      const answer = await curl(lab(), who, urlOf(address, '/generate_204'))
      expect(answer).toMatchObject({ status: 302 })
      expect(answer.location).toContain(`:${PORTAL_PORT}/`)
      expect(answer.body).not.toBe('')
    }
    expect(await square.capport(who)).toMatchObject({ captive: true })
  }
  async function online(who: string): Promise<void> {
    for (const address of FAMILIES) expect(await curl(lab(), who, urlOf(address))).toMatchObject({ status: 200, body: WORLD })
  }
  const download = (who: string, seconds: number) => FAMILIES.map((address) => lab().spawn(who, ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', String(seconds), urlOf(address, '/stream?kBps=100')]))
  /** Both downloads went on until their own `seconds` were over, and brought nothing after the counters of the Stop were read. */
  async function cut(downloads: ReturnType<typeof download>, seconds: number, stop: Told): Promise<void> {
    const ends = await Promise.all(downloads.map(({ ended }) => ended))
    expect(ends.map(({ code }) => code)).toEqual([28, 28])
    expect(ends.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBeLessThanOrEqual(stop.down ?? 0)
    expect(stop.down).toBeGreaterThan(10_000)
    expect(stop.down).toBeLessThan(0.8 * seconds * 200_000)
  }
  async function flowing(downloads: ReturnType<typeof download>): Promise<void> {
    const { v4 = '', v6 = '' } = lab().clients['phone'] ?? {}
    const packets = async () => [v4, v6].map(async (address) => (await lab().arrivals()).get(address) ?? 0)
    const before = await Promise.all(await packets())
    await until(async () => (await Promise.all(await packets())).every((count, index) => count > (before[index] ?? 0) + 5), 3)
    expect(downloads.every(({ child }) => child.exitCode === null)).toBe(true)
  }
  async function arrived(who: string): Promise<number> {
    const { v4 = '', v6 = '' } = lab().clients[who] ?? {}
    const arrivals = await lab().arrivals()
    return (arrivals.get(v4) ?? 0) + (arrivals.get(v6) ?? 0)
  }
  /** Until the server heard the end: exactly one Start, exactly one Stop, of one session. */
  async function toldOnce(): Promise<Told> {
    await until(async () => radius.told.some(({ status }) => status === 'stop'), 3)
    expect(radius.told.map(({ status }) => status)).toEqual(['start', 'stop'])
    const [start, stop] = radius.told
    if (!start || !stop) throw new Error('nothing was told')
    expect(stop.id).toBe(start.id)
    return stop
  }

  test('captive, page, tap, online within 2 s in both families, end by the citizen\'s button, captive again with downloads cut; a stranger beside gets nothing through', async () => {
    const stranger = lab().spawn('other', [process.execPath, 'test/lab/stranger.ts', ...FAMILIES])
    await captive('phone')
    const success = await square.tap('phone', { post: 'v6' })
    expect(success.status).toBe(200)
    expect(await until(async () => (await curl(lab(), 'phone', urlOf(FAMILIES[0]))).body === WORLD, 2)).toBeLessThan(2)
    await online('phone')
    expect(await square.capport('phone')).toMatchObject({ captive: false })
    const downloads = download('phone', 3)
    await flowing(downloads)
    expect(await square.disconnect('phone', success.token ?? '')).toMatchObject({ status: 200 })
    await captive('phone')
    const stop = await toldOnce()
    expect(stop.cause).toBe('userRequest')
    await cut(downloads, 3, stop)

    await stranger.says('round 3\n')
    await stranger.kill('SIGKILL')
    expect(await arrived('phone')).toBeGreaterThan(10)
    expect(await arrived('other')).toBe(0)
  })

  test('a Disconnect-Request from the RADIUS side ends the session, cuts the download and is answered', async () => {
    expect((await square.tap('phone')).status).toBe(200)
    await online('phone')
    const downloads = download('phone', 3)
    await flowing(downloads)
    await until(async () => radius.told.length > 0, 2)
    const session = radius.told[0]?.id ?? ''
    expect(await square.disconnectRequest({ session })).toContain('Disconnect-ACK')
    await captive('phone')
    const stop = await toldOnce()
    expect(stop.cause).toBe('adminReset')
    await cut(downloads, 3, stop)
    expect(await square.disconnectRequest({ session })).toContain('Disconnect-NAK')
  })

  test('when the time that RADIUS gave has run out, the phone is captive again and its downloads are cut', async () => {
    await radius.stop()
    radius = await square.radius(SECONDS)
    const began = performance.now()
    expect((await square.tap('phone')).status).toBe(200)
    await online('phone')
    const remaining = (await square.capport('phone'))['seconds-remaining'] ?? NaN
    expect(Math.abs(remaining - (SECONDS - (performance.now() - began) / 1000))).toBeLessThanOrEqual(2)
    const downloads = download('phone', SECONDS + 2)
    await until(async () => (await square.kernelMarks()).length === 0, SECONDS + 1)
    expect((performance.now() - began) / 1000).toBeLessThan(SECONDS + 1)
    await captive('phone')
    const stop = await toldOnce()
    expect(stop).toMatchObject({ cause: 'sessionTimeout', seconds: SECONDS })
    await cut(downloads, SECONDS + 2, stop)
    expect(await square.kernelMarks()).toEqual([])
  })

  test('the command that a city runs does the same with the RADIUS server inside, and a stop by SIGTERM keeps who is online', async () => {
    await portal.inside.kill()
    await radius.stop()
    const town = await square.town()
    await captive('phone')
    expect((await square.tap('phone')).status).toBe(200)
    await online('phone')
    const began = performance.now()
    await town.kill()
    expect(performance.now() - began).toBeLessThan(10_000)
    expect((await town.ended).code).toBe(0)
    for (const address of FAMILIES) expect((await curl(lab(), 'phone', urlOf(address))).body).toBe(WORLD)
    radius = await square.radius(600)
    portal = await square.portal()
    expect(await portal.list()).toHaveLength(1)
    expect(await square.capport('phone')).toMatchObject({ captive: false })
    expect(await square.disconnectRequest({ who: 'phone' })).toContain('Disconnect-ACK')
  })

  test('two sites on one portal are told apart by the network a phone is on', async () => {
    await Promise.all([square.tap('phone'), square.tap('guest')])
    await online('guest')
    const rows = await portal.list()
    const siteOf = (who: string) => rows.find(({ mac }) => mac === lab().clients[who]?.mac.replaceAll(':', ''))?.site
    expect(siteOf('phone')).toBe('default')
    expect(siteOf('guest')).toBe('market')
    expect([...(await square.kernelMarks())].sort()).toEqual(rows.map(({ mark }) => mark).sort())
  })
})
