import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { absent } from '#test/support/peer.ts'
import { portalTown, type PortalTown } from '#test/support/portal-town.ts'
import { PHONES } from './all.ts'
import { BAD_PORTALS, startBadPortal } from './bad-portals.ts'
import { dialAll } from './browser.ts'
import { startFlowGateway, type FlowGateway } from './flow-gateway.ts'
import { journey, type Network } from './phone.ts'
import { handshake, selfSigned, type Pair } from './secure.ts'
import { world } from './world.ts'

/** Long enough for a check and a page; a bad portal is bad for longer than that. */
const PATIENCE_SECONDS = 0.5
const HTTPS_HOST = 'www.google.com'
const skipped = absent('openssl')
/** `detect`: nothing is shown. `page`: nothing to press, or a redirect without a word. `after`: online by its own check, and still at the portal. */
const ENDS_AT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '200 with an empty body': { Apple: 'page', Android: 'detect', Windows: 'page' },
  'keep-alive': { Apple: 'after', Android: 'after', Windows: 'after' },
  'a 302 without a body': { Apple: 'detect', Android: 'page', Windows: 'page' },
  'faked success': { Apple: 'detect', Android: 'detect', Windows: 'detect' },
}

let pair: Pair
let servers: { http: Server; https: Server }
let worldPorts: { http: number; https: number }

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : 0
}

beforeAll(async () => {
  if (skipped) return
  pair = selfSigned(HTTPS_HOST)
  servers = { http: createServer(world), https: createTlsServer(pair, world) }
  worldPorts = { http: await listening(servers.http), https: await listening(servers.https) }
})
afterAll(() => {
  for (const server of Object.values(servers ?? {})) {
    server.close()
    server.closeAllConnections()
  }
})

/** Every name is in the world behind the gateway; an address is itself. */
function networkAt(phone: string, gateway: FlowGateway): Network {
  const port = (asked: number): number => ({ 80: gateway.http, 443: gateway.https })[asked] ?? asked
  return { family: 'v4', dial: dialAll(() => '127.0.0.1', phone, port), secure: (host) => handshake(host, '127.0.0.1', gateway.https, pair.cert, phone) }
}

describe.skipIf(skipped).each(PHONES)('$name', (phone) => {
  test.each(BAD_PORTALS)('does not get through $name', async (bad) => {
    const open = new Set<string>()
    const portal = await startBadPortal(bad, (source) => void open.add(source))
    const gateway = await startFlowGateway({ isOpen: (source) => open.has(source), portalPort: portal.port, worldPorts })
    try {
      const went = await journey(phone, networkAt('127.4.0.2', gateway), PATIENCE_SECONDS)
      expect(went).toMatchObject({ ok: false, at: ENDS_AT[bad.name]?.[phone.name] })
    } finally {
      gateway.close()
      portal.close()
    }
  })

  test('gets through a network that is open from the start: nothing is wrong with the emulator itself', async () => {
    const gateway = await startFlowGateway({ isOpen: () => true, portalPort: 9, worldPorts })
    try {
      expect(await phone.check(networkAt('127.4.0.3', gateway))).toEqual({ kind: 'open' })
    } finally {
      gateway.close()
    }
  })
})

describe.skipIf(skipped)('our portal', () => {
  let town: PortalTown
  beforeAll(async () => void (town = await portalTown()))
  afterAll(() => town?.close())

  test.each(PHONES.map((phone, index) => ({ phone, address: `127.5.0.${index + 2}`, name: phone.name })))('brings $name from the first probe to the wanted page', async ({ phone, address }) => {
    const isOpen = async (source: string): Promise<boolean> => {
      const mac = ['02', '00', ...source.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))].join('')
      return (await town.enforcer.list()).some((client) => client.mac === mac)
    }
    const gateway = await startFlowGateway({ isOpen, portalPort: town.portal.port, worldPorts })
    try {
      const went = await journey(phone, networkAt(address, gateway))
      expect(went).toMatchObject({ ok: true })
      if (went.ok) expect(went.seconds).toBeLessThan(6)
    } finally {
      gateway.close()
    }
  })
})
