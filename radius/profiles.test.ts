import { describe, expect, test } from 'vitest'
import type { Site } from '#shared/place.ts'
import { ATTRIBUTES } from './attributes.ts'
import { readAuthorisation, writeAuthorisation } from './authorisation.ts'
import { calledStation } from './called-station.ts'
import { openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { profilesFrom, type ProfileRow } from './profiles.ts'

function site(id: string, match: Site['match'] = {}): Site {
  return { id, name: id, class: 'square', timezone: 'Europe/Paris', closeAt: '04:00', languages: ['fr'], match }
}
const SITES = [
  site('gare', { ssid: 'Gare-WiFi' }),
  site('mairie', { calledStationId: '02:00:5e:00:00:07' }),
  site('parc', { nasIdentifier: 'ap-parc' }),
  site('port', { vlan: '20' }),
  site('default'),
]
const DEFAULTS = { sessionSeconds: 7_200, idleSeconds: 900, interimSeconds: 300, quotaBytes: 500_000_000 }

function asked(said: { nas?: string; called?: string }): Packet {
  const writer = new PacketWriter().begin(1, 1)
  writer.addIf(ATTRIBUTES['NAS-Identifier'], said.nas).addIf(ATTRIBUTES['Called-Station-Id'], said.called)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return openPacket(Buffer.from(writer.bytes))
}

describe('what a sign-in allows', () => {
  const rows: readonly ProfileRow[] = [
    { method: 'click', site: 'gare', sessionSeconds: 1_800 },
    { method: 'click', site: 'mairie', sessionSeconds: 1_801 },
    { method: 'click', site: 'parc', sessionSeconds: 1_802 },
    { method: 'click', site: 'port', sessionSeconds: 1_803 },
    { method: 'click', downKbps: 2_000 },
    { method: 'account', quotaBytes: 0, filterId: 'staff', sessions: 3 },
  ]
  const profiles = profilesFrom(DEFAULTS, rows, SITES)
  const seconds = (said: { nas?: string; called?: string }): number => profiles.of('click', asked(said)).sessionSeconds

  test('the row of the site holds over the row of the method, and that over the portal’s limits, key by key', () => {
    const atTheStation = profiles.of('click', asked({ called: '02-00-5E-00-00-01:Gare-WiFi' }))
    expect(atTheStation).toEqual({ ...DEFAULTS, downKbps: 2_000, sessionSeconds: 1_800 })
    expect(profiles.of('click', asked({}))).toEqual({ ...DEFAULTS, downKbps: 2_000 })
    expect(profiles.of('voucher', asked({ called: '02-00-5E-00-00-01:Gare-WiFi' }))).toEqual(DEFAULTS)
  })

  test('the site is told by SSID, by the access point’s address in any notation, by its name, or by our own portal', () => {
    expect([{ called: '02-00-5E-00-00-01:Gare-WiFi' }, { called: '02-00-5E-00-00-07:Parvis' }, { called: '0200.5e00.0007' }, { nas: 'AP-PARC' }, { nas: 'gw-x', called: 'gw-x:port' }].map(seconds)).toEqual([
      1_800, 1_801, 1_801, 1_802, 1_803,
    ])
    expect([{}, { nas: 'ap-elsewhere', called: '02-00-5E-00-00-09:Parvis' }, { called: '' }].map(seconds)).toEqual([7_200, 7_200, 7_200])
  })

  test('a limit of nought lifts what would hold otherwise', () => {
    const account = profiles.of('account', asked({}))
    expect(account).not.toHaveProperty('quotaBytes')
    expect(account).toMatchObject({ filterId: 'staff', sessions: 3, idleSeconds: 900 })
  })

  test('the same place gets the same object, after more places than are remembered too', () => {
    const first = profiles.of('click', asked({ nas: 'ap-parc' }))
    for (let i = 0; i < 5_000; i++) profiles.of('click', asked({ nas: `nas-${i}` }))
    expect(profiles.of('click', asked({ nas: 'ap-parc' }))).toBe(first)
    expect(profiles.at('click', 'parc')).toBe(first)
  })

  test('where no site has limits of its own the packet is not even read', () => {
    const unreadable = new Proxy(asked({}), { get: () => expect.unreachable() })
    expect(profilesFrom(DEFAULTS, [{ method: 'account', sessionSeconds: 60 }], SITES).of('account', unreadable)).toMatchObject({ sessionSeconds: 60 })
  })

  test('Filter-Id goes over the wire, the number of devices does not', () => {
    const writer = new PacketWriter().begin(2, 1)
    writeAuthorisation(writer, profiles.of('account', asked({})))
    writer.bytes.writeUInt16BE(writer.end, 2)
    expect(readAuthorisation(openPacket(writer.bytes))).toEqual({ sessionSeconds: 7_200, idleSeconds: 900, interimSeconds: 300, filterId: 'staff' })
  })
})

test('Called-Station-Id is an access point’s address and its network, however it is written', () => {
  const address = '02005e000007'
  expect(['02-00-5E-00-00-07', '02:00:5e:00:00:07', '02005E000007', '0200.5e00.0007'].map(calledStation)).toEqual(Array.from({ length: 4 }, () => ({ address })))
  expect(calledStation('02:00:5e:00:00:07:a:b')).toEqual({ address, ssid: 'a:b' })
  expect(calledStation('02-00-5E-00-00-07:')).toEqual({ address, ssid: '' })
  expect(calledStation('ap-gare:Gare')).toEqual({ address: 'ap-gare', ssid: 'Gare' })
  expect(calledStation('127.0.0.2')).toEqual({ address: '127.0.0.2' })
})
