import { expect, test } from 'vitest'
import type { MacAddress } from '#shared/personal.ts'
import { createReading, forgetLine, openLine, parseCounter, READ_SETS, shutLine } from './elements.ts'
import { checkGrant, doors, rate, type NftablesSettings } from './policy.ts'
import { parsePairs } from './pairs.ts'
import { ruleset } from './ruleset.ts'

const settings: NftablesSettings = { lan: ['lan0', 'lan0.20'], wan: ['wan0'], portalPort: 8080, otherPorts: [443], onPortalLoss: 'keep' }
const mac = '020000000001' as MacAddress
const grant = { mac, mark: 7, seconds: 60 }

test('the gateway offers phones the portal, names, addresses and what IPv6 needs, and that is all', () => {
  expect(doors(settings).map(({ protocol, ports }) => [protocol, ...ports].join(' '))).toEqual(['tcp 8080 443', 'udp 53', 'tcp 53', 'udp 67', 'udp 547', 'icmpv6'])
})

test('forwarding drops whatever no rule lets through, and no rule trusts an established flow', () => {
  const text = ruleset(settings)
  expect(text).toMatch(/chain passing \{ type filter hook forward priority filter; policy drop; \}/)
  expect(text).not.toMatch(/established|ct state (?!new .* jump blocked\n)/)
  expect(text).not.toMatch(/delete table|flush (table|set|map)/)
})

test('an interface that could smuggle a rule in is refused, and so is a gateway without phones', () => {
  expect(() => ruleset({ ...settings, lan: ['lan0" accept; #'] })).toThrow(/gateway\.lan/)
  expect(() => ruleset({ ...settings, wan: ['x'.repeat(16)] })).toThrow(/gateway\.wan/)
  expect(() => ruleset({ ...settings, lan: [] })).toThrow(/gateway\.lan/)
})

test('a grant outside of what the kernel can hold is our mistake and reaches no process', () => {
  for (const wrong of [{ mark: 0 }, { mark: 2 ** 31 }, { mark: 1.5 }, { seconds: 0 }, { seconds: Infinity }, { downKbps: 0 }, { upKbps: Number.NaN }, { mac: '02; flush ruleset' as MacAddress }]) {
    expect(() => checkGrant({ ...grant, ...wrong })).toThrow(TypeError)
    expect(() => openLine({ ...grant, ...wrong })).toThrow(TypeError)
  }
})

test('every element of a grant ends by itself, what lets through exactly on time', () => {
  const line = openLine({ ...grant, downKbps: 8000 })
  expect(line.split('; ').every((part) => part.includes(' timeout '))).toBe(true)
  expect(line).toContain('open { 7 timeout 60s }')
})

test('a new grant carries the counters of the one it replaces', () => {
  const line = openLine({ ...grant, mark: 8 }, { upBytes: 11, upPackets: 1, downBytes: 22, downPackets: 2 })
  expect(line).toContain('up { 8 counter packets 1 bytes 11 timeout 960s }')
  expect(line).toContain('down { 8 counter packets 2 bytes 22 timeout 960s }')
})

test('every delete is made possible first, because one that fails would undo the whole batch', () => {
  for (const text of [shutLine(7), forgetLine(mac, 7)]) {
    expect(text).toContain('delete element')
    for (const [whole, set, key] of text.matchAll(/delete element inet parvis (\w+) \{ (\S+)/g)) {
      expect(text.indexOf(`add element inet parvis ${set} { ${key} timeout 1s`)).toBeGreaterThanOrEqual(0)
      expect(text.indexOf(`add element inet parvis ${set} { ${key} timeout 1s`)).toBeLessThan(text.indexOf(whole))
    }
  }
})

test('a slow rate still has room for one packet of the largest kind', () => {
  expect(rate(undefined)).toBeUndefined()
  expect(rate(256)).toEqual({ bytesPerSecond: 32_000, burstBytes: 99_072 })
  expect(rate(100_000)).toEqual({ bytesPerSecond: 12_500_000, burstBytes: 1 })
})

test('what nft lists is read back, cut wherever the pipe cuts it: who is open, who only has counters left', () => {
  // As nft 1.0.6 prints them.
  const listing = (kind: string, elements: readonly string[]) => `{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"${kind}": {"family": "inet", "elem": [${elements.join(', ')}]}}]}`
  const plain = (val: string) => `{"elem": {"val": ${val}, "timeout": 60, "expires": 41}}`
  const counted = (val: number, packets: number, bytes: number) => `{"elem": {"val": ${val}, "timeout": 60, "expires": 59, "counter": {"packets": ${packets}, "bytes": ${bytes}}}}`
  const told = {
    client: listing('map', [`[${plain('"02:00:00:00:00:01"')}, 7]`, `[${plain('"02:00:00:00:00:02"')}, 8]`]),
    open: listing('set', [plain('7')]),
    up: listing('set', [counted(7, 1, 11), counted(8, 3, 33)]),
    down: listing('set', [counted(7, 2, 22)]),
    heard: listing('set', ['{"elem": {"val": 7, "expires": 86388}}']),
  }
  for (const cut of [1, 7, 50, 10_000]) {
    const reading = createReading()
    for (const set of READ_SETS) {
      const take = reading.of(set)
      for (let at = 0; at < told[set].length; at += cut) take(told[set].slice(at, at + cut))
    }
    const { open, remembered } = reading.known()
    expect(open).toEqual([{ mac, mark: 7, secondsLeft: 41, quietSeconds: 12, usage: { upBytes: 11, upPackets: 1, downBytes: 22, downPackets: 2 } }])
    expect(remembered).toEqual([{ mac, mark: 7 }, { mac: '020000000002', mark: 8 }])
  }
  expect(createReading().known().open).toEqual([])
})

test('a counter is read from what nft prints for one element, and no counter is nothing', () => {
  expect(parseCounter('elements = { 0x00000007 counter packets 12 bytes 3456 timeout 1m expires 3s }')).toEqual({ packets: 12, bytes: 3456 })
  expect(parseCounter('')).toEqual({ packets: 0, bytes: 0 })
})

test('two hardware addresses with one network address are both told', () => {
  const elem = ['02:00:00:00:00:01', '02:00:00:00:00:02'].map((one) => ({ elem: { val: { concat: [one, '192.0.2.7'] }, expires: 59 } }))
  expect([...(parsePairs([JSON.stringify({ nftables: [{ set: { elem } }] })]).get('192.0.2.7') ?? [])]).toEqual(['020000000001', '020000000002'])
})
