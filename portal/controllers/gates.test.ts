import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { simulateUnifi } from '#test/support/controllers.ts'
import { absent, peer } from '#test/support/peer.ts'
import { townEffects } from '#test/support/radius-town.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import type { Grant } from '../gateway/enforcer.ts'
import { allowList } from './allow-list.ts'
import type { Controller } from './controller.ts'
import { gatesOf, withGates } from './gates.ts'
import { createUnifiApi } from './unifi-api.ts'
import { createUsed } from './used.ts'

const MAC = '5c1dd920a0c1' as MacAddress
const nds: Controller = { name: 'nds', kind: 'opennds', addresses: [], secret: 'k', level: 1, back: allowList([], []) }
const grant = (mark: number, controller?: string): Grant => ({ mac: MAC, mark, seconds: 60, ...(controller !== undefined && { behind: { controller, facts: {} } }) })

test('the same MAC is let in here and behind a controller, each on its own', async () => {
  const clock = manualClock(0)
  const gates = gatesOf([nds], townEffects(clock))
  const both = withGates(dryRunEnforcer({ clock }), gates)
  await both.open(grant(1))
  await both.open(grant(2, 'nds'))
  expect((await both.list()).map(({ mark, controller }) => [mark, controller])).toEqual([[1, undefined], [2, 'nds']])
  await both.close(MAC, 'nds')
  expect((await both.list()).map(({ mark }) => mark)).toEqual([1])
  await expect(both.open(grant(3, 'gone'))).rejects.toMatchObject({ code: 'enforcer' })
})

test('what was open before a restart stays open, until its time is up', async () => {
  const clock = manualClock(0)
  const gate = gatesOf([nds], townEffects(clock)).get('nds')
  gate?.takeUp(grant(7, 'nds'))
  expect(await gate?.list()).toMatchObject([{ mark: 7, controller: 'nds', secondsLeft: 60 }])
  clock.advance(60_000)
  expect(await gate?.list()).toEqual([])
})

test('without the interface that it needs a UniFi controller is told at the start', () => {
  expect(() => gatesOf([{ ...nds, kind: 'unifi' }], townEffects(manualClock(0)))).toThrow('api_url')
})

test('a redirect that was used stays used for a day, and the memory of it is bounded', () => {
  const clock = manualClock(0)
  const used = createUsed(clock)
  used.add('first')
  for (let n = 0; n < 65_535; n++) used.add(`n${n}`)
  expect(used.has('first')).toBe(true)
  used.add('one more')
  expect(used.has('first')).toBe(false)
  expect(used.has('one more')).toBe(true)
  clock.advance(24 * 3_600_000)
  expect(used.has('one more')).toBe(false)
})

const folder = mkdtempSync(join(tmpdir(), 'parvis-unifi-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
function selfSigned(name: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  execFileSync(peer('openssl'), ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

test.skipIf(absent('openssl'))('a controller that signs for itself is believed by its one certificate, and no other', async () => {
  const unifi = await simulateUnifi()
  const own = selfSigned('unifi')
  const server = createServer(own, (request, response) => {
    const answer = fetch(`${unifi.origin}${request.url}`, { method: request.method ?? 'GET', redirect: 'manual', headers: { cookie: request.headers.cookie ?? '' }, ...(request.method === 'POST' && { body: '{"username":"parvis","password":"secret"}' }) })
    void answer.then(async (told) => response.writeHead(told.status, { 'set-cookie': told.headers.getSetCookie() }).end(await told.text()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const settings = { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, user: 'parvis', password: 'secret', site: 'default' }
  expect(await createUnifiApi({ ...settings, certificate: own.cert }).get('stat/sta')).toEqual([])
  for (const certificate of [undefined, selfSigned('another').cert]) await expect(createUnifiApi({ ...settings, ...(certificate && { certificate }) }).get('stat/sta')).rejects.toMatchObject({ code: 'enforcer' })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await unifi.close()
})
