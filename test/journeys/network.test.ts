import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dnsmasqConf, networkFiles } from '#portal/gateway/network/dnsmasq.ts'
import { until } from '#test/lab/curl.ts'
import { createLab, type Inside, type Lab } from '#test/lab/lab.ts'
import { lease } from '#test/lab/lease.ts'
import { LANS, UPSTREAM } from '#test/lab/network.ts'
import { captivePortalIn, routers } from '#test/lab/routers.ts'
import { absent, namespacesForbidden, ordinaryAccount } from '#test/support/peer.ts'

const API = 'https://x7k2.wifi.rivemont.example/capport'
/** As root we let dnsmasq become an ordinary user, as on a gateway; in a user namespace there is only one. */
const ORDINARY = process.getuid?.() === 0 ? 65_534 : undefined
/** The one right that option 37 takes, and none more: dnsmasq is told by a signal among equals. */
const asOrdinary = ORDINARY === undefined ? [] : ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups', '--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw', '--bounding-set=-all,+net_raw']
const { v4: GATEWAY4, v6: GATEWAY6, net4 } = LANS.lan0

// The names of the world, as its own server tells them: one in the garden, one blocked, one of neither, one that points back at us.
// (Benchmarking addresses of RFC 2544 and 5180: stop-dns-rebind takes those of documentation for private ones.)
const WORLD_NAMES = `port=53
no-resolv
no-hosts
bind-interfaces
listen-address=${UPSTREAM.v4}
host-record=www.service-public.example,198.18.0.10,2001:2::10
host-record=tracker.example,198.18.0.66,2001:2::66
host-record=elsewhere.example,198.18.0.77,2001:2::77
host-record=lasting.example,198.18.0.88,86400
host-record=rebind.example,192.168.70.1
`

