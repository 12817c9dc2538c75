import { describe, expect, test } from 'vitest'
import { clientTable } from './clients.ts'
import type { ClientSettings } from './settings.ts'

const AP: ClientSettings = { name: 'ap', address: '192.0.2.0/24', secret: 'a' }
const WIDE: ClientSettings = { name: 'wide', address: '0.0.0.0/0', secret: 'b' }
const SIX: ClientSettings = { name: 'six', address: '2001:db8::/33', secret: 'c' }

const named = (table: ReturnType<typeof clientTable>, address: string): string | undefined => table.find(address)?.client.name

describe('who an address belongs to', () => {
  test('of several blocks the longest prefix holds, in both families, to the bit', () => {
    const table = clientTable([AP, WIDE, SIX, { ...SIX, name: 'six-host', address: '2001:db8::7' }, { ...AP, name: 'half', address: '192.0.2.128/25' }])
    const owners = ['192.0.2.127', '192.0.2.128', '198.51.100.1', '2001:db8::7', '2001:db8::8', '2001:db8:7fff:ffff::', '2001:db8:8000::', 'no address'].map((address) => named(table, address))
    expect(owners).toEqual(['ap', 'half', 'wide', 'six-host', 'six', 'six', undefined, undefined])
    expect(named(clientTable([AP]), '192.0.3.1')).toBeUndefined()
  })

  test('a stranger costs a few microseconds among a thousand clients with every length of prefix', () => {
    const four = Array.from({ length: 500 }, (_, i) => ({ name: `four-${i}`, address: `10.${i >> 8}.${i & 255}.${i & 127}/${i < 250 ? 24 : 32}`, secret: 's' }))
    const six = Array.from({ length: 500 }, (_, i) => ({ name: `six-${i}`, address: `${(0x2000 + i).toString(16)}:aaaa:5555:aaaa:5555:aaaa:5555:aaaa/${16 + (i % 113)}`, secret: 's' }))
    const table = clientTable([...four, ...six])
    const rounds = 5_000
    const microseconds = ['203.0.113.9', '10.0.250.3', '2070:aaaa:5555:aaaa:5555:aaaa:5555:aaab', 'fe80::1'].map((address) => {
      const best = Array.from({ length: 5 }, () => {
        const began = performance.now()
        for (let i = 0; i < rounds; i++) table.find(address)
        return ((performance.now() - began) / rounds) * 1000
      })
      return Math.min(...best)
    })
    expect(Math.max(...microseconds)).toBeLessThan(10)
  })
})

test('a client asks ten thousand times a second, unless its settings say otherwise', () => {
  const table = clientTable([AP, { ...SIX, packetsPerSecond: 7 }])
  function taken(address: string): number {
    let count = 0
    while (count < 100_000 && table.find(address)?.client.allowance.take(1_000)) count++
    return count
  }
  expect([taken('192.0.2.1'), taken('2001:db8::1')]).toEqual([10_000, 7])
})

describe('while packets come', () => {
  function withKept(address = '192.0.2.9') {
    const table = clientTable([AP, SIX])
    const peer = table.find(address)
    if (!peer) throw new Error('the access point is a client')
    peer.slots.set(1, 1)
    table.keep(address, peer)
    return { table, peer, address }
  }

  test('a client whose settings stay keeps its allowance and what is remembered of its requests', () => {
    const { table, peer, address } = withKept()
    table.replace([{ ...AP }, WIDE])
    expect(table.find(address)).toBe(peer)
    expect(table.names()).toEqual(['ap', 'wide'])
  })

  test('a client that is removed is a stranger at once, and one with another secret begins anew', () => {
    const { table, peer, address } = withKept()
    table.replace([SIX])
    expect(table.find(address)).toBeUndefined()
    table.replace([{ ...AP, secret: 'new' }])
    expect(table.find(address)?.client.secret.bytes.toString()).toBe('new')
    expect(table.find(address)?.slots.size).toBe(0)
    expect(peer.client.secret.bytes.toString()).toBe('a')
  })

  test('an address that a longer prefix takes over belongs to the new client, though the old one stays', () => {
    const { table, address } = withKept()
    table.replace([AP, { name: 'closer', address: '192.0.2.8/30', secret: 'd' }])
    expect(named(table, address)).toBe('closer')
    expect(named(table, '192.0.2.1')).toBe('ap')
  })

  test('a mistake leaves the table that was', () => {
    const { table, peer, address } = withKept()
    for (const bad of [{ ...WIDE, address: '10.0.0.0/33' }, { ...WIDE, secret: '' }, { ...AP, name: 'twin' }]) {
      expect(() => table.replace([AP, bad])).toThrow(expect.objectContaining({ data: { client: bad.name } }))
    }
    expect(table.find(address)).toBe(peer)
    expect(table.names()).toEqual(['ap', 'six'])
  })
})
