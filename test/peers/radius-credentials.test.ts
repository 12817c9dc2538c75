// CHAP and MS-CHAPv2 as others write them: radclient as an access server, and eapol_test as a phone whose tunnel ends in FreeRADIUS,
// which asks us about the user inside it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Source } from '#radius/access/access.ts'
import { eapolTest, startEapServer, type EapMethod, type EapolResult, type EapServer } from '#test/support/freeradius-eap.ts'
import { radclient } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import { radiusTown, SECRET, type RadiusTown } from '#test/support/radius-town.ts'

type Token = { readonly user: string; readonly password: string }

/** The user of the example in RFC 2759 §9.2, beside the portal's tokens. */
const EXAMPLE = { name: 'User', password: 'clientPass' }
const example: Source = {
  name: 'example',
  decide: ({ userName, credential }) => {
    if (userName !== EXAMPLE.name) return undefined
    return credential.proves(EXAMPLE.password) ? { kind: 'accept', authorisation: {} } : { kind: 'reject', reason: 'user_unknown' }
  },
}

let town: RadiusTown
beforeAll(async () => {
  town = await radiusTown({ sources: [example] })
})
afterAll(() => town?.close())

describe.skipIf(absent('radclient'))('radclient signs in by CHAP', () => {
  async function ask({ user, password }: Token, ...more: readonly string[]): Promise<string> {
    const attributes = ['Message-Authenticator = 0x00', `User-Name = "${user}"`, `CHAP-Password = "${password}"`, 'Calling-Station-Id = "02-00-00-00-00-01"', ...more]
    return (await radclient({ kind: 'auth', port: town.radius.authPort, secret: SECRET, attributes })).code
  }

  test('with the challenge in its own attribute and without; with another password it is rejected', async () => {
    const token = town.token()
    const codes = [await ask(token), await ask(token, 'CHAP-Challenge = 0x000102030405060708090a0b0c0d0e0f'), await ask({ ...token, password: 'another' })]
    expect(codes).toEqual(['Access-Accept', 'Access-Accept', 'Access-Reject'])
  })

  test('but not beside a password', async () => {
    const token = town.token()
    expect(await ask(token, `User-Password = "${token.password}"`)).toBe('Access-Reject')
    expect(town.effects.metrics.text()).toContain('reason="credential_twice"')
  })
})

/** Peer-Challenge and NT-Response of the example, with an Ident above 127: it is a byte, not a letter. */
const RESPONSE = `0xc800${'21402324255e262a28295f2b3a337c7e'}${'00'.repeat(8)}${'82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df'}`

describe.skipIf(absent('freeradius', 'radclient', 'openssl'))('an access server asks FreeRADIUS and us the same by MS-CHAPv2', () => {
  let theirs: EapServer
  beforeAll(async () => {
    theirs = await startEapServer({ secret: SECRET, users: [EXAMPLE] })
  })
  afterAll(() => theirs?.stop())

  async function ask(port: number, response: string): Promise<Readonly<Record<string, string>>> {
    const attributes = ['Message-Authenticator = 0x00', 'User-Name = "User"', 'MS-CHAP-Challenge = 0x5b5d7c7d7b3f2f3e3c2c602132262628', `MS-CHAP2-Response = ${response}`]
    const { code, output } = await radclient({ kind: 'auth', port, secret: SECRET, attributes })
    const received = output.slice(output.indexOf('Received'))
    return { code, ...Object.fromEntries([...received.matchAll(/^\t(MS-\S+) = (.*)$/gm)].map((line) => [line[1] ?? '', line[2] ?? ''])) }
  }

  test('it gets the same proof and the same keys from both', async () => {
    const [ours, reference] = [await ask(town.radius.authPort, RESPONSE), await ask(theirs.authPort, RESPONSE)]
    expect(ours).toMatchObject({ 'code': 'Access-Accept', 'MS-MPPE-Send-Key': '0x8b7cdc149b993a1ba118cb153f56dccb' })
    for (const name of ['code', 'MS-CHAP2-Success', 'MS-MPPE-Send-Key', 'MS-MPPE-Recv-Key', 'MS-MPPE-Encryption-Policy']) expect([name, ours[name]]).toEqual([name, reference[name]])
  })

  test('and from both the same error when the response is wrong', async () => {
    const wrong = RESPONSE.replace(/df$/, 'de')
    const answers = [await ask(town.radius.authPort, wrong), await ask(theirs.authPort, wrong)]
    for (const answer of answers) expect(answer).toMatchObject({ 'code': 'Access-Reject', 'MS-CHAP-Error': expect.stringContaining('E=691 R=') })
  })
})

describe.skipIf(absent('freeradius', 'eapol_test', 'openssl'))('a phone signs in inside a tunnel', () => {
  let tunnels: EapServer
  beforeAll(async () => {
    tunnels = await startEapServer({ secret: 'of the access point', inner: { port: town.radius.authPort, secret: SECRET } })
  })
  afterAll(() => tunnels?.stop())

  const wrongTokens = (): number => Number(/reason="token_wrong".* (\d+)$/m.exec(town.effects.metrics.text())?.[1] ?? 0)

  function signIn(method: EapMethod, { user, password }: Token): Promise<EapolResult> {
    return eapolTest({ port: tunnels.authPort, secret: 'of the access point', certificate: tunnels.certificate, method, user, password })
  }

  // EAP inside TTLS is left out: FreeRADIUS proxies it as EAP.
  const methods: readonly EapMethod[] = ['ttls-pap', 'ttls-chap', 'ttls-mschapv2', 'peap-mschapv2']
  for (const method of methods) {
    test(`${method}: a portal token is accepted, with a wrong password or another phone's token it is not`, async () => {
      const token = town.token()
      const before = wrongTokens()
      const { success, output } = await signIn(method, token)
      expect(success, output).toBe(true)
      expect((await signIn(method, { ...town.token(), password: 'another' })).success).toBe(false)
      expect((await signIn(method, town.token({ csid: '020000000009' }))).success).toBe(false)
      expect(wrongTokens()).toBe(before + 2)
    })
  }

  test('ttls-mschapv2: the phone has checked that the server knows the password too', async () => {
    const { output } = await signIn('ttls-mschapv2', town.token())
    expect(output).toContain('EAP-TTLS: Phase 2 MSCHAPV2 authentication succeeded')
  })
})