describe.skipIf(namespacesForbidden() || ordinaryAccount() || absent('dnsmasq', 'dhclient', 'rdisc6', 'dig', 'perl', 'tcpdump'))('the phones\' network by our template of dnsmasq', () => {
  let lab: Lab
  let dir: string
  let dnsmasq: Inside
  let portal: Inside
  const path = (name: string) => join(dir, name)
  const inGateway = async (...command: string[]) => (await lab.in('gateway', command)).stdout
  const dig = async (name: string, type = 'A', more: readonly string[] = []) => (await lab.in('phone', ['dig', `@${GATEWAY4}`, '+tries=2', '+time=2', ...more, name, type])).stdout

  async function announce(uri: string): Promise<void> {
    const times = () => portal.output().split('\n').filter((line) => line.startsWith('told ')).length
    const before = times()
    portal.child.stdin?.write(`${uri}\n`)
    await until(async () => times() > before, 5)
  }
  async function option37(): Promise<readonly string[]> {
    const { packets } = await routers(lab, 'phone')
    return packets.map(captivePortalIn).filter((uri) => uri !== undefined)
  }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'parvis-network-'))
    chmodSync(dir, 0o755)
    lab = await createLab([{ name: 'phone', lan: 'lan0' }])
    const files = networkFiles(dir)
    const conf = dnsmasqConf({
      lan: ['lan0'],
      pools: [{ first: `${net4}.100`, last: `${net4}.200` }],
      ipv6: true,
      resolvers: [UPSTREAM.v4],
      garden: ['service-public.example'],
      blocked: ['tracker.example'],
      user: ORDINARY ? 'nobody' : 'root',
      files,
    })
    writeFileSync(path('dnsmasq.conf'), conf)
    writeFileSync(path('world.conf'), WORLD_NAMES)
    if (ORDINARY) chownSync(dir, ORDINARY, ORDINARY)
    portal = lab.spawn('gateway', [...asOrdinary, process.execPath, 'test/lab/announcer.ts', dir, 'lan0', 'x7k2.wifi.rivemont.example', GATEWAY4, GATEWAY6])
    await announce(API)
    // What part of the ruleset this test needs: sets as the enforcer declares them, without its rules.
    const sets = ['garden', 'blocked'].flatMap((name) => [4, 6].map((family) => `set ${name}${family} { type ipv${family}_addr; flags timeout; timeout 15m; }`)).join('\n')
    await lab.in('gateway', ['nft', '-f', '-'], { input: `table inet parvis {\n${sets}\n}\n` })
    lab.spawn('upstream', ['dnsmasq', '-k', '--conf-file=' + path('world.conf'), '--user=root', '--pid-file='])
    dnsmasq = lab.spawn('gateway', ['dnsmasq', '-k', '--log-facility=-', '--conf-file=' + path('dnsmasq.conf')])
    await until(async () => (await dig('www.service-public.example', 'A', ['+short'])).includes('198.18.0.10'), 5)
  })
  afterAll(async () => {
    await lab?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const leased = (family: 4 | 6) => lease(lab, 'phone', dir, family)

  test('a real dhclient gets an address of the pool for half an hour, and option 114 with the address of the API', async () => {
    const told = await leased(4)
    expect(told).toMatchObject({ new_captive_portal: API, new_dhcp_lease_time: '1800', new_routers: GATEWAY4, new_domain_name_servers: GATEWAY4 })
    expect(told['new_ip_address']).toMatch(/^192\.168\.70\.1\d\d$/)
  }, 20_000)

  test('a DHCPv6 client gets option 103', async () => {
    expect(await leased(6)).toMatchObject({ new_dhcp6_captive_portal: API })
  }, 20_000)

  test('a phone that asks for a router hears option 37, and both advertisements agree about the router', async () => {
    const { words, packets } = await routers(lab, 'phone')
    expect(new Set(packets.map(captivePortalIn))).toEqual(new Set([API, undefined]))
    for (const packet of packets) {
      // Hop limit 255 and a link-local source, or a phone believes none of it (RFC 4861 §6.1.2).
      expect(packet.readUInt8(7)).toBe(255)
      expect(packet.readUInt16BE(8) & 0xffc0).toBe(0xfe80)
    }
    const told = (what: RegExp) => new Set([...words.matchAll(what)].map(([, value]) => value?.trim()))
    expect(words.match(/^ *Hop limit/gm)?.length).toBeGreaterThan(1)
    for (const what of [/^ *Hop limit .*: +(.*)$/gm, /^ *Stateful address conf.*: +(.*)$/gm, /^ *Stateful other conf.*: +(.*)$/gm, /^ *Router preference .*: +(.*)$/gm, /^ *Router lifetime .*: +(.*)$/gm]) {
      expect([what, told(what).size]).toEqual([what, 1])
    }
    // The prefix comes from dnsmasq's, the address of the API from ours.
    expect(words).toContain('fd70::/64')
  })

  test('what is withdrawn is told to nobody any more, by none of the three ways, and told again when it is back', async () => {
    await announce('')
    await until(async () => (await leased(4))['new_captive_portal'] === undefined, 10)
    expect(await leased(6)).not.toHaveProperty('new_dhcp6_captive_portal')
    expect(await option37()).toEqual([])
    await announce(API)
    await until(async () => (await leased(4))['new_captive_portal'] === API, 10)
    expect(await option37()).toContain(API)
  }, 60_000)

  test('the names of the garden fill its sets, the blocked ones theirs, and other names none', async () => {
    for (const name of ['www.service-public.example', 'tracker.example', 'elsewhere.example']) for (const type of ['A', 'AAAA']) await dig(name, type)
    const set = (name: string) => inGateway('nft', 'list', 'set', 'inet', 'parvis', name)
    expect(await set('garden4')).toMatch(/198\.18\.0\.10\b/)
    expect(await set('garden6')).toMatch(/2001:2::10\b/)
    expect(await set('blocked4')).toMatch(/198\.18\.0\.66\b/)
    expect(await set('blocked6')).toMatch(/2001:2::66\b/)
    const all = (await Promise.all(['garden4', 'garden6', 'blocked4', 'blocked6'].map(set))).join('\n')
    expect(all.match(/198\.18\.0\.\d+|2001:2::\d+/g)).toHaveLength(4)
    expect(all).not.toMatch(/\.77\b|::77\b/)
  })

  test('an answer lives a minute at most, a name of the world never leads to this network, and our own leads here', async () => {
    // The world says a day; fresh, and from the cache.
    for (const _ of [1, 2]) {
      const ttl = Number(/(\d+)\s+IN\s+A\s+198/.exec(await dig('lasting.example'))?.[1])
      expect(ttl).toBeGreaterThan(0)
      expect(ttl).toBeLessThanOrEqual(60)
    }
    expect(await dig('rebind.example', 'A', ['+short'])).toBe('')
    expect(await dig('x7k2.wifi.rivemont.example', 'A', ['+short'])).toBe(`${GATEWAY4}\n`)
    expect(await dig('x7k2.wifi.rivemont.example', 'AAAA', ['+short'])).toBe(`${GATEWAY6}\n`)
  })

  test('with names blocked, browsers are told not to go round this resolver', async () => {
    expect(await dig('use-application-dns.net')).toContain('NXDOMAIN')
    expect(await dig('mask.icloud.com')).toContain('NXDOMAIN')
  })

  test('dnsmasq says nothing of who came', async () => {
    await leased(4)
    expect(dnsmasq.output()).not.toContain(lab.clients['phone']?.mac)
  }, 20_000)
})
