import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenDynamicAuthorization, type Done, type SessionTarget } from '#radius/coa.ts'
import type { Running } from '#shared/effects.ts'
import { radclient, type RadclientOptions, type RadclientResult } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import { radiusTown, SECRET, type RadiusTown } from '#test/support/radius-town.ts'

const PROVED = 'Message-Authenticator = 0x00'

describe.skipIf(absent('radclient'))('radclient asks us', () => {
  let town: RadiusTown
  let listening: Running & { port: number }
  const ended: SessionTarget[] = []
  beforeAll(async () => {
    town = await radiusTown({ settings: { hosts: ['127.0.0.1', '::1'] } })
    const disconnect = async (target: SessionTarget): Promise<Done> => {
      ended.push(target)
      return target.acctSessionId === 's1' ? 'done' : 'sessionNotFound'
    }
    listening = await listenDynamicAuthorization({ hosts: ['127.0.0.1'], port: 0, sources: [{ name: 'local', address: '127.0.0.1', secret: SECRET }] }, town.effects, { disconnect, change: disconnect })
  })
  afterAll(async () => {
    await listening?.close()
    await town?.close()
  })

  function ask(kind: RadclientOptions['kind'], attributes: readonly string[], some: Partial<RadclientOptions> = {}): Promise<RadclientResult> {
    const port = { auth: town.radius.authPort, status: town.radius.authPort, acct: town.radius.acctPort, disconnect: listening.port, coa: listening.port }[kind]
    return radclient({ kind, port, secret: SECRET, attributes, ...some })
  }
  function signIn(token: { user: string; password: string }): string[] {
    return [PROVED, `User-Name = "${token.user}"`, `User-Password = "${token.password}"`, 'Calling-Station-Id = "02-00-00-00-00-01"']
  }

  test('a token is accepted with its limits, over IPv4 and IPv6', async () => {
    const { code, output } = await ask('auth', signIn(town.token()))
    expect([code, output]).toEqual(['Access-Accept', expect.stringContaining('Session-Timeout = 7200')])
    for (const line of ['Idle-Timeout = 900', 'Acct-Interim-Interval = 300', 'WISPr-Bandwidth-Max-Down = 5000000', 'WISPr-Bandwidth-Max-Up = 1000000', 'ChilliSpot-Max-Total-Octets = 1705032704']) expect(output).toContain(line)
    expect((await ask('auth', signIn(town.token({ nas: 'local6' })), { address: '::1' })).code).toBe('Access-Accept')
  })

  test('a wrong password is rejected; without Message-Authenticator or with another secret there is silence', async () => {
    const token = town.token()
    expect((await ask('auth', signIn({ ...token, password: 'wrong' }))).code).toBe('Access-Reject')
    const silent = [ask('auth', signIn(token).slice(1)), ask('auth', signIn(token), { secret: 'another' })]
    expect((await Promise.all(silent)).map(({ code }) => code)).toEqual(['none', 'none'])
  })

  test('Status-Server is answered on both ports', async () => {
    expect((await ask('status', [PROVED])).code).toBe('Access-Accept')
    expect((await ask('status', [PROVED], { port: town.radius.acctPort })).code).toBe('Accounting-Response')
  })

  test('accounting is heard, gigawords included', async () => {
    const about = ['Acct-Session-Id = "s9"', 'User-Name = "someone"', 'NAS-Identifier = "ap"']
    expect((await ask('acct', ['Acct-Status-Type = Start', ...about])).code).toBe('Accounting-Response')
    const stop = ['Acct-Status-Type = Stop', 'Acct-Input-Octets = 7', 'Acct-Input-Gigawords = 2', 'Acct-Terminate-Cause = Idle-Timeout']
    expect((await ask('acct', [...stop, ...about])).code).toBe('Accounting-Response')
    expect(town.heard.map(({ report }) => [report.status, report.inputOctets, report.terminateCause])).toEqual([['start', undefined, undefined], ['stop', 2 ** 33 + 7, 'idleTimeout']])
  })

  test('Disconnect ends a session that is here, and says so of one that is not', async () => {
    expect((await ask('disconnect', ['Acct-Session-Id = "s1"', 'User-Name = "u"', `Event-Timestamp = ${Math.floor(town.effects.clock.now() / 1000)}`])).code).toBe('Disconnect-ACK')
    const nak = await ask('disconnect', ['Acct-Session-Id = "s2"'])
    expect([nak.code, nak.output]).toEqual(['Disconnect-NAK', expect.stringContaining('Session-Context-Not-Found')])
    expect(ended).toEqual([{ acctSessionId: 's1', userName: 'u' }, { acctSessionId: 's2' }])
    expect((await ask('coa', ['Acct-Session-Id = "s1"'])).code).toBe('CoA-NAK')
  })
})
