// Debian's openNDS 9.10 sends its phones to our portal and lets them through on our word. Levels 1 and 2 as they are; of 3 and 4 the
// page and the real authmon.sh, over HTTP, because its own start insists on a certificate that the world trusts.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decryptFas, fasFields } from '#portal/controllers/fas.ts'
import { curl, until, urlOf, type Fetched } from '#test/lab/curl.ts'
import type { Inside } from '#test/lab/lab.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { FASKEY, openNdsTown, type NdsTown } from '#test/lab/opennds.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { formFields } from '#test/support/portal-town.ts'

const WORLD = urlOf(UPSTREAM.v4, '/hello')
const MAC_OF_PHONE = '02700000000a'

const cannot = namespacesForbidden() || absent('opennds', 'php', 'iptables-legacy', 'curl')
const LEVELS = [{ nds: 1, portal: 1 }, { nds: 2, portal: 2 }, { nds: 2, portal: 3 }, { nds: 1, portal: 4 }] as const

// All at once: openNDS sleeps most of the time that its start takes.
let towns: readonly NdsTown[] = []
beforeAll(async () => {
  if (!cannot) towns = await Promise.all(LEVELS.map(openNdsTown))
}, 120_000)
afterAll(async () => void (await Promise.all(towns.map((town) => town.close()))))

for (const [index, levels] of LEVELS.entries()) {
  describe.skipIf(cannot)(`behind openNDS, level ${levels.portal}`, () => {
    let town: NdsTown
    beforeAll(() => {
      const [one] = towns.slice(index)
      if (!one) throw new Error('no town for this level')
      town = one
    })

    const isOpen = async (who: string): Promise<boolean> => (await curl(town.lab, who, WORLD)).body === 'the world\n'
    /** openNDS's redirect, followed to our page. */
    async function page(who: string): Promise<{ redirect: string; address: string; body: string }> {
      const { status, location } = await curl(town.lab, who, WORLD)
      expect(status).toBe(307)
      const { location: address } = await curl(town.lab, who, location)
      return { redirect: location, address, body: (await curl(town.lab, who, address)).body }
    }
    function press(who: string, { address, body }: { address: string; body: string }): Promise<Fetched> {
      const action = /<form method="post" action="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? ''
      return curl(town.lab, who, new URL(action, address).href, ['--max-time', '25', '--data', new URLSearchParams(formFields(body)).toString()])
    }
    function gatewayHash(redirect: string): string {
      const url = new URL(redirect)
      const fas = url.searchParams.get('fas')?.replaceAll(' ', '+') ?? ''
      const text = levels.nds === 1 ? Buffer.from(fas, 'base64').toString('utf8') : decryptFas(fas, url.searchParams.get('iv') ?? '', FASKEY)
      return createHash('sha256').update(fasFields(text ?? '').get('gatewayname') ?? '').digest('hex')
    }
    function authmon(redirect: string): Inside {
      // The daemon does not know this option of its own script.
      return town.beside(`echo nat_traversal_poll_interval 1 >>/etc/opennds/opennds.conf; exec /usr/lib/opennds/authmon.sh http://192.168.70.1:8080/at/nds ${gatewayHash(redirect)} php`)
    }

    /** What the gateway itself holds of the session: the minutes and the rate that RADIUS gave. */
    async function expectLimitsHeld(): Promise<void> {
      const told = town.beside('ndsctl json')
      const { stdout } = await told.ended
      const { clients } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { clients: Record<string, { mac: string; state: string; session_end: string; session_start: string; download_rate_limit_threshold: string }> }
      const mine = Object.values(clients).find(({ mac }) => mac === '02:70:00:00:00:0a')
      expect(mine?.state).toBe('Authenticated')
      expect(Number(mine?.session_end) - Number(mine?.session_start)).toBe(600)
      expect(mine?.download_rate_limit_threshold).toContain('5000')
    }

    test.concurrent('a phone is captive, presses once, and is through; its neighbour is not', async () => {
      const first = await page('phone')
      expect(first.body).not.toContain(MAC_OF_PHONE)
      const poller = levels.portal >= 3 ? authmon(first.redirect) : undefined
      let pressed = await press('phone', first)
      if (poller) {
        // authmon begins by declaring everything stale: whoever waited is told so at once, and presses again.
        expect(pressed.status).toBe(503)
        expect(pressed.seconds).toBeLessThan(15)
        pressed = await press('phone', first)
      }
      if (levels.portal >= 3) expect(pressed.status).toBe(200)
      else {
        expect(pressed.status).toBe(303)
        expect(pressed.location).toMatch(/^http:\/\/192\.168\.70\.1:2050\/opennds_auth\/\?tok=[0-9a-f]{64}&redir=/)
        const through = await curl(town.lab, 'phone', pressed.location)
        expect(through.status).toBe(307)
        expect(through.location).toMatch(/\/s\/[0-9a-z]{26}\?lang=/)
        expect((await curl(town.lab, 'phone', through.location)).status).toBe(200)
      }
      await until(() => isOpen('phone'), 5)
      expect(await isOpen('other')).toBe(false)
      if (poller) await expectLimitsHeld()
      await poller?.kill('SIGKILL')
    }, 40_000)

    if (levels.portal > 2) return
    test.concurrent('what was made for one phone lets no other through', async () => {
      const mine = await page('other')
      const pressed = await press('other', mine)
      const token = new URL(pressed.location)
      // A third machine on the same network, whose MAC is neither.
      const stolen = await town.lab.in('gateway', ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--interface', '192.168.70.1', token.href])
      expect(stolen.stdout).not.toBe('307')
      expect(await isOpen('other')).toBe(false)
      token.searchParams.set('tok', 'f'.repeat(64))
      await curl(town.lab, 'other', token.href)
      expect(await isOpen('other')).toBe(false)
    }, 20_000)
  })
}
