// What people do at a page or at a desk, seen where it counts: a download through the kernel that stops, or goes on.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formsOf } from '#scripts/town/phone.ts'
import { curl, until, urlOf, type Fetched } from '#test/lab/curl.ts'
import type { Inside } from '#test/lab/lab.ts'
import { LANS } from '#test/lab/network.ts'
import { FAMILIES, openSquare, WORLD, type PortalProcess, type RadiusProcess, type Square } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { tokenOf } from '#test/support/portal-town.ts'
import { codeOn, wayFields } from '#test/support/sign-in-town.ts'

const MINUTE_MS = 60_000
/** Far enough that more time may still be asked for; the last test goes there by its clock. */
const CLOSES_MS = Math.ceil(Date.now() / MINUTE_MS + 30) * MINUTE_MS
const hour = (ms: number) => new Date(ms).toISOString().slice(11, 16)
const SETTINGS = `methods = ["click", "reentry"]
[[sites]]
id = "default"
timezone = "UTC"
close_at = "${hour(CLOSES_MS + 6 * 60 * MINUTE_MS)}"
open = "${hour(CLOSES_MS - 90 * MINUTE_MS)}-${hour(CLOSES_MS)}"
`
const ROTATED = { mac: '02:70:00:00:00:99', v4: `${LANS.lan0.net4}.99`, v6: `${LANS.lan0.net6}:99` }

