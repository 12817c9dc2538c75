import { describe, expect, test } from 'vitest'
import { readSettings, remarksOn } from './read.ts'

function flagsOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]))
}
function mistakes(...pairs: readonly string[]): string {
  try {
    readSettings({ flags: flagsOf(pairs) }, { PARVIS_CONFIG: '/dev/null' })
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
const ROW: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a certificate without its key', ['portal.tls_port=443', 'portal.tls_cert=/a'], /tls_key/],
  ['a certificate without a port', ['portal.tls_cert=/a', 'portal.tls_key=/b'], /set tls_port/],
  ['a port without a certificate and without a hub that gets one', ['portal.tls_port=443'], /acme_domain/],
  ['a port without a certificate and without a hub', ['portal.tls_port=443', 'hub.mode=off'], /tls_cert/],
  ['an API by plain http', ['portal.api_url=http://wifi.example.org/capport'], /RFC 8908/],
  ['an https address without one to fall back to', ['portal.url=https://wifi.example.org/', 'portal.host=0.0.0.0', 'portal.tls_port=443', 'portal.tls_cert=/a', 'portal.tls_key=/b'], /portal\.host/],
  ['ACME without the program for the DNS', ['hub.acme_domain=wifi.example.org'], /acme_dns/],
  ['ACME where the hub is elsewhere', ['hub.acme_domain=wifi.example.org', 'hub.acme_dns=/x', 'hub.mode=remote', 'hub.url=https://hub.example.org/'], /hub itself/],
  ['a CA by plain http', ['hub.acme_domain=wifi.example.org', 'hub.acme_dns=/x', 'hub.acme_directory=http://ca.example.org/'], /https/],
  ['a range that goes down', ['network.pools=10.44.0.10-10.44.0.9', 'gateway.lan=lan0'], /upwards/],
  ['a range for nobody', ['network.pools=10.44.0.10-10.44.0.19'], /gateway\.lan/],
  ['a range that is none', ['network.pools=10.44.0.0/24', 'gateway.lan=lan0'], /10\.44\.0\.10-10\.44\.3\.250/],
  ['a garden that lets a probe through', ['network.garden=service-public.fr,google.com'], /google\.com would let Android's probe/],
  ['a garden that holds a probe itself', ['network.garden=captive.apple.com'], /Apple's probe/],
  ['a name that is none', ['network.blocked=tracker'], /a name such as/],
]

const remarks = (...pairs: readonly string[]) => remarksOn(readSettings({ flags: flagsOf(pairs) }, { PARVIS_CONFIG: '/dev/null' }).settings, undefined).map(({ key }) => key)
const GATEWAY = ['gateway.enforcer=nftables', 'gateway.lan=lan0', 'portal.host=10.44.0.1']

describe('settings of certificates and networks', () => {
  test.each(ROW)('%s is told of', (_, pairs, told) => expect(mistakes(...pairs)).toMatch(told))
  test('what fits together is in order', () => {
    expect(mistakes('portal.tls_port=443', 'portal.tls_cert=/a', 'portal.tls_key=/b', 'portal.api_url=https://wifi.example.org/capport')).toBe('')
    expect(mistakes('portal.tls_port=443', 'hub.mode=remote', 'hub.url=https://hub.example.org/')).toBe('')
    expect(mistakes('portal.tls_port=443', 'hub.acme_domain=Wifi.Example.org', 'hub.acme_dns=/x')).toBe('')
    expect(mistakes('gateway.lan=lan0', 'network.pools=10.44.0.10-10.44.3.250', 'network.garden=service-public.fr,www.caf.fr', 'network.blocked=tracker.example')).toBe('')
  })
  test('a gateway that gives phones no IPv4 addresses is remarked on', () => {
    expect(remarks(...GATEWAY)).toEqual(['network.pools'])
    expect(remarks(...GATEWAY, 'network.pools=10.44.0.10-10.44.3.250')).toEqual([])
    expect(remarks()).toEqual([])
  })
  test('a portal that phones cannot reach is remarked on, and one behind something that ends TLS on this machine is not', () => {
    for (const host of [[], ['portal.host=127.0.0.1'], ['portal.host=127.0.0.1,::1']]) {
      expect(remarks('gateway.enforcer=nftables', 'gateway.lan=lan0', 'network.pools=10.44.0.10-10.44.3.250', ...host)).toEqual(['portal.host'])
      expect(remarks('gateway.enforcer=controllers', ...host)).toEqual(['portal.host'])
      expect(remarks('gateway.enforcer=controllers', 'portal.url=https://wifi.example.org/', ...host)).toEqual([])
    }
    expect(remarks('gateway.enforcer=controllers', 'portal.url=https://wifi.example.org/', 'portal.tls_port=443', 'portal.tls_cert=/a', 'portal.tls_key=/b')).toEqual(['portal.host'])
    expect(remarks('gateway.enforcer=controllers', 'portal.host=127.0.0.1,192.0.2.1')).toEqual([])
    expect(remarks('gateway.enforcer=controllers', 'portal.host=0.0.0.0')).toEqual([])
  })
})
