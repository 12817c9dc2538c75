// Our server between real peers: phones and access servers in front of it, FreeRADIUS behind it as the realm that knows the users.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { createNas } from '#radius/client.ts'
import { startRadius, type RunningRadius } from '#radius/main.ts'
import type { AccessQuestion, AccountingReport, Nas } from '#radius/nas.ts'
import type { RealmSettings, UpstreamServer } from '#radius/proxy/settings.ts'
import { systemClock } from '#shared/clock.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import { EAP_METHODS, eapolTest, startEapServer, type EapMethod, type EapolResult, type EapServer } from '#test/support/freeradius-eap.ts'
import { radclient, startFreeRadius, type FreeRadius } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import { KEYRING, PROFILES, SECRET, townEffects } from '#test/support/radius-town.ts'

const THEIRS = 'between us and the realm'
const AMINA = { name: 'amina@ville.example', password: 'a long pass phrase of 37 characters..' }
const question: AccessQuestion = { userName: AMINA.name, password: AMINA.password, callingStationId: '02-00-00-00-00-01', nasIdentifier: 'ap', acctSessionId: 's1' }

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})

/** Our server in real time, with one realm. */
async function proxy(servers: readonly UpstreamServer[], more: Partial<RealmSettings> = {}): Promise<RunningRadius & { readonly stored: AccountingReport[] }> {
  const effects = townEffects(systemClock())
  const stored: AccountingReport[] = []
  const realms = [{ realm: 'ville.example', servers, secret: THEIRS, ...more }]
  const radius = await startRadius(
    {
      hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients: [{ name: 'ap', address: '127.0.0.1', secret: SECRET }],
      tokenKeys: KEYRING, profiles: PROFILES, upstreams: { realms, key: secretKey(effects.random(32)) },
    },
    effects,
    { accounting: { record: async (_, report) => void stored.push(report), alive: () => false }, tokenUses: createTokenUses(undefined, effects.clock) },
  )
  return { ...radius, stored }
}
const at = ({ authPort, acctPort = authPort }: { authPort: number; acctPort?: number }): UpstreamServer => ({ address: '127.0.0.1', authPort, acctPort })

describe.skipIf(absent('freeradius', 'eapol_test', 'openssl', 'radclient'))('a realm with EAP', () => {
  let upstream: EapServer
  let ours: RunningRadius
  beforeAll(async () => {
    const reply = ['Reply-Message := "Bonjour"', 'Session-Timeout := 86400', 'Filter-Id := "staff"']
    upstream = await startEapServer({ secret: THEIRS, users: [{ ...AMINA, reply }] })
    ours = await proxy([at(upstream)])
  })
  afterAll(async () => {
    await ours?.close()
    await upstream?.stop()
  })

  function signIn(method: EapMethod, password: string): Promise<EapolResult> {
    return eapolTest({ port: ours.authPort, secret: SECRET, certificate: upstream.certificate, method, user: AMINA.name, password, outer: 'anonymous@ville.example' })
  }

  for (const method of EAP_METHODS) {
    test(`${method} through us: the phone is signed in and has the access server's keys; with a wrong password it is not`, async () => {
      const { success, output } = await signIn(method, AMINA.password)
      expect(success, output).toBe(true)
      expect(output).toContain('MPPE keys OK: 1  mismatch: 0')
      const wrong = await signIn(method, 'wrong')
      expect([wrong.success, /^FAILURE$/m.test(wrong.output)]).toEqual([false, true])
    })
  }

  test('radclient is let in by PAP and by CHAP for as long as the site allows, and not with a wrong password', async () => {
    const ask = (...proof: readonly string[]): ReturnType<typeof radclient> =>
      radclient({ kind: 'auth', port: ours.authPort, secret: SECRET, attributes: ['Message-Authenticator = 0x00', `User-Name = "${AMINA.name}"`, 'Proxy-State = 0x1234', ...proof] })
    const right = [await ask(`User-Password = "${AMINA.password}"`), await ask(`CHAP-Password = "${AMINA.password}"`), await ask(`CHAP-Password = "${AMINA.password}"`, 'CHAP-Challenge = 0x000102030405060708090a0b0c0d0e0f')]
    for (const { code, output } of right) {
      const received = output.slice(output.indexOf('Received'))
      expect([code, received.match(/Proxy-State = \S+/g), received.includes('Filter-Id')], output).toEqual(['Access-Accept', ['Proxy-State = 0x1234'], false])
      for (const line of ['Reply-Message = "Bonjour"', 'Session-Timeout = 7200']) expect(received).toContain(line)
    }
    const wrong = [await ask('User-Password = "wrong"'), await ask('CHAP-Password = "wrong"')]
    expect(wrong.map(({ code }) => code)).toEqual(['Access-Reject', 'Access-Reject'])
  })
})

