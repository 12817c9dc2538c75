// What a voucher gives runs out while its holder is online: the connection that runs is ended, not only the next one refused.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { openSquare, type Square } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { settled } from '#test/support/portal-town.ts'
import { signInTown, wayFields, type SignInTown } from '#test/support/sign-in-town.ts'

const MINUTE_MS = 60_000
const MEGABYTE = 1_000_000

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'perl'))('a voucher of two megabytes, through the kernel', () => {
  let square: Square
  let code = ''
  beforeAll(async () => {
    square = await openSquare([{ name: 'phone', lan: 'lan0' }, { name: 'other', lan: 'lan0' }], 'methods = ["voucher"]\n')
    await square.town()
    const made = await square.command('voucher', 'make', '--count', '1', '--megabytes', '2', '--minutes', '60', '--devices', '1', '--label', 'petit')
    code = /\d{4}(?:[- ]?\d{4}){4}/.exec(made.stdout)?.[0] ?? made.stderr
  }, 60_000)
  afterAll(() => square?.close())

  async function bring(who: string) {
    const page = await curl(square.lab, who, new URL('/?lang=fr', square.url).href)
    const fields = new URLSearchParams({ ...wayFields(page.body, 'voucher'), voucher: code })
    return curl(square.lab, who, new URL('/connect', square.url).href, ['--data', fields.toString()])
  }

  test('its download stops at the last byte, its session is told to have ended, and the code opens nothing more', async () => {
    expect((await bring('phone')).status).toBe(200)
    expect(await square.capport('phone')).toMatchObject({ captive: false, 'bytes-remaining': 2 * MEGABYTE })
    const { code: exit, stdout } = await square.lab.in('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', '2', urlOf(UPSTREAM.v4, '/stream?kBps=20000')])
    expect(exit).toBe(28)
    expect(Number(stdout)).toBeLessThanOrEqual(2 * MEGABYTE)
    expect(Number(stdout)).toBeGreaterThan(1.5 * MEGABYTE)
    await until(async () => (await square.capport('phone')).captive, 3)
    expect(await square.kernelMarks()).toEqual([])
    expect(await curl(square.lab, 'phone', urlOf(UPSTREAM.v4))).toMatchObject({ status: 302 })
    for (const who of ['phone', 'other']) {
      const again = await bring(who)
      expect([again.status, again.body]).toEqual([403, expect.stringContaining('role="alert"')])
    }
  }, 30_000)
})

describe('a voucher that is good until a day is over', () => {
  let town: SignInTown
  afterEach(() => town.close())

  test('the session that runs ends with the day, long before the time that the voucher has left', async () => {
    town = await signInTown()
    const [code = ''] = await town.vouchers({ label: 'dernier jour', seconds: 3 * 3_600, untilMinute: town.clock.now() / MINUTE_MS + 20 })
    expect((await town.signIn(town.phone('127.0.5.2'), 'voucher', { voucher: code })).body).toMatch(/Il reste (19|20) minutes/)
    // Acknowledged: a question that is on its way when the clock leaps is asked again for all the time that has gone by.
    await settled(() => town.portal.sessions.list()[0]?.startTold === true)
    town.clock.advance(19 * MINUTE_MS)
    expect(town.portal.sessions.list()).toHaveLength(1)
    expect(await town.enforcer.list()).toHaveLength(1)
    town.clock.advance(MINUTE_MS)
    await settled(() => town.reports.some(({ status }) => status === 'stop'))
    expect(town.reports.at(-1)).toMatchObject({ status: 'stop', userName: code, terminateCause: 'sessionTimeout' })
    expect(town.portal.sessions.list()).toEqual([])
    expect(await town.enforcer.list()).toEqual([])
    const late = await town.signIn(town.phone('127.0.5.3'), 'voucher', { voucher: code })
    expect([late.status, town.portal.sessions.list()]).toEqual([403, []])
  })
})
