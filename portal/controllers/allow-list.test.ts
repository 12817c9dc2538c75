import { expect, test } from 'vitest'
import { allowList, isReturnAddress, originIfAllowed, splitAuthority } from './allow-list.ts'

test('a return address is on the list by address, block or name, and by its port', () => {
  const allowed = allowList(['192.168.182.1', '10.1.0.0/16', '192.168.8.1:2050', '[fd00::1]:3990', 'Hotspot.Ville.example'], [3990])
  const yes: [string, number][] = [['192.168.182.1', 3990], ['10.1.255.3', 3990], ['192.168.8.1', 2050], ['fd00::1', 3990], ['hotspot.ville.example', 3990]]
  const no: [string, number][] = [['192.168.182.1', 80], ['10.2.0.1', 3990], ['192.168.8.1', 3990], ['fd00::2', 3990], ['evil.hotspot.ville.example', 3990], ['hotspot.ville.example.evil', 3990], ['0xc0a8b601', 3990], ['192.168.182.01', 3990], ['', 3990]]
  for (const [host, port] of yes) expect(allowed(host, port), host).toBe(true)
  for (const [host, port] of no) expect(allowed(host, port), host).toBe(false)
})

test('without an entry nobody is sent anywhere', () => {
  expect(allowList([], [80])('127.0.0.1', 80)).toBe(false)
})

test('an entry that is no address is told, not ignored', () => {
  for (const text of ['', '192.168.1', '300.1.1.1', 'http://a/', 'a b', '10.0.0.0/33', '10.0.0.1:0', '10.0.0.1:99999', 'a..b']) {
    expect(isReturnAddress(text), text).toBe(false)
    expect(() => allowList([text], [80]), text).toThrow(TypeError)
  }
})

test('what is not host and port makes no origin', () => {
  expect(splitAuthority('192.168.8.1:2050', 80)).toEqual({ host: '192.168.8.1', port: 2050 })
  for (const text of ['', 'a:b', 'a:1:2', 'a:0', 'a:70000']) expect(splitAuthority(text, 80), text).toBeUndefined()
  expect(originIfAllowed(() => false, 'http', 'a', 80)).toBeUndefined()
})