describe.skipIf(absent('freeradius'))('servers that die', () => {
  async function freeRadius(ports?: { auth: number; acct: number }): Promise<FreeRadius & { readonly ports: { auth: number; acct: number } }> {
    const server = await startFreeRadius({ secret: THEIRS, users: [AMINA], ...(ports && { ports }) })
    opened.push({ close: server.stop })
    return { ...server, ports: { auth: server.authPort, acct: server.acctPort } }
  }
  async function nasOf(server: { authPort: number; acctPort: number }, secret = SECRET): Promise<Nas> {
    const nas = await createNas({ servers: [{ ...at(server), secret }], nasIdentifier: 'ap', patience: { firstWaitMs: 3_300, tries: 1 } }, townEffects(systemClock()))
    opened.push(nas)
    return nas
  }

  test('when the first server of a realm is killed while people sign in, they go on being let in; when all are, the answer is no within three seconds', async () => {
    const [first, second] = [await freeRadius(), await freeRadius()]
    const ours = await proxy([at(first), at(second)])
    opened.push(ours)
    const nas = await nasOf(ours)
    const took: number[] = []
    async function signIn(): Promise<string> {
      const began = performance.now()
      const { kind } = await nas.access(question)
      took.push(performance.now() - began)
      return kind
    }
    const kinds: Promise<string>[] = []
    for (let i = 0; i < 30; i++) {
      kinds.push(signIn())
      if (i === 9) await first.stop()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(new Set(await Promise.all(kinds))).toEqual(new Set(['accept']))
    await second.stop()
    took.length = 0
    expect(await signIn()).toBe('reject')
    expect(took[0]).toBeLessThan(3_000)
  })

  test('a session is written down here and at the realm; while the realm is dead it is kept and not acknowledged', async () => {
    const server = await freeRadius()
    const ours = await proxy([at(server)])
    opened.push(ours)
    const nas = await nasOf(ours)
    const start: AccountingReport = { status: 'start', nasIdentifier: 'ap', acctSessionId: 's1', userName: AMINA.name, callingStationId: '02-00-00-00-00-01', eventSeconds: 1_790_000_000 }
    expect(await nas.account(start)).toBe(true)
    expect(server.accounting()).toEqual([expect.objectContaining({ 'User-Name': AMINA.name, 'Acct-Status-Type': 'Start', 'Acct-Session-Id': 's1', 'NAS-Identifier': 'ap' })])
    await server.stop()
    expect(await nas.account({ ...start, status: 'stop', sessionSeconds: 60 })).toBe(false)
    expect(ours.stored.map(({ status }) => status)).toEqual(['start', 'stop'])
  })

  test('the portal asks two servers: it goes on when the first is killed, and back to it when it answers again', async () => {
    const [first, second] = [await freeRadius(), await freeRadius()]
    const effects = townEffects(systemClock())
    const servers = [at(first), at(second)].map((server) => Object.assign(server, { secret: THEIRS }))
    const nas = await createNas({ servers, nasIdentifier: 'parvis', patience: { firstWaitMs: 200, tries: 2, probeEveryMs: 200 } }, effects)
    opened.push(nas)
    const signIn = async (): Promise<string> => (await nas.access(question)).kind
    expect(await signIn()).toBe('accept')
    await first.stop()
    expect([await signIn(), await signIn()]).toEqual(['accept', 'accept'])
    const again = await freeRadius(first.ports)
    await expect.poll(() => effects.lines.some((line) => line.includes('server is asked in its turn again')), { timeout: 5_000 }).toBe(true)
    await second.stop()
    expect(await signIn()).toBe('accept')
    await again.stop()
    expect(await signIn()).toBe('silence')
  })
})
