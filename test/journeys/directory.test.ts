import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curl, urlOf } from '#test/lab/curl.ts'
import { FAMILIES, openSquare, type Square } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const KIOSK_PORT = 8070

describe.skipIf(namespacesForbidden() || absent('curl'))('the directory of services, for phones that have nothing else', () => {
  let square: Square
  beforeAll(async () => {
    square = await openSquare([{ name: 'phone', lan: 'lan0' }])
    await square.town()
  })
  afterAll(() => square?.close())

  test('a captive phone is led to it, and reads and searches it in both families while the line is cut', async () => {
    const { lab } = square
    const { gateway4 = '', gateway6 = '' } = lab.clients['phone'] ?? {}
    await lab.in('gateway', ['ip', 'link', 'set', 'wan0', 'down'])
    const page = await curl(lab, 'phone', square.url)
    const [, link = ''] = /href="(http:[^"]+:8070\/)"/.exec(page.body) ?? []
    expect(link).toBe(`http://${gateway4}:${KIOSK_PORT}/`)
    for (const address of [gateway4, gateway6]) {
      const home = urlOf(address).replace(/\/$/, `:${KIOSK_PORT}/`)
      expect(await curl(lab, 'phone', home)).toMatchObject({ status: 200, body: expect.stringContaining('<title>') })
      const found = await curl(lab, 'phone', `${home}hsds/services?search=repas`)
      expect(found.status).toBe(200)
      expect(JSON.parse(found.body)).toMatchObject({ contents: expect.arrayContaining([expect.objectContaining({ name: expect.any(String) })]) })
    }
    for (const address of FAMILIES) expect((await curl(lab, 'phone', urlOf(address))).status).not.toBe(200)
  }, 30_000)
})
