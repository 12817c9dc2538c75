import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNas } from '#radius/client.ts'
import type { AccessQuestion, AccountingReport, Nas } from '#radius/nas.ts'
import { systemClock } from '#shared/clock.ts'
import { startFreeRadius, type FreeRadius } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import { townEffects } from '#test/support/radius-town.ts'

const SECRET = 'between the portal and FreeRADIUS'
const question: AccessQuestion = { userName: 'amina', password: 'a long pass phrase of 37 characters..', callingStationId: '02-00-00-00-00-01', calledStationId: '02-00-00-00-00-FF:parvis', nasIdentifier: 'parvis', acctSessionId: 's1', framedIpAddress: '192.0.2.7' }

describe.skipIf(absent('freeradius'))('the portal asks FreeRADIUS', () => {
  let server: FreeRadius
  let nas: Nas
  beforeAll(async () => {
    const reply = ['Session-Timeout := 600', 'Idle-Timeout := 60', 'WISPr-Bandwidth-Max-Down := 2000000', 'ChilliSpot-Max-Total-Octets := 5000', 'Class := 0xc1a55000']
    server = await startFreeRadius({ secret: SECRET, users: [{ name: 'amina', password: question.password, reply }] })
    nas = await nasFor(server)
  })
  afterAll(async () => {
    await nas?.close()
    await server?.stop()
  })

  function nasFor({ authPort, acctPort }: FreeRadius): Promise<Nas> {
    const servers = [{ address: '127.0.0.1', authPort, acctPort, secret: SECRET }]
    return createNas({ servers, nasIdentifier: 'parvis', patience: { firstWaitMs: 400, tries: 2 } }, townEffects(systemClock()))
  }

  test('a right password is accepted with the limits that its administrator set', async () => {
    const authorisation = { sessionSeconds: 600, idleSeconds: 60, downKbps: 2_000, quotaBytes: 5_000, class: Uint8Array.of(0xc1, 0xa5, 0x50, 0x00) }
    expect(await nas.access(question)).toEqual({ kind: 'accept', authorisation })
  })

  test('a wrong password and an unknown name are rejected', async () => {
    expect(await nas.access({ ...question, password: 'wrong' })).toEqual({ kind: 'reject' })
    expect(await nas.access({ ...question, userName: 'nobody' })).toEqual({ kind: 'reject' })
  })

  test('the session is in its accounting from Start to Stop, with counters above 4 GB', async () => {
    const start: AccountingReport = { status: 'start', nasIdentifier: 'parvis', acctSessionId: 's1', userName: 'amina', callingStationId: '02-00-00-00-00-01', eventSeconds: 1_790_000_000, class: Uint8Array.of(0xc1, 0xa5) }
    expect(await nas.account(start)).toBe(true)
    expect(await nas.account({ ...start, status: 'interim', sessionSeconds: 60 })).toBe(true)
    expect(await nas.account({ ...start, status: 'stop', sessionSeconds: 600, inputOctets: 1_000, outputOctets: 2 ** 32 + 5, inputPackets: 3, outputPackets: 4, terminateCause: 'sessionTimeout' })).toBe(true)
    const written = server.accounting()
    expect(written.map((packet) => packet['Acct-Status-Type'])).toEqual(['Start', 'Interim-Update', 'Stop'])
    expect(written[2]).toMatchObject({
      'User-Name': 'amina', 'Acct-Session-Id': 's1', 'NAS-Identifier': 'parvis', 'Calling-Station-Id': '02-00-00-00-00-01', 'Acct-Session-Time': '600',
      'Acct-Input-Octets': '1000', 'Acct-Output-Octets': '5', 'Acct-Output-Gigawords': '1', 'Acct-Terminate-Cause': 'Session-Timeout', 'Class': '0xc1a5',
    })
  })

  test('a server whose replies could be forged is not believed', async () => {
    const old = await startFreeRadius({ secret: SECRET, users: [{ name: 'amina', password: question.password }], proves: false })
    const asking = await nasFor(old)
    expect(await asking.access(question)).toEqual({ kind: 'silence' })
    await asking.close()
    await old.stop()
  })
})
