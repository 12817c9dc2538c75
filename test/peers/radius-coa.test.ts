// Disconnect- and CoA-Requests of ours at access servers that are not: FreeRADIUS, and our own gateway's listener with radclient at it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenDynamicAuthorization } from '#radius/coa.ts'
import { createCoaSender, type CoaSender, type ForeignSession } from '#radius/coa/sender.ts'
import { clientTable } from '#radius/clients.ts'
import { systemClock } from '#shared/clock.ts'
import type { Running } from '#shared/effects.ts'
import { startCoaNas, type CoaNas } from '#test/support/freeradius-nas.ts'
import { radclient } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import { portalTown, type PortalTown } from '#test/support/portal-town.ts'
import { SECRET, townEffects } from '#test/support/radius-town.ts'

const effects = townEffects(systemClock())

function senderTo(coaPort: number): CoaSender {
  return createCoaSender(clientTable([{ name: 'ap', address: '127.0.0.1', secret: SECRET, coaPort }]), effects, { firstWaitMs: 500, tries: 2 })
}

describe.skipIf(absent('freeradius'))('FreeRADIUS is asked as an access server', () => {
  const session: ForeignSession = {
    origin: { client: 'ap', address: '127.0.0.1' }, nasIdentifier: 'ap-mairie', acctSessionId: 's1', userName: 'u', callingStationId: '02-00-00-00-00-01',
  }
  let nas: CoaNas
  let sender: CoaSender
  beforeAll(async () => {
    nas = await startCoaNas(SECRET)
    sender = senderTo(nas.port)
  })
  afterAll(async () => {
    await sender?.close()
    await nas?.stop()
  })

  test('it understands who is meant, and its acknowledgement and its refusal are understood', async () => {
    expect(await sender.disconnect(session)).toEqual({ kind: 'done' })
    expect(await sender.disconnect({ ...session, acctSessionId: 's2', nasIdentifier: '192.0.2.7' })).toEqual({ kind: 'refused', cause: 'sessionNotFound' })
    const [first, second] = nas.asked()
    expect(first).toMatchObject({ 'NAS-Identifier': 'ap-mairie', 'Acct-Session-Id': 's1', 'User-Name': 'u', 'Calling-Station-Id': '02-00-00-00-00-01' })
    expect(first).toHaveProperty('Event-Timestamp')
    expect(first).toHaveProperty('Message-Authenticator')
    expect(second).toMatchObject({ 'NAS-IP-Address': '192.0.2.7', 'Acct-Session-Id': 's2' })
    expect(second).not.toHaveProperty('NAS-Identifier')
  })

  test('limits travel in a CoA-Request; what it cannot change it says', async () => {
    expect(await sender.change(session, { sessionSeconds: 600, downKbps: 512 })).toEqual({ kind: 'done' })
    expect(nas.asked().at(-1)).toMatchObject({ 'Acct-Session-Id': 's1', 'Session-Timeout': '600', 'WISPr-Bandwidth-Max-Down': '512000' })
    expect(await sender.change(session, { idleSeconds: 60 })).toEqual({ kind: 'refused', cause: 'unsupportedAttribute' })
  })

  test('it does not believe another secret, and that is silence', async () => {
    const stranger = createCoaSender(clientTable([{ name: 'ap', address: '127.0.0.1', secret: 'another', coaPort: nas.port }]), effects, { firstWaitMs: 100, tries: 2 })
    expect(await stranger.disconnect(session)).toEqual({ kind: 'silent' })
    await stranger.close()
  })
})