type Download = { readonly inside: Inside; size(): number }

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'perl'))('a download through the gate while people act', () => {
  let square: Square
  let radius: RadiusProcess
  let portal: PortalProcess
  let files = 0

  beforeAll(async () => {
    square = await openSquare([{ name: 'phone', lan: 'lan0' }, { name: 'rotating', lan: 'lan0' }], SETTINGS)
    radius = await square.radius(600)
    portal = await square.portal()
  })
  afterAll(() => square?.close())

  const at = (path: string) => new URL(path, square.url).href
  const form = (fields: Readonly<Record<string, string>>) => ['--data', new URLSearchParams(fields).toString()]
  const post = (path: string, fields: Readonly<Record<string, string>>, who = 'phone') => curl(square.lab, who, at(path), form(fields))

  /** One by each family, for half a minute at the longest. */
  function downloads(who = 'phone'): readonly Download[] {
    return FAMILIES.map((address) => {
      const file = join(square.data, `download-${++files}`)
      const inside = square.lab.spawn(who, ['curl', '-sN', '-o', file, '--max-time', '30', urlOf(address, '/stream?kBps=200')])
      return { inside, size: () => statSync(file, { throwIfNoEntry: false })?.size ?? 0 }
    })
  }
  async function flow(all: readonly Download[]): Promise<void> {
    const before = all.map(({ size }) => size())
    await until(async () => all.every(({ size }, index) => size() > (before[index] ?? 0) + 30_000), 3)
  }
  /** What is on its way may come; then, in the time of 120 kB, not a byte. */
  async function stand(all: readonly Download[]): Promise<void> {
    await wait(200)
    const before = all.map(({ size }) => size())
    await wait(600)
    expect(all.map(({ size }) => size())).toEqual(before)
    // Not because they were over.
    expect(all.map(({ inside }) => inside.child.exitCode)).toEqual(all.map(() => null))
  }
  const dropped = (all: readonly Download[]) => Promise.all(all.map(({ inside }) => inside.kill('SIGKILL')))
  async function captive(who = 'phone'): Promise<void> {
    for (const address of FAMILIES) expect((await curl(square.lab, who, urlOf(address))).status).toBe(302)
  }
  async function online(who = 'phone'): Promise<void> {
    for (const address of FAMILIES) expect(await curl(square.lab, who, urlOf(address))).toMatchObject({ status: 200, body: WORLD })
  }

  test('a pause stops it and everything else; resumed, the phone is let through again without a new tap', async () => {
    const { token = '' } = await square.tap('phone')
    const running = downloads()
    await flow(running)
    expect((await post('/pause', { token, lang: 'fr' })).status).toBe(303)
    await stand(running)
    await captive()
    expect(await square.kernelMarks()).toEqual([])
    expect((await post('/resume', { token, lang: 'fr' })).status).toBe(303)
    await online()
    const again = downloads()
    await flow(again)
    await dropped([...running, ...again])
    // One session all the while: RADIUS heard of no end.
    expect(radius.told.map(({ status }) => status)).toEqual(['start'])
    expect((await square.disconnect('phone', token)).status).toBe(200)
  }, 30_000)

  test('the operator’s end stops it and the phone may come again; the operator’s suspension stops it and it may not', async () => {
    const { code, url } = JSON.parse((await square.command('operator', 'code', 'Claire', '--json')).stdout) as { code: string; url: string }
    const jar = join(square.data, 'cookies')
    const desk = (path: string, fields: Readonly<Record<string, string>>) => curl(square.lab, 'gateway', `${url}${path}`, ['-b', jar, '-c', jar, '-H', `Origin: ${new URL(url).origin}`, ...form(fields)])
    expect((await desk('/enter', { code })).status).toBe(303)
    async function press(act: string): Promise<Fetched> {
      const found = formsOf((await desk('/find', { needle: square.lab.clients['phone']?.v4 ?? '' })).body).find(({ action }) => action === `/operator/${act}`)
      return desk(`/${act}`, { ...found?.fields })
    }

    for (const act of ['end', 'bar']) {
      expect((await square.tap('phone')).token).toBeDefined()
      const running = downloads()
      await flow(running)
      expect((await press(act)).body, act).toContain('La connexion est arrêtée')
      await stand(running)
      await captive()
      await dropped(running)
    }
    expect(await square.tap('phone')).toMatchObject({ status: 403, token: undefined })
    await captive()
    expect((await press('lift')).body).toContain('La suspension est levée')
    const { token = '' } = await square.tap('phone')
    await online()
    expect((await square.disconnect('phone', token)).status).toBe(200)
  }, 30_000)

  test('a phone that changed its address takes its connection along by the code: the new one passes, the old one does not', async () => {
    const { lab } = square
    const before = lab.clients['rotating']
    if (!before) throw new Error('nobody rotates')
    const become = ({ mac, v4, v6 }: typeof ROTATED, from: typeof ROTATED) => lab.in('rotating', ['sh', '-ec', [
      `ip addr del ${from.v4}/24 dev wlan0; ip addr del ${from.v6}/64 dev wlan0`,
      `ip link set wlan0 address ${mac}`,
      `ip addr add ${v4}/24 dev wlan0; ip addr add ${v6}/64 dev wlan0 nodad`,
      `ip route replace default via ${LANS.lan0.v4}; ip route replace default via ${LANS.lan0.v6}`,
    ].join('\n')])

    const code = codeOn((await square.tap('rotating')).body)
    await online('rotating')
    expect(await become(ROTATED, before)).toMatchObject({ code: 0 })
    await captive('rotating')
    const page = await curl(lab, 'rotating', at('/?lang=fr'))
    const moved = await post('/connect', { ...wayFields(page.body, 'reentry'), code }, 'rotating')
    expect(moved.status).toBe(200)
    await online('rotating')
    const running = downloads('rotating')
    await flow(running)
    expect(await portal.list()).toMatchObject([{ mac: ROTATED.mac.replaceAll(':', '') }])
    expect(await square.kernelMarks()).toHaveLength(1)
    await dropped(running)
    expect(await become(before, ROTATED)).toMatchObject({ code: 0 })
    await captive('rotating')
    expect((await square.disconnect('rotating', tokenOf(moved.body))).status).toBe(200)
    expect(await square.kernelMarks()).toEqual([])
  }, 30_000)

  test('more time carries it beyond the first deadline, and to the second one only', async () => {
    const seconds = 4
    await radius.stop()
    radius = await square.radius(seconds)
    await square.tap('phone')
    const began = performance.now()
    const passed = () => (performance.now() - began) / 1_000
    const running = downloads()
    await flow(running)
    await wait(2_000 - (performance.now() - began))
    const asked = formsOf((await curl(square.lab, 'phone', at('/status?lang=fr'))).body).find(({ action }) => action === '/extend')
    const answered = await post('/extend', { ...asked?.fields })
    expect([answered.status, answered.location]).toEqual([303, expect.stringContaining('more=extended')])
    const extended = passed()
    await until(async () => passed() > seconds + 0.5, seconds)
    await flow(running)
    await until(async () => (await square.kernelMarks()).length === 0, seconds)
    expect(passed()).toBeGreaterThan(extended + seconds - 1)
    expect(passed()).toBeLessThan(extended + seconds + 1.5)
    await stand(running)
    await captive()
    await dropped(running)
  }, 30_000)

  test('the closing hour stops it on the minute, and nobody gets in after it', async () => {
    await portal.inside.kill()
    await radius.stop()
    const aheadMs = CLOSES_MS - Date.now() - 8_000
    square.liveAhead(aheadMs)
    radius = await square.radius(600)
    portal = await square.portal()
    await square.tap('phone')
    const running = downloads()
    await flow(running)
    expect((await square.capport('phone'))['seconds-remaining']).toBeLessThanOrEqual(8)
    await until(async () => (await square.kernelMarks()).length === 0, 10)
    expect(Math.abs(Date.now() + aheadMs - CLOSES_MS)).toBeLessThan(1_500)
    await stand(running)
    await dropped(running)
    const late = await curl(square.lab, 'phone', at('/?lang=fr'))
    expect(late.status).toBe(403)
    expect(late.body).not.toContain('action="/connect"')
    await captive()
    await until(async () => radius.told.some(({ status }) => status === 'stop'), 3)
    expect(radius.told.at(-1)).toMatchObject({ status: 'stop', cause: 'sessionTimeout' })
  }, 30_000)
})
