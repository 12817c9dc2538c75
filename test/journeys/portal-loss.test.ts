// What becomes of those who are online when the portal dies without a word, as `portal.on_portal_loss` in parvis.toml says it.
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { FAMILIES, openSquare, WORLD, type PortalProcess, type Square } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

/** The kernel wants a sign of life as often as that (portal/gateway/README.md). */
const SIGN_OF_LIFE_SECONDS = 15

type Life = { readonly square: Square; readonly portal: PortalProcess; readonly atMs: number }

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'perl'))('a portal that is killed', () => {
  // Three squares at once, because each has to wait for as long as the kernel does.
  let closing: Life
  let living: Life
  let keeping: Life

  async function live(settings: string): Promise<Life> {
    const square = await openSquare([{ name: 'phone', lan: 'lan0' }], settings)
    await square.radius(600)
    const portal = await square.portal()
    expect((await square.tap('phone')).status).toBe(200)
    return { square, portal, atMs: performance.now() }
  }
  const seen = ({ square }: Life) => Promise.all(FAMILIES.map(async (address) => (await curl(square.lab, 'phone', urlOf(address))).body))
  const ONLINE = [WORLD, WORLD]
  /** Until more time has passed since then than a silent portal is given. */
  const outlast = (sinceMs: number) => wait((SIGN_OF_LIFE_SECONDS + 1) * 1_000 - (performance.now() - sinceMs))

  beforeAll(async () => {
    ;[closing, living, keeping] = await Promise.all([live('on_portal_loss = "close"\n'), live('on_portal_loss = "close"\n'), live('on_portal_loss = "keep"\n')])
  })
  afterAll(() => Promise.all([closing, living, keeping].map((life) => life?.square.close())))

  test('with close the kernel shuts the gate within 15 s, a running download too; a portal that lives keeps it open; with keep it stays open', async () => {
    const download = closing.square.lab.spawn('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download} %{time_total}', '--max-time', '19', urlOf(FAMILIES[0], '/stream?kBps=100')])
    for (const life of [closing, living, keeping]) expect(await seen(life)).toEqual(ONLINE)

    const killedMs = performance.now()
    await Promise.all([closing, keeping].map(({ portal }) => portal.inside.kill('SIGKILL')))
    async function shutAfter(): Promise<number> {
      // Not at once, or nobody would survive a restart.
      expect(await seen(closing)).toEqual(ONLINE)
      await until(async () => (await seen(closing)).every((body) => body !== WORLD), SIGN_OF_LIFE_SECONDS + 2)
      return (performance.now() - killedMs) / 1_000
    }
    const [seconds] = await Promise.all([shutAfter(), outlast(Math.max(killedMs, living.atMs))])
    // The last sign may have come five seconds before the end; curl takes its time to see that nothing comes.
    expect(seconds).toBeGreaterThan(SIGN_OF_LIFE_SECONDS - 6)
    expect(seconds).toBeLessThan(SIGN_OF_LIFE_SECONDS + 2)
    expect(await seen(living)).toEqual(ONLINE)
    expect(await seen(keeping)).toEqual(ONLINE)

    // It went on for the time that the kernel gave, and stood still for the rest of its own.
    const { code, stdout } = await download.ended
    const bytes = Number(stdout.split(' ')[0])
    expect(code).toBe(28)
    expect(bytes).toBeGreaterThan(500_000)
    expect(bytes).toBeLessThan(1_720_000)
  }, 40_000)

  test('after a killed portal comes back, those whose time is not up are online again without a tap', async () => {
    const portal = await closing.square.portal()
    expect(await portal.list()).toHaveLength(1)
    expect(await seen(closing)).toEqual(ONLINE)
  })
})