describe('our own gateway is asked as an access server', () => {
  let town: PortalTown
  let listening: Running & { port: number }
  let sender: CoaSender
  beforeAll(async () => {
    town = await portalTown()
    const { endBy, changeBy } = town.portal.sessions
    listening = await listenDynamicAuthorization(
      { hosts: ['127.0.0.1'], port: 0, sources: [{ name: 'server', address: '127.0.0.1', secret: SECRET }], nasIdentifier: 'parvis-test' },
      { ...effects, clock: systemClock() },
      { disconnect: endBy, change: changeBy },
    )
    sender = senderTo(listening.port)
  })
  afterAll(async () => {
    await sender?.close()
    await listening?.close()
    await town?.close()
  })

  function sessionOf(address: string): ForeignSession {
    const mac = `02007f0000${address.split('.')[3]?.padStart(2, '0')}`
    const one = town.portal.sessions.list().find((session) => session.mac === mac)
    return { origin: { client: 'ap', address: '127.0.0.1' }, nasIdentifier: 'parvis-test', acctSessionId: one?.id, userName: one?.user, callingStationId: mac }
  }

  test('our sender ends a session at our listener; a second time it is not there', async () => {
    await town.phone('127.0.0.2').connect()
    const session = sessionOf('127.0.0.2')
    expect(await sender.change(session, { sessionSeconds: 300, idleSeconds: 60 })).toEqual({ kind: 'done' })
    expect(town.portal.sessions.list()).toMatchObject([{ limits: { idleSeconds: 60 } }])
    expect(await sender.disconnect(session)).toEqual({ kind: 'done' })
    expect(await town.enforcer.list()).toEqual([])
    expect(await sender.disconnect(session)).toEqual({ kind: 'refused', cause: 'sessionNotFound' })
    expect(await sender.disconnect({ ...session, nasIdentifier: 'elsewhere' })).toEqual({ kind: 'refused', cause: 'nasMismatch' })
  })

  describe.skipIf(absent('radclient'))('by radclient', () => {
    const named = (): string[] => {
      const { acctSessionId, userName } = sessionOf('127.0.0.3')
      return [`Acct-Session-Id = "${acctSessionId}"`, `User-Name = "${userName}"`]
    }
    const ask = async (kind: 'disconnect' | 'coa', attributes: readonly string[]): Promise<string[]> => {
      const { code, output } = await radclient({ kind, port: listening.port, secret: SECRET, attributes })
      return [code, ...(/Error-Cause = (\S+)/.exec(output)?.slice(1) ?? [])]
    }
    beforeAll(() => town.phone('127.0.0.3').connect())

    test('a change is acknowledged and made', async () => {
      expect(await ask('coa', [...named(), 'Session-Timeout = 1800', 'WISPr-Bandwidth-Max-Down = 512000', 'State = 0x0102', 'NAS-IP-Address = 127.0.0.1'])).toEqual(['CoA-ACK'])
      expect(town.portal.sessions.list()).toMatchObject([{ limits: { downKbps: 512 }, deadlineMs: town.clock.now() + 1_800_000 }])
    })

    test.each([
      ['401', 'Unsupported-Attribute', ['Session-Timeout = 60', 'Filter-Id = "slow"']],
      ['402', 'Missing-Attribute', []],
      ['403', 'NAS-Identification-Mismatch', ['Session-Timeout = 60', 'NAS-Identifier = "elsewhere"']],
      ['404', 'Invalid-Request', ['Session-Timeout = 60', 'Session-Timeout = 90']],
      ['405', 'Unsupported-Service', ['Session-Timeout = 60', 'Service-Type = Framed-User']],
      ['407', 'Invalid-Attribute-Value', ['Session-Timeout = 0']],
    ])('what cannot be done is refused with cause %s, and nothing is changed', async (_number, cause, wanted) => {
      const before = town.portal.sessions.list()
      expect(await ask('coa', [...named(), ...wanted])).toEqual(['CoA-NAK', cause])
      expect(town.portal.sessions.list()).toEqual(before)
    })

    test('Disconnect: a stranger is not found, an attribute that is no name ends nobody, and then it ends', async () => {
      expect(await ask('disconnect', ['Acct-Session-Id = "nobody"'])).toEqual(['Disconnect-NAK', 'Session-Context-Not-Found'])
      expect(await ask('disconnect', [...named(), 'Service-Type = Authorize-Only'])).toEqual(['Disconnect-NAK', 'Unsupported-Attribute'])
      expect(await ask('disconnect', [...named(), 'Session-Timeout = 60'])).toEqual(['Disconnect-NAK', 'Unsupported-Attribute'])
      expect(town.portal.sessions.list()).toHaveLength(1)
      expect(await ask('disconnect', named())).toEqual(['Disconnect-ACK'])
      expect(town.portal.sessions.list()).toEqual([])
    })
  })
})
