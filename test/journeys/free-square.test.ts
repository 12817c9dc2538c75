// A square that asks nothing, with everything real on it: the kernel tells the portal who is there, and lets in whom RADIUS allows.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { echoRequest } from '#test/lab/icmp.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { FAMILIES, openSquare, WORLD, type PortalProcess, type RadiusProcess, type Square } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

/** On lan0 nothing is asked; the market on lan1 has a page. */
const FREE = '[[sites]]\nid = "default"\nname = "Jardin"\nmatch = { vlan = "lan0" }\nmethods = ["free"]\n'
const APPLE = ['-H', 'Host: captive.apple.com']
/** A new connection, to where only who is let in gets an answer. */
const PATIENCE_SECONDS = 5

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'perl'))('a square that asks nothing', () => {
  let square: Square
  let portal: PortalProcess
  let radius: RadiusProcess
  const macOf = (who: string) => square.lab.clients[who]?.mac.replaceAll(':', '')
  const isIn = async (who: string) => (await portal.list()).some(({ mac }) => mac === macOf(who))
  const send = (who: string, address: string) => square.lab.in(who, echoRequest(address))

  beforeAll(async () => {
    square = await openSquare([{ name: 'packet', lan: 'lan0' }, { name: 'six', lan: 'lan0' }, { name: 'prober', lan: 'lan0' }, { name: 'guest', lan: 'lan1' }], FREE)
    radius = await square.radius(600)
    portal = await square.portal()
  })
  afterAll(async () => {
    await portal?.inside.kill()
    await radius?.stop()
    await square?.close()
  })

  test.each([['packet', UPSTREAM.v4], ['six', UPSTREAM.v6]] as const)('a device that sends one packet and asks for no page is let in, in both families (%s, to %s)', async (who, address) => {
    expect(await isIn(who)).toBe(false)
    await send(who, address)
    await until(() => isIn(who), PATIENCE_SECONDS)
    for (const to of FAMILIES) expect(await curl(square.lab, who, urlOf(to))).toMatchObject({ status: 200, body: WORLD })
    expect(await square.capport(who)).toMatchObject({ captive: false })
    // What it brings is measured like everybody's.
    expect((await square.kernelMarks()).length).toBe((await portal.list()).length)
  })

  test('a captivity probe as the very first request is never told that it is captive, and soon hears the real server', async () => {
    const answers: number[] = []
    await until(async () => answers.push((await curl(square.lab, 'prober', urlOf(UPSTREAM.v4, '/hotspot-detect.html'), APPLE)).status) > 0 && answers.at(-1) === 200, PATIENCE_SECONDS)
    expect(answers.filter((status) => status !== 0)).toEqual([200])
  })

  test('next door, where a page is shown, a packet opens nothing', async () => {
    for (const address of FAMILIES) await send('guest', address)
    expect(await curl(square.lab, 'guest', urlOf(UPSTREAM.v4, '/hotspot-detect.html'), APPLE)).toMatchObject({ status: 302 })
    expect(await isIn('guest')).toBe(false)
    const arrivals = await square.lab.arrivals()
    const { v4 = '', v6 = '' } = square.lab.clients['guest'] ?? {}
    expect([arrivals.get(v4), arrivals.get(v6)]).toEqual([undefined, undefined])
  })

  test('RADIUS has heard of each of them once', async () => {
    await until(async () => radius.told.length >= 3, PATIENCE_SECONDS)
    expect(radius.told.map(({ status }) => status)).toEqual(['start', 'start', 'start'])
  })
})
