import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { lease } from '#test/lab/lease.ts'
import { LANS, UPSTREAM } from '#test/lab/network.ts'
import { captivePortalIn, routers } from '#test/lab/routers.ts'
import { openSquare, WORLD, type PortalProcess, type Square } from '#test/lab/square.ts'
import { MARKUP, NEEDLE } from '#test/support/hostile.ts'
import { absent, namespacesForbidden, ordinaryAccount } from '#test/support/peer.ts'
import { selfSigned } from '#test/support/pebble.ts'

const NAME = 'place.wifi.rivemont.example'
const TLS_PORT = 8443
/** RFC 2544: neither private nor documentation, so that the resolver lets it pass. */
const GARDEN_ADDRESS = '198.18.0.10'
const OTHER_ADDRESS = '198.18.0.77'

const QUOTA_MB = 50
/** Ten addresses. */
const POOL = Array.from({ length: 10 }, (_, index) => `${LANS.lan0.net4}.${100 + index}`)

const NETWORK = `quota_mb = ${QUOTA_MB}
[network]
pools = ["${POOL[0]}-${POOL.at(-1)}"]
resolvers = ["${UPSTREAM.v4}"]
garden = ["service-public.example"]
`
const WORLD_NAMES = `port=53
no-resolv
no-hosts
bind-interfaces
listen-address=${UPSTREAM.v4}
host-record=www.service-public.example,${GARDEN_ADDRESS}
host-record=elsewhere.example,${OTHER_ADDRESS}
`

