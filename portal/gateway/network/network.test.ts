import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silentLog } from '#shared/log.ts'
import { absent, peer } from '#test/support/peer.ts'
import { createAnnouncements } from './announcements.ts'
import { covers, dnsmasqConf, domainName, networkFiles, type NetworkSettings } from './dnsmasq.ts'
import { advertisement } from './router-advertisement.ts'

const dir = mkdtempSync(join(tmpdir(), 'parvis-dnsmasq-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const SETTINGS: NetworkSettings = {
  lan: ['br-lan', 'eth1.20'],
  pools: [{ first: '10.44.0.10', last: '10.44.3.250' }],
  ipv6: true,
  resolvers: ['9.9.9.9', '2620:fe::fe'],
  garden: ['service-public.fr', 'xn--mairie-de-rvemont-iqb.example'],
  blocked: ['tracker.example'],
  user: 'parvis',
  files: networkFiles('/run/parvis/network'),
}

test.skipIf(absent('dnsmasq'))('dnsmasq itself finds nothing wrong with what we write, with everything set and with the least', () => {
  for (const settings of [SETTINGS, { ...SETTINGS, lan: ['lan0'], pools: [], ipv6: false, resolvers: [], garden: [], blocked: [] }]) {
    const { status, stderr } = spawnSync(peer('dnsmasq'), ['--test', '--conf-file=-'], { input: dnsmasqConf({ ...settings, user: 'root' }), encoding: 'utf8' })
    expect([status, stderr.trim()]).toEqual([0, 'dnsmasq: syntax check OK.'])
  }
})

test('leases are short and volatile, and answers are forgotten within a minute', () => {
  const lines = dnsmasqConf(SETTINGS).split('\n')
  for (const line of ['dhcp-range=10.44.0.10,10.44.3.250,30m', 'dhcp-leasefile=/run/parvis/network/leases', 'quiet-dhcp', 'quiet-dhcp6', 'dhcp-ignore-names', 'stop-dns-rebind', 'max-ttl=60', 'max-cache-ttl=60']) expect(lines).toContain(line)
  expect(lines).toContain('nftset=/service-public.fr/4#inet#parvis#garden4,6#inet#parvis#garden6')
  expect(lines).toContain('nftset=/tracker.example/4#inet#parvis#blocked4,6#inet#parvis#blocked6')
  expect(lines.filter((line) => line.includes('use-application-dns.net'))).toHaveLength(1)
  expect(dnsmasqConf({ ...SETTINGS, blocked: [] })).not.toContain('use-application-dns.net')
})

test('no value can bring a line or a set of its own', () => {
  for (const name of ['a.example/#', 'a.example\nserver=192.0.2.1', 'a.example,b', '#', '', '.', 'example', 'a..example', '-a.example', `${'a'.repeat(64)}.example`, 'a.example ']) {
    expect([name, domainName(name)]).toEqual([name, undefined])
    for (const key of ['garden', 'blocked'] as const) expect(() => dnsmasqConf({ ...SETTINGS, [key]: [name] })).toThrow(TypeError)
  }
  expect(() => dnsmasqConf({ ...SETTINGS, lan: ['lan0\nuser=root'] })).toThrow(TypeError)
  expect(() => dnsmasqConf({ ...SETTINGS, lan: [] })).toThrow(/gateway\.lan/)
})

test('a name covers what is below it and nothing beside it', () => {
  expect([covers('google.com', 'www.google.com'), covers('google.com', 'google.com'), covers('google.com', 'notgoogle.com'), covers('www.google.com', 'google.com')]).toEqual([true, true, false, false])
  expect(domainName('Service-Public.FR.')).toBe('service-public.fr')
})

// RFC 8910 §2.3: type 37, length in units of eight bytes, the URI, zeroes to the end of the last unit.
test.each([
  ['https://a.example/', 3],
  ['https://a.example/cap', 3],
  ['https://a.example/capp', 3],
  ['https://a.example/cappo', 4],
])('option 37 is padded to whole units: %s takes %i', (uri, units) => {
  const option = advertisement(uri).subarray(16)
  expect([option[0], option[1], option.length]).toEqual([37, units, units * 8])
  expect(option.subarray(2).toString('latin1').replace(/\0+$/, '')).toBe(uri)
})

test('an advertisement is one of a default router with other configuration by DHCPv6 (RFC 4861 §4.2)', () => {
  // Type 134, code 0, checksum left to the kernel, hop limit 64, O alone, 1800 s, no times of reachability.
  expect(advertisement('https://a.example/').subarray(0, 16).toString('hex')).toBe('86000000404007080000000000000000')
})

test('what cannot be told the same way by all three is refused', () => {
  for (const uri of [`https://a.example/${'x'.repeat(240)}`, 'https://a.example/ü', 'https://a.example/ x', '']) expect(() => advertisement(uri)).toThrow(TypeError)
})

test('an address that dnsmasq would take apart never reaches its file, and what is taken back leaves it empty', () => {
  const files = networkFiles(join(dir, 'network'))
  const announcements = createAnnouncements(files, undefined, { log: silentLog() })
  announcements.announce('https://a.example/capport')
  expect(readFileSync(files.options, 'utf8')).toBe('114,https://a.example/capport\noption6:103,https://a.example/capport\n')
  for (const uri of ['https://a.example/,6,192.0.2.1', 'https://a.example/\n3,192.0.2.1', 'http://a.example/capport', `https://a.example/${'x'.repeat(240)}`]) expect(() => announcements.announce(uri)).toThrow(TypeError)
  announcements.announce(undefined)
  expect(readFileSync(files.options, 'utf8')).toBe('')
  announcements.name(['a.example'], ['10.44.0.1', 'fd44::1'])
  expect(readFileSync(files.hosts, 'utf8')).toBe('10.44.0.1 a.example\nfd44::1 a.example\n')
})
