import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Grant } from '#portal/gateway/enforcer.ts'
import type { MacAddress } from '#shared/personal.ts'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { startEnforcer, type LabEnforcer } from '#test/lab/enforcer.ts'
import { createLab, type Lab } from '#test/lab/lab.ts'
import { LANS, UPSTREAM } from '#test/lab/network.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const FAMILIES = [UPSTREAM.v4, UPSTREAM.v6] as const
const QUOTA_BYTES = 2_000_000
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl'))('what the kernel holds a phone to by itself', () => {
  let lab: Lab
  let gateway: LabEnforcer
  let mark = 500
  const mac = (who: string) => lab.clients[who]?.mac.replaceAll(':', '') as MacAddress
  const grant = (more: Partial<Grant> = {}): Grant => ({ mac: mac('phone'), mark: ++mark, seconds: 600, ...more })
  const nft = (command: string) => lab.in('gateway', ['nft', command])

  /** Bytes of the body that came within `seconds` of a stream that would never end. */
  async function download(seconds: number, address: string = UPSTREAM.v4, path = '/stream?kBps=20000'): Promise<number> {
    const { stdout } = await lab.in('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', String(seconds), urlOf(address, path)])
    return Number(stdout)
  }

  /** Addresses of the world that are private ones, as behind a town hall's router. Twice is once. */
  async function inTownHall(v4: string, v6: string): Promise<void> {
    await lab.in('upstream', ['sh', '-c', `ip addr replace ${v4}/32 dev lo; ip addr replace ${v6}/128 dev lo nodad`])
    await lab.in('gateway', ['sh', '-c', `ip route replace ${v4}/32 via ${UPSTREAM.v4}; ip route replace ${v6}/128 via ${UPSTREAM.v6}`])
  }

  beforeAll(async () => {
    lab = await createLab([{ name: 'phone', lan: 'lan0' }, { name: 'other', lan: 'lan0' }])
    const world = lab.spawn('upstream', [process.execPath, 'test/lab/upstream.ts', '80,443,853'])
    ;[gateway] = await Promise.all([startEnforcer(lab, { reachable: ['10.9.9.0/24', 'fd99::/32'] }), world.says('listening')])
  })
  afterEach(() => gateway.close(mac('phone')))
  afterAll(() => lab?.close())

  test('a download stops on the byte when its quota is used up, is told within 2 s, and nothing else passes', async () => {
    const given = grant({ quotaBytes: QUOTA_BYTES })
    await gateway.open(given)
    const began = performance.now()
    expect(await download(0.6)).toBeLessThanOrEqual(QUOTA_BYTES)
    const [client] = await gateway.list()
    const used = (client?.usage.upBytes ?? 0) + (client?.usage.downBytes ?? 0)
    expect(used).toBeLessThanOrEqual(QUOTA_BYTES + 10)
    // Offloading hands the kernel packets of up to 64 kB, and the first one that is too large ends it.
    expect(used).toBeGreaterThan(QUOTA_BYTES - 2 * 65_536)
    await until(async () => (await gateway.spent()).includes(given.mark), 2)
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(await download(0.6, UPSTREAM.v6)).toBeLessThan(2 * 65_536)
  })

  test('both families and both directions fill one quota, and a portal that died changes nothing', async () => {
    await gateway.open(grant({ quotaBytes: QUOTA_BYTES }))
    await gateway.process.kill('SIGKILL')
    const got = await Promise.all(FAMILIES.map((address) => download(0.6, address)))
    expect(got[0] ?? 0).toBeGreaterThan(0)
    expect(got[1] ?? 0).toBeGreaterThan(0)
    expect((got[0] ?? 0) + (got[1] ?? 0)).toBeLessThanOrEqual(QUOTA_BYTES)
    gateway = await startEnforcer(lab, { reachable: ['10.9.9.0/24', 'fd99::/32'] })
    // It looks after quotas that another life of it gave.
    await until(async () => (await gateway.spent()).length === 1, 2)
  })

  test('with a slower pace instead of the end, a download goes on at that pace', async () => {
    const slowKbps = 1_600
    await gateway.open(grant({ quotaBytes: QUOTA_BYTES, slowKbps }))
    const seconds = 3
    const got = await download(seconds)
    expect(got).toBeGreaterThan(QUOTA_BYTES + 0.5 * (seconds - 1) * slowKbps * 125)
    // The bucket of the slower pace holds a second's worth, and room for two of the largest packets.
    expect(got).toBeLessThan(QUOTA_BYTES + (seconds + 1) * slowKbps * 125 + 2 * 65_536)
  })

  test('a quota that grows lets a download go on, and one that a forgetful kernel is told anew counts what was used', async () => {
    const given = grant({ quotaBytes: QUOTA_BYTES })
    await gateway.open(given)
    await download(0.6)
    await gateway.open({ ...given, quotaBytes: 2 * QUOTA_BYTES })
    const more = await download(0.6)
    expect(more).toBeGreaterThan(0.7 * QUOTA_BYTES)
    expect(more).toBeLessThan(1.1 * QUOTA_BYTES)
    await gateway.close(mac('phone'))
    await gateway.open({ ...grant({ quotaBytes: QUOTA_BYTES }), used: { upBytes: 100_000, downBytes: 1_400_000, upPackets: 1_000, downPackets: 1_000 } })
    expect(await download(0.6)).toBeLessThan(500_000)
    expect((await gateway.list())[0]?.usage.downBytes).toBeGreaterThan(1_400_000)
  })

  test('how long a phone has been silent is known to the second, whoever sends to it', async () => {
    await gateway.open(grant())
    const address = lab.clients['phone']?.v4 ?? ''
    await curl(lab, 'phone', urlOf(UPSTREAM.v4))
    expect((await gateway.list())[0]?.quietSeconds).toBeLessThanOrEqual(1)
    await lab.in('upstream', [process.execPath, 'test/lab/datagram.ts', UPSTREAM.v4, '53', address, '5555'])
    await wait(2_500)
    const quiet = (await gateway.list())[0]?.quietSeconds ?? 0
    expect(quiet).toBeGreaterThanOrEqual(2)
    expect(quiet).toBeLessThanOrEqual(4)
    await curl(lab, 'phone', urlOf(UPSTREAM.v4))
    expect((await gateway.list())[0]?.quietSeconds).toBeLessThanOrEqual(1)
  })

  test('before sign-in the walled garden opens on port 443 alone, slowly, and only for its own addresses', async () => {
    const https = (address: string) => urlOf(address).replace(/\/$/, ':443/')
    for (const [set, address] of [['garden4', UPSTREAM.v4], ['garden6', UPSTREAM.v6]] as const) {
      expect(await curl(lab, 'phone', https(address))).toMatchObject({ exit: 7 })
      await nft(`add element inet parvis ${set} { ${address} }`)
      expect(await curl(lab, 'phone', https(address))).toMatchObject({ status: 200, body: 'the world\n' })
      expect(await curl(lab, 'phone', urlOf(address))).toMatchObject({ status: 302 })
      expect(await curl(lab, 'phone', urlOf(address).replace(/\/$/, ':853/'))).toMatchObject({ exit: 7 })
    }
    const { stdout } = await lab.in('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', '3', https(UPSTREAM.v4).replace(/\/$/, '/stream?kBps=1000')])
    expect(Number(stdout)).toBeGreaterThan(32_000)
    expect(Number(stdout)).toBeLessThan(3 * 32_000 + 32_000 + 65_536)
    // A phone's two families fill one bucket, whatever address it takes next.
    const { stdout: day } = await nft('list set inet parvis garden_day')

    expect([...day.matchAll(/quota over 20000000 bytes/g)]).toHaveLength(1)
    for (const set of ['garden4', 'garden6']) await nft(`flush set inet parvis ${set}`)
    expect(await curl(lab, 'phone', https(UPSTREAM.v4))).toMatchObject({ exit: 7 })
  })

  test('a day in the garden ends a day after it began, however often a phone comes by meanwhile', async () => {
    const url = urlOf(UPSTREAM.v4).replace(/\/$/, ':443/')
    await nft(`add element inet parvis garden4 { ${UPSTREAM.v4} }`)
    await nft('flush set inet parvis garden_day')
    const secondsLeft = async () => Number(/expires (?:23h59m)?(\d+)s/.exec((await nft('list set inet parvis garden_day')).stdout)?.[1])
    expect((await curl(lab, 'phone', url)).status).toBe(200)
    const before = await secondsLeft()
    await wait(2_100)
    expect((await curl(lab, 'phone', url)).status).toBe(200)
    expect(await secondsLeft()).toBeLessThanOrEqual(before - 2)
    await nft('flush set inet parvis garden4')
  })

  test('before sign-in the gateway’s port for names carries next to nothing, by either family, and as much as ever after it', async () => {
    await lab.spawn('gateway', [process.execPath, 'test/lab/upstream.ts', '53']).says('listening')
    for (const address of [LANS.lan0.v4, LANS.lan0.v6]) {
      const names = urlOf(address).replace(/\/$/, ':53/stream?kBps=1000')
      const got = async () => Number((await lab.in('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', '2', names])).stdout)
      expect(await got()).toBeLessThan(2 * 2_048 + 2_048 + 8_192)
      await gateway.open(grant())
      expect(await got()).toBeGreaterThan(500_000)
      await gateway.close(mac('phone'))
    }
  })

  test('a name of the garden that is made to mean a private address leads nowhere', async () => {
    await inTownHall('10.9.9.9', 'fd99::9')
    for (const [set, address] of [['garden4', '10.9.9.9'], ['garden6', 'fd99::9']] as const) {
      const url = urlOf(address).replace(/\/$/, ':443/')
      await nft(`add element inet parvis ${set} { ${address} }`)
      expect((await curl(lab, 'phone', url)).status).toBe(0)
      await gateway.open(grant())
      expect((await curl(lab, 'phone', url)).status).toBe(200)
      await gateway.close(mac('phone'))
      await nft(`flush set inet parvis ${set}`)
    }
  })

  test('the networks of the town hall behind the uplink are refused at once to a phone that is online, but for what the city lets through', async () => {
    await inTownHall('10.8.8.8', 'fd98::8')
    await gateway.open(grant())
    for (const address of ['10.8.8.8', 'fd98::8']) {
      const refused = await curl(lab, 'phone', urlOf(address))
      expect(refused).toMatchObject({ exit: 7 })
      expect(refused.seconds).toBeLessThan(0.5)
    }
    await inTownHall('10.9.9.9', 'fd99::9')
    for (const address of ['10.9.9.9', 'fd99::9']) expect(await curl(lab, 'phone', urlOf(address))).toMatchObject({ status: 200 })
  })

  test('a blocked address is refused at once to a phone that is online, while all else passes', async () => {
    await gateway.open(grant())
    for (const [set, address, other] of [['blocked4', UPSTREAM.v4, UPSTREAM.v6], ['blocked6', UPSTREAM.v6, UPSTREAM.v4]] as const) {
      await nft(`add element inet parvis ${set} { ${address} }`)
      const refused = await curl(lab, 'phone', urlOf(address))
      expect(refused).toMatchObject({ exit: 7 })
      expect(refused.seconds).toBeLessThan(0.5)
      expect(await curl(lab, 'phone', urlOf(other))).toMatchObject({ status: 200 })
      await nft(`flush set inet parvis ${set}`)
    }
  })
})