describe.skipIf(namespacesForbidden() || ordinaryAccount() || absent('dnsmasq', 'dhclient', 'rdisc6', 'tcpdump', 'dig', 'perl', 'openssl', 'curl', 'conntrack'))('a square with a certificate and our dnsmasq', () => {
  let square: Square
  let dir: string
  let portal: PortalProcess
  const path = (name: string) => join(dir, name)
  const dig = async (name: string) => (await square.lab.in('phone', ['dig', `@${LANS.lan0.v4}`, '+short', '+tries=2', '+time=2', name])).stdout.trim()

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'parvis-secure-'))
    const { cert, key } = selfSigned(dir, NAME, 60)
    Object.assign(process.env, { PARVIS_PORTAL_TLS_PORT: String(TLS_PORT), PARVIS_PORTAL_TLS_CERT: cert, PARVIS_PORTAL_TLS_KEY: key })
    square = await openSquare([{ name: 'phone', lan: 'lan0' }], NETWORK)
    const { lab } = square
    for (const address of [GARDEN_ADDRESS, OTHER_ADDRESS]) await lab.in('upstream', ['ip', 'addr', 'add', `${address}/32`, 'dev', 'eth0'])
    await lab.in('gateway', ['ip', 'route', 'add', '198.18.0.0/24', 'via', UPSTREAM.v4])
    writeFileSync(path('world.conf'), WORLD_NAMES)
    lab.spawn('upstream', ['dnsmasq', '-k', `--conf-file=${path('world.conf')}`, '--user=root', '--pid-file='])
    // dnsmasq may start before the portal.
    expect(await square.command('network', 'dnsmasq', '--write', path('dnsmasq.conf'))).toMatchObject({ code: 0 })
    lab.spawn('gateway', ['dnsmasq', '-k', '--log-facility=-', `--conf-file=${path('dnsmasq.conf')}`])
    await square.radius(600)
    portal = await square.portal()
    await until(async () => (await dig('elsewhere.example')) === OTHER_ADDRESS, 5)
  }, 60_000)
  afterAll(async () => {
    for (const key of ['PORT', 'CERT', 'KEY']) delete process.env[`PARVIS_PORTAL_TLS_${key}`]
    await square?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  /** RFC 8908 as a phone follows it: the address from the lease, the name by the resolver of the lease, TLS by the one root it trusts. */
  async function capport(api: string): Promise<Record<string, unknown>> {
    return JSON.parse((await over(api, ['-H', 'Accept: application/captive+json'])).body) as Record<string, unknown>
  }
  async function over(url: string, more: readonly string[] = []) {
    const { hostname, port } = new URL(url)
    return curl(square.lab, 'phone', url, ['--cacert', path(`${NAME}.crt`), '--resolve', `${hostname}:${port}:${await dig(hostname)}`, ...more])
  }

  test('a captive phone finds the API by its lease and reads it over TLS, and after the tap it reads how long it has', async () => {
    const { new_captive_portal: api = '' } = await lease(square.lab, 'phone', dir, 4)
    expect(api).toBe(`https://${NAME}:${TLS_PORT}/capport`)
    const portalUrl = `https://${NAME}:${TLS_PORT}/`
    const always = { 'user-portal-url': portalUrl, 'venue-info-url': `${portalUrl}service` }
    expect(await capport(api)).toEqual({ captive: true, ...always, 'can-extend-session': false })
    const { token = '' } = await square.tap('phone')
    const open = await capport(api)
    // RFC 8908 §5, to the last key.
    expect(open).toEqual({ captive: false, ...always, 'can-extend-session': true, 'seconds-remaining': expect.any(Number), 'bytes-remaining': expect.any(Number) })
    expect(Number(open['seconds-remaining'])).toBeGreaterThan(500)
    expect(Number(open['seconds-remaining'])).toBeLessThanOrEqual(600)
    expect(open['bytes-remaining']).toBe(QUOTA_MB * 1_000_000)
    await curl(square.lab, 'phone', urlOf(UPSTREAM.v4))
    // A page that shows what is left has the counters read; what only a phone asks for is a minute old at the most.
    await over(`${portalUrl}status`)
    expect(Number((await capport(api))['bytes-remaining'])).toBeLessThan(QUOTA_MB * 1_000_000)
    // Each address that is told leads somewhere, by the same certificate: who is online and opens the portal sees what is left.
    for (const url of Object.values(always)) expect((await over(url, ['-L'])).status).toBe(200)
    await square.disconnect('phone', token)
    expect(await capport(api)).toMatchObject({ captive: true })
  }, 30_000)

  test('DHCPv6 and router advertisements tell the same address, through the rules of the gateway', async () => {
    const api = `https://${NAME}:${TLS_PORT}/capport`
    expect(await lease(square.lab, 'phone', dir, 6)).toMatchObject({ new_dhcp6_captive_portal: api })
    expect((await routers(square.lab, 'phone')).packets.map(captivePortalIn)).toContain(api)
  }, 30_000)

  test('a captive phone reaches a name of the garden once it has asked for it, and no other', async () => {
    // The stub of the world speaks plain HTTP on 443: what matters is that the port answers.
    const reach = (address: string) => curl(square.lab, 'phone', `http://${address}:443/`)
    expect(await reach(GARDEN_ADDRESS)).toMatchObject({ exit: 7 })
    expect(await dig('www.service-public.example')).toBe(GARDEN_ADDRESS)
    expect(await dig('elsewhere.example')).toBe(OTHER_ADDRESS)
    expect(await reach(GARDEN_ADDRESS)).toMatchObject({ exit: 0, body: WORLD })
    expect(await reach(OTHER_ADDRESS)).toMatchObject({ exit: 7 })
  })

  test('with a certificate that has run out nothing of it is told by any way, and plain HTTP goes on', async () => {
    await portal.inside.kill('SIGTERM')
    await portal.inside.ended
    selfSigned(dir, NAME, -1)
    portal = await square.portal()
    expect(await lease(square.lab, 'phone', dir, 4)).not.toHaveProperty('new_captive_portal')
    expect(await lease(square.lab, 'phone', dir, 6)).not.toHaveProperty('new_dhcp6_captive_portal')
    expect((await routers(square.lab, 'phone')).packets.map(captivePortalIn).filter((uri) => uri !== undefined)).toEqual([])
    // 35: the handshake is refused.
    expect(await curl(square.lab, 'phone', `https://${LANS.lan0.v4}:${TLS_PORT}/capport`, ['-k'])).toMatchObject({ exit: 35 })
    const { token = '' } = await square.tap('phone')
    expect(await square.capport('phone')).toMatchObject({ captive: false, 'user-portal-url': square.url })
    await square.disconnect('phone', token)
  }, 60_000)

  test('leases and what is told lie in the runtime directory, and no lease holds a name that a phone gave itself', async () => {
    const conf = readFileSync(path('dnsmasq.conf'), 'utf8')
    const leases = /dhcp-leasefile=(.*)/.exec(conf)?.[1] ?? ''
    expect(leases).toMatch(/^\/dev\/shm\//)
    // A phone often bears the name of its owner; and whatever shows a list of names would show this one.
    for (const [name, trace] of [['iphone-de-amina', 'amina'], [MARKUP, NEEDLE]] as const) {
      const wire = square.lab.spawn('phone', ['tcpdump', '-lnAi', 'wlan0', 'udp dst port 67'])
      await wire.says('listening on')
      await lease(square.lab, 'phone', dir, 4, name)
      await wire.says(trace)
      await wire.kill()
      const kept = readFileSync(leases, 'utf8').toLowerCase()
      expect(kept).toContain(square.lab.clients['phone']?.mac)
      expect(kept).not.toContain(trace)
    }
  }, 30_000)

  test('nine of ten addresses taken, and the page of the state says that many people are there; eight are nobody’s business', async () => {
    const { lab } = square
    const file = /dhcp-leasefile=(.*)/.exec(readFileSync(path('dnsmasq.conf'), 'utf8'))?.[1] ?? ''
    const taken = () => POOL.filter((address) => readFileSync(file, 'utf8').includes(` ${address} `))
    /** The list is read at a start, and each half minute after it. */
    async function stateWith(leases: number): Promise<string> {
      await portal.inside.kill()
      await lab.in('phone', [process.execPath, 'test/lab/returning.ts', ...POOL.filter((address) => !taken().includes(address)).slice(0, leases - taken().length)])
      await until(async () => taken().length === leases, 5)
      portal = await square.portal()
      return (await curl(lab, 'phone', new URL('/service?lang=fr', square.url).href)).body
    }
    expect(taken()).toHaveLength(1)
    expect(await stateWith(8)).not.toContain('beaucoup de monde')
    const state = await stateWith(9)
    expect(state).toContain('Il y a beaucoup de monde')
    expect(state.replace(/<style>.*?<\/style>|<[^>]*>/gs, '')).not.toMatch(/\b(8|9|10|90)\b/)
  }, 30_000)
})
