import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBES } from '#portal/detect/probes.ts'
import { until } from '#test/lab/curl.ts'
import { UPSTREAM, type ClientPlan } from '#test/lab/network.ts'
import { openSquare, type PortalProcess, type RadiusProcess, type Square } from '#test/lab/square.ts'
import { PHONES } from '#test/phones/all.ts'
import { nameTheWorld } from '#test/phones/names.ts'
import { selfSigned } from '#test/phones/secure.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const OPEN_WITHIN_SECONDS = 6
const FAMILIES = ['v4', 'v6'] as const
const JOURNEYS = PHONES.flatMap((phone) => FAMILIES.map((family) => ({ name: phone.name, family, space: `${phone.name.toLowerCase()}${family}` })))
const PLANS: readonly ClientPlan[] = [...JOURNEYS.map(({ space }): ClientPlan => ({ name: space, lan: 'lan0' })), { name: 'prober', lan: 'lan0' }, { name: 'firefox', lan: 'lan0' }, { name: 'laptop', lan: 'lan0' }]

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'openssl'))('phones on a square with nftables', () => {
  let square: Square
  let portal: PortalProcess
  let radius: RadiusProcess
  let unname: () => void
  const dir = mkdtempSync(join(tmpdir(), 'parvis-phones-'))
  const ca = join(dir, 'cert.pem')

  beforeAll(async () => {
    const pair = selfSigned('www.google.com')
    writeFileSync(ca, pair.cert)
    writeFileSync(join(dir, 'key.pem'), pair.key)
    square = await openSquare(PLANS, '', [process.execPath, 'test/phones/run-world.ts', ca, join(dir, 'key.pem')])
    unname = await nameTheWorld(square.lab, ['detectportal.firefox.com', 'network-test.debian.org'])
    radius = await square.radius(600)
    portal = await square.portal()
  })
  afterAll(async () => {
    await portal?.inside.kill()
    await radius?.stop()
    await square?.close()
    unname?.()
    rmSync(dir, { recursive: true, force: true })
  })

  test.each(JOURNEYS)('$name by IP$family: captive, one page, one press, open and at the wanted page within 6 s', async ({ name, family, space }) => {
    const { code, stdout, stderr } = await square.lab.in(space, [process.execPath, 'test/phones/run.ts', name, family, UPSTREAM[family], ca])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const went = JSON.parse(stdout) as { before: string; journey: { ok: boolean; seconds: number }; after: string }
    expect(went).toMatchObject({ before: 'captive', journey: { ok: true }, after: 'open' })
    expect(went.journey.seconds).toBeLessThan(OPEN_WITHIN_SECONDS)
  })

  test('every row of the probe table, whoever asks and however, is sent to the page while captive and to its own server when open', async () => {
    const ask = (state: 'captive' | 'open') => square.lab.in('prober', [process.execPath, 'test/phones/probe-all.ts', state, square.url, UPSTREAM.v4, UPSTREAM.v6])
    const all = `${PROBES.length * 3 * 2 * 4 * 2} asked\n`
    expect((await ask('captive')).stdout).toBe(all)
    expect((await square.tap('prober')).status).toBe(200)
    expect((await ask('open')).stdout).toBe(all)
  })

  test.skipIf(absent('firefox-esr'))('the real Firefox says captive, and open within 6 s of the press', { timeout: 60_000 }, async () => {
    const firefox = square.lab.spawn('firefox', [process.execPath, 'test/phones/firefox.ts', '/run'])
    await firefox.says('"captive"')
    expect((await square.tap('firefox')).status).toBe(200)
    const open = () => /"captive"[\s\S]*"(?:open|unlocked)"/.test(firefox.output())
    expect(await until(async () => open(), 2 * OPEN_WITHIN_SECONDS)).toBeLessThan(OPEN_WITHIN_SECONDS)
    await firefox.kill()
  })

  test.skipIf(absent('NetworkManager', 'nmcli', 'dbus-daemon'))('the real NetworkManager says portal, and full within 6 s of the press', { timeout: 60_000 }, async () => {
    const manager = square.lab.spawn('laptop', [process.execPath, 'test/phones/network-manager.ts', '/run'])
    await manager.says('"portal"')
    expect((await square.tap('laptop')).status).toBe(200)
    expect(await until(async () => /"portal"[\s\S]*"full"/.test(manager.output()), 2 * OPEN_WITHIN_SECONDS)).toBeLessThan(OPEN_WITHIN_SECONDS)
    await manager.kill()
  })
})
