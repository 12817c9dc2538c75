// A whole Parvis in front of a CoovaChilli, which is a SIMULATOR: settings file, portal, RADIUS server, accounting, Disconnect-Request.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { seal, sharedSecret } from '#radius/authenticator.ts'
import { createNas } from '#radius/client.ts'
import type { AccountingReport, Nas } from '#radius/nas.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { systemClock } from '#shared/clock.ts'
import { simulateChilli, type SimulatedNas } from '#test/support/controllers.ts'
import { formFields, settled, tokenOf } from '#test/support/portal-town.ts'
import { openWire, SECRET, townEffects, type Wire } from '#test/support/radius-town.ts'

const UAM_SECRET = 'ht2eb8ej6s4et3rg1ulp'
const MAC = '5C-1D-D9-20-A0-C1'
const folder = mkdtempSync(join(tmpdir(), 'parvis-controllers-'))
let accessPoint: Wire
let chilli: SimulatedNas
let server: Instance
let nas: Nas

beforeAll(async () => {
  accessPoint = await openWire()
  chilli = await simulateChilli({ phone: { mac: MAC }, portalUrl: () => `${server.urls['portal'] ?? ''}at/chilli`, authPort: () => server.ports['radius_auth'] ?? 0 }, UAM_SECRET)
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, `[portal]
session_seconds = 3600
[gateway]
enforcer = "controllers"
[[radius.clients]]
name = "square"
address = "127.0.0.0/8"
secret = "${SECRET}"
coa_port = ${accessPoint.port}
[[controllers]]
name = "chilli"
kind = "uam"
addresses = ["127.0.0.1:${chilli.port}"]
secret = "${UAM_SECRET}"
radius_client = "square"
`)
  server = await startInstance({ entry: join(import.meta.dirname, '../../scripts/main.ts'), args: ['--config', config, '--role', 'portal,radius', '--hub.mode=off'] })
  const { radius_auth: authPort = 0, radius_acct: acctPort = 0 } = server.ports
  nas = await createNas({ servers: [{ address: '127.0.0.1', authPort, acctPort, secret: SECRET }], nasIdentifier: 'square' }, { ...townEffects(systemClock()), random: randomBytes })
}, 30_000)
afterAll(async () => {
  await nas?.close()
  await server?.stop()
  await chilli?.close()
  accessPoint?.close()
  rmSync(folder, { recursive: true, force: true })
})

const report = (status: AccountingReport['status'], userName: string): AccountingReport => ({
  status, userName, nasIdentifier: 'square', acctSessionId: '5e6792ce00000006', callingStationId: MAC, eventSeconds: Math.floor(Date.now() / 1000),
  ...(status !== 'start' && { sessionSeconds: 60 }),
})
const follow = (url: string) => fetch(url, { redirect: 'manual' })
const at = (path: string) => new URL(path, server.urls['portal']).href
const post = (path: string, fields: Readonly<Record<string, string>>) => fetch(at(path), { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) })

test('who comes without a controller is nobody, even on this machine', async () => {
  expect((await follow(at('/'))).status).toBe(403)
})

test('a phone goes through chilli, its server’s accounting keeps its link alive, and the link ends it there', async () => {
  const arrived = await follow(chilli.redirect())
  const page = await follow(at(arrived.headers.get('location') ?? ''))
  const state = /[?&]at=([\w-]+)/.exec(arrived.headers.get('location') ?? '')?.[1] ?? ''
  const pressed = await post(`/connect?at=${state}`, formFields(await page.text()))
  expect(pressed.status).toBe(303)
  const logged = await follow(pressed.headers.get('location') ?? '')
  expect(chilli.online.size).toBe(1)
  const [user = ''] = chilli.online
  expect(await nas.account(report('start', user))).toBe(true)
  const back = await follow(logged.headers.get('location') ?? '')
  const token = tokenOf(back.headers.get('location') ?? '')
  expect(await (await follow(at(`/s/${token}`))).text()).toContain('1 heure')

  const ending = post('/disconnect', { token })
  const request = await accessPoint.next()
  expect([request.code, request.read(ATTRIBUTES['User-Name'])]).toEqual([CODES.disconnectRequest, user])
  accessPoint.reply(seal(new PacketWriter().begin(CODES.disconnectAck, request.identifier, request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)), sharedSecret(SECRET)))
  expect((await ending).status).toBe(200)
  expect((await follow(at(`/s/${token}`))).status).toBe(404)
})

test('a Stop from the access server ends the link too', async () => {
  chilli.online.clear()
  const arrived = await follow(chilli.redirect())
  const state = /[?&]at=([\w-]+)/.exec(arrived.headers.get('location') ?? '')?.[1] ?? ''
  const page = await follow(at(arrived.headers.get('location') ?? ''))
  const pressed = await post(`/connect?at=${state}`, formFields(await page.text()))
  const back = await follow((await follow(pressed.headers.get('location') ?? '')).headers.get('location') ?? '')
  const token = tokenOf(back.headers.get('location') ?? '')
  const [user = ''] = chilli.online
  await nas.account(report('start', user))
  expect((await follow(at(`/status?at=${state}`))).status).toBe(200)
  await nas.account(report('stop', user))
  let status = 200
  await settled(() => status === 404 || (void follow(at(`/s/${token}`)).then((answer) => (status = answer.status)), false))
  expect(status).toBe(404)
  expect(server.log()).not.toMatch(/5c.?1d.?d9/i)
})
