import { expect, test } from 'vitest'
import { secretKey } from '#shared/keyed-mac.ts'
import type { IpAddress } from '#shared/personal.ts'
import { SQUARE } from '#test/support/portal-town.ts'
import { acceptedHosts } from './hosts.ts'
import { placeByDoor } from './place.ts'
import { keepAddress, keptAddress } from './wanted-address.ts'

const key = secretKey(Buffer.alloc(32, 7))
const source = '10.0.0.7' as IpAddress

test('a wanted address comes back for the same phone within the hour, and for nobody else', () => {
  const state = keepAddress(key, source, 'http://news.example/a?b=c', 0)
  expect(keptAddress(key, source, state, 3_599_000)).toBe('http://news.example/a?b=c')
  expect(keptAddress(key, source, state, 3_601_000)).toBeUndefined()
  expect(keptAddress(key, '10.0.0.8' as IpAddress, state, 0)).toBeUndefined()
  expect(keptAddress(secretKey(Buffer.alloc(32, 8)), source, state, 0)).toBeUndefined()
})

test('only plain web addresses of a sensible length are kept', () => {
  for (const address of ['javascript:alert(1)', 'ftp://a.example/', 'http://user:pw@a.example/', `http://a.example/${'x'.repeat(200)}`, 'nonsense', 'data:text/html,x']) {
    expect(keepAddress(key, source, address, 0), address).toBeUndefined()
  }
})

test('no altered state is believed', () => {
  const state = keepAddress(key, source, 'http://news.example/', 0) ?? ''
  for (let at = 0; at < state.length; at++) {
    const altered = state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1)
    expect(keptAddress(key, source, altered, 0)).toBeUndefined()
    expect(keptAddress(key, source, state.slice(0, at), 0)).toBeUndefined()
  }
})

test('a Host is ours by list, by loopback or by the very address that was called', () => {
  const isOurs = acceptedHosts({ hosts: ['192.0.2.1', '2001:db8::1'], names: ['Wifi.Town.example'], url: 'http://portal.town.example/' })
  for (const host of ['192.0.2.1:8080', '[2001:db8::1]', 'wifi.town.EXAMPLE', 'portal.town.example.', 'localhost', '127.9.9.9', '[::1]:80']) expect(isOurs(host, {}), host).toBe(true)
  for (const host of [undefined, '', 'evil.example', 'wifi.town.example.evil.example', '192.0.2.2', 'localhost.evil.example', 'wifi.town.example@evil.example', '127.0.0.1.evil.example', 'a:b:c']) expect(isOurs(host, { localAddress: '198.51.100.4' }), String(host)).toBe(false)
  expect(isOurs('198.51.100.4', { localAddress: '::ffff:198.51.100.4' })).toBe(true)
  expect(isOurs('[fe80::1]', { localAddress: 'fe80::1' })).toBe(true)
})

const market = { ...SQUARE, id: 'market', match: { vlan: '20' } }
const station = { ...SQUARE, id: 'station', match: { calledStationId: '192.0.2.9' } }
const placeOf = placeByDoor([SQUARE, market, station], [{ addresses: ['192.0.2.20', '2001:db8::20'], interface: 'lan.20', hints: { vlan: '20' } }], 'gw')

test('the door that a phone came in by tells its site', () => {
  expect(placeOf('::ffff:192.0.2.20')).toMatchObject({ site: { id: 'market' }, fitted: true })
  expect(placeOf('2001:db8::20')).toMatchObject({ site: { id: 'market' } })
  expect(placeOf('fe80::1%lan.20')).toMatchObject({ site: { id: 'market' } })
  expect(placeOf('192.0.2.99', 'lan.20')).toMatchObject({ site: { id: 'market' }, fitted: true })
  expect(placeOf('192.0.2.9')).toMatchObject({ site: { id: 'station' }, fitted: true })
})

test('a door that no site matches belongs to site default, and says so', () => {
  expect(placeOf('192.0.2.99')).toMatchObject({ site: { id: 'default' }, fitted: false })
  expect(placeOf(undefined)).toMatchObject({ site: { id: 'default' }, fitted: false })
})
