import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Grant } from '#portal/gateway/enforcer.ts'
import type { MacAddress } from '#shared/personal.ts'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { startEnforcer, type LabEnforcer } from '#test/lab/enforcer.ts'
import { createLab, type Lab } from '#test/lab/lab.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

const FAMILIES = [UPSTREAM.v4, UPSTREAM.v6] as const
const WORLD = 'the world\n'
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl', 'perl'))('the nftables enforcer between phones and the world', () => {
  let lab: Lab
  let gateway: LabEnforcer
  const mac = (who: string) => lab.clients[who]?.mac.replaceAll(':', '') as MacAddress
  let mark = 100
  const grant = (who: string, more: Partial<Grant> = {}): Grant => ({ mac: mac(who), mark: ++mark, seconds: 600, ...more })

  async function captive(who: string): Promise<void> {
    for (const address of FAMILIES) expect(await curl(lab, who, urlOf(address))).toMatchObject({ status: 302, body: 'stub portal' })
  }
  async function online(who: string): Promise<void> {
    for (const address of FAMILIES) expect(await curl(lab, who, urlOf(address))).toMatchObject({ status: 200, body: WORLD })
  }
  async function downBytes(): Promise<number> {
    return (await gateway.list())[0]?.usage.downBytes ?? 0
  }
  /** Live flows between `who` and the world. */
  async function flows(who: string): Promise<readonly string[]> {
    const { v4 = '', v6 = '' } = lab.clients[who] ?? {}
    const { stdout } = await lab.in('gateway', ['conntrack', '-L'])
    return stdout.split('\n').filter((line) => line.includes('ESTABLISHED') && [v4, v6].some((address) => line.includes(`src=${address} `)))
  }
  /** Packets of `who` that the upstream saw, in both families. */
  async function arrived(who: string): Promise<number> {
    const { v4 = '', v6 = '' } = lab.clients[who] ?? {}
    const arrivals = await lab.arrivals()
    return (arrivals.get(v4) ?? 0) + (arrivals.get(v6) ?? 0)
  }

  beforeAll(async () => {
    lab = await createLab([{ name: 'phone', lan: 'lan0' }, { name: 'other', lan: 'lan0' }])
    const world = lab.spawn('upstream', [process.execPath, 'test/lab/upstream.ts', '80,443,853'])
    ;[gateway] = await Promise.all([startEnforcer(lab), world.says('listening')])
  })
  afterEach(async () => {
    for (const who of ['phone', 'other']) await gateway.close(mac(who))
  })
  afterAll(() => lab?.close())

  test('a captive phone gets the portal for any http address, and a quick refusal for https and DNS over TLS', async () => {
    await captive('phone')
    for (const address of FAMILIES) {
      for (const port of [443, 853]) {
        const refused = await curl(lab, 'phone', urlOf(`${address}`).replace(/\/$/, `:${port}/`))
        expect(refused).toMatchObject({ exit: 7 })
        expect(refused.seconds).toBeLessThan(0.5)
      }
    }
  })

  test('a phone that is let through reaches the world in both families within 2 s, and no longer once it is shut out', async () => {
    await gateway.open(grant('phone'))
    expect(await until(async () => (await curl(lab, 'phone', urlOf(UPSTREAM.v4))).body === WORLD, 2)).toBeLessThan(2)
    await online('phone')
    const used = await gateway.close(mac('phone'))
    expect(used.downPackets).toBeGreaterThan(4)
    expect(used.upPackets).toBeGreaterThan(4)
    expect(used.downBytes).toBeGreaterThan(2 * WORLD.length)
    await captive('phone')
    expect(await gateway.list()).toEqual([])
  })

  test('a running download is cut when its phone is shut out, in both families, and its flows are forgotten', async () => {
    await gateway.open(grant('phone'))
    const seconds = 2
    const downloads = FAMILIES.map((address) => lab.spawn('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', String(seconds), urlOf(address, '/stream?kBps=200')]))
    await until(async () => (await flows('phone')).length === 2 && (await downBytes()) > 100_000, 2)
    const used = await gateway.close(mac('phone'))
    expect(await flows('phone')).toEqual([])
    expect(await gateway.metrics()).toContain('parvis_gateway_flush_failures_total 0')
    const ends = await Promise.all(downloads.map(({ ended }) => ended))
    // 28: their own time ran out, and nothing had come since the last counters were read.
    expect(ends.map(({ code }) => code)).toEqual([28, 28])
    const got = ends.reduce((sum, { stdout }) => sum + Number(stdout), 0)
    expect(got).toBeLessThanOrEqual(used.downBytes)
    expect(used.downBytes).toBeLessThan(0.8 * seconds * 400_000)
  })

  test('a phone that never signed in gets no packet to the world while it tries everything beside one that did', async () => {
    await gateway.open(grant('other'))
    const before = await arrived('other')
    const released = lab.spawn('other', [process.execPath, 'test/lab/stranger.ts', ...FAMILIES])
    await released.says('round 1\n')
    await released.kill('SIGKILL')
    // The counter counts what passes: 3 TCP, 2 UDP and 1 ICMP in two families, at the least.
    expect((await arrived('other')) - before).toBeGreaterThanOrEqual(12)
    await gateway.close(mac('other'))

    const since = await arrived('other')
    const stranger = lab.spawn('other', [process.execPath, 'test/lab/stranger.ts', ...FAMILIES])
    await gateway.open(grant('phone'))
    await online('phone')
    await gateway.close(mac('phone'))
    await captive('phone')
    await stranger.says('round 5\n')
    await stranger.kill('SIGKILL')
    expect(await arrived('other')).toBe(since)
    // Nor under any other address: the world hears of the phones, of its own link, and of nobody else.
    const known = new Set(['203.0.113.1', '2001:db8:77::1', ...Object.values(lab.clients).flatMap(({ v4, v6 }) => [v4, v6])])
    expect([...(await lab.arrivals()).keys()].filter((address) => !address.startsWith('fe80:') && !known.has(address))).toEqual([])
  })

  test('a stranger who takes a client\'s address gets nothing through', async () => {
    await gateway.open(grant('phone'))
    const { v4 = '', v6 = '' } = lab.clients['phone'] ?? {}
    const datagram = (who: string, from: string, to: string) => lab.in(who, [process.execPath, 'test/lab/datagram.ts', from, '5555', to, '53'])
    // The client has flows of its own, which the stranger knows to the last number.
    for (const [source, address] of [[v4, UPSTREAM.v4], [v6, UPSTREAM.v6]] as const) await datagram('phone', source, address)
    await lab.in('phone', ['ip', 'link', 'set', 'wlan0', 'down'])
    const before = await arrived('phone')
    await lab.in('other', ['sh', '-c', `ip addr add ${v4}/24 dev wlan0; ip addr add ${v6}/64 dev wlan0 nodad`])
    for (const [source, address] of [[v4, UPSTREAM.v4], [v6, UPSTREAM.v6]] as const) {
      expect((await curl(lab, 'other', urlOf(address), ['--interface', source])).body).not.toBe(WORLD)
      expect((await datagram('other', source, address)).code).toBe(0)
    }
    expect(await arrived('phone')).toBe(before)
    await lab.in('other', ['sh', '-c', `ip addr del ${v4}/24 dev wlan0; ip addr del ${v6}/64 dev wlan0`])
    await lab.in('phone', ['sh', '-c', `ip link set wlan0 up; ip addr add ${v6}/64 dev wlan0 nodad; ip route add default via 192.168.70.1; ip route add default via fd70::1`])
    await lab.in('gateway', ['ip', 'neigh', 'flush', 'dev', 'lan0'])
    // The phone's link and its neighbours take a moment to come back; then all is as before.
    for (const address of FAMILIES) await until(async () => (await curl(lab, 'phone', urlOf(address))).body === WORLD, 5)
    await gateway.close(mac('phone'))
  })

  test('the kernel ends a session on time with the portal down, and its counters wait for the portal', async () => {
    await gateway.open(grant('phone', { seconds: 2 }))
    await online('phone')
    const downloads = FAMILIES.map((address) => lab.spawn('phone', ['curl', '-sN', '-o', '/dev/null', '-w', '%{size_download}', '--max-time', '2.6', urlOf(address, '/stream?kBps=200')]))
    await gateway.process.kill('SIGKILL')
    await online('phone')
    await wait(2100)
    const before = await arrived('phone')
    for (const { ended } of downloads) {
      const { code, stdout } = await ended
      expect(code).toBe(28)
      // Two seconds' worth, less what curl took to start: the last 0.6 s brought nothing.
      expect(Number(stdout)).toBeGreaterThan(50_000)
      expect(Number(stdout)).toBeLessThan(420_000)
    }
    for (const address of FAMILIES) expect((await curl(lab, 'phone', urlOf(address))).body).not.toBe(WORLD)
    expect(await arrived('phone')).toBe(before)
    gateway = await startEnforcer(lab)
    expect(await gateway.list()).toEqual([])
    expect((await gateway.close(mac('phone'))).downPackets).toBeGreaterThan(8)
    await captive('phone')
  })

  test('a portal that starts again finds its clients open, their downloads running, their counters and time kept', async () => {
    const given = grant('phone', { seconds: 60 })
    await gateway.open(given)
    const download = lab.spawn('phone', ['curl', '-sN', '-o', '/dev/null', urlOf(UPSTREAM.v6, '/stream?kBps=200')])
    await until(async () => (await downBytes()) > 50_000, 5)
    await gateway.process.kill('SIGKILL')
    gateway = await startEnforcer(lab)
    const [open] = await gateway.list()
    expect(open).toMatchObject({ mac: given.mac, mark: given.mark })
    expect(open?.secondsLeft).toBeGreaterThanOrEqual(50)
    const before = open?.usage.downBytes ?? 0
    expect(before).toBeGreaterThan(50_000)
    await until(async () => (await downBytes()) > before + 50_000, 5)
    await download.kill()
    expect((await gateway.close(mac('phone'))).downBytes).toBeGreaterThan(before + 50_000)
  })

  test('new limits for a phone that is open keep its counters and its running download', async () => {
    const first = grant('phone', { seconds: 60 })
    await gateway.open(first)
    const download = lab.spawn('phone', ['curl', '-sN', '-o', '/dev/null', urlOf(UPSTREAM.v4, '/stream?kBps=200')])
    await until(async () => (await downBytes()) > 50_000, 5)
    const before = await downBytes()
    await gateway.open({ ...first, seconds: 300 })
    const [after] = await gateway.list()
    expect(after?.mark).toBe(first.mark)
    expect(after?.secondsLeft).toBeGreaterThan(290)
    expect(after?.usage.downBytes).toBeGreaterThanOrEqual(before)
    await until(async () => (await downBytes()) > before + 50_000, 5)
    await download.kill()
    await gateway.close(mac('phone'))
  })

  test('each phone gets the rate it was given, down and up, beyond a first second that comes at once', async () => {
    const kbps = 4000
    const bytesPerSecond = kbps * 125
    const opened = performance.now()
    await gateway.open(grant('phone', { downKbps: kbps, upKbps: kbps }))
    const both = [
      lab.spawn('phone', ['curl', '-sN', '-o', '/dev/null', urlOf(UPSTREAM.v4, '/stream?kBps=5000')]),
      lab.spawn('phone', ['sh', '-c', `exec curl -s -T - ${urlOf(UPSTREAM.v6, '/sink')} </dev/zero`]),
    ]
    await wait(4000)
    const [client] = await gateway.list()
    const seconds = (performance.now() - opened) / 1000
    for (const bytes of [client?.usage.downBytes ?? 0, client?.usage.upBytes ?? 0]) {
      // The kernel's bucket holds a second's worth; both streams offered ten times as much.
      expect(bytes).toBeLessThan(bytesPerSecond * (seconds + 1) * 1.05)
      expect(bytes).toBeGreaterThan(bytesPerSecond * seconds * 0.6)
    }
    await Promise.all(both.map((curl) => curl.kill()))
  })

  test('a connection that was redirected is reset once its phone is open, so that no browser keeps talking to the portal', async () => {
    for (const address of FAMILIES) {
      const early = lab.spawn('phone', [process.execPath, 'test/lab/preconnect.ts', address])
      await early.says('connected')
      await gateway.open(grant('phone'))
      early.child.stdin?.write('now\n')
      await early.says('ECONNRESET')
      expect(early.output()).not.toContain('answered')
      await early.ended
      await gateway.close(mac('phone'))
    }
  })

  test('the gateway itself offers phones its portal and nothing else of its own', async () => {
    const service = lab.spawn('gateway', [process.execPath, 'test/lab/upstream.ts', '9090'])
    await service.says('listening')
    const { gateway4 = '', gateway6 = '' } = lab.clients['phone'] ?? {}
    for (const address of [gateway4, gateway6]) {
      expect(await curl(lab, 'phone', urlOf(address).replace(/\/$/, ':8080/'))).toMatchObject({ body: 'stub portal' })
      expect(await curl(lab, 'phone', urlOf(address))).toMatchObject({ body: 'stub portal' })
      expect(await curl(lab, 'phone', urlOf(address).replace(/\/$/, ':9090/'))).toMatchObject({ exit: 28 })
    }
    await service.kill()
  })

  test('helpers that died are started anew and counted, and no counter is lost meanwhile', async () => {
    const killed = await lab.in('gateway', ['sh', '-c', 'for p in /proc/[0-9]*; do case "$(tr "\\0" " " <$p/cmdline)" in "nft -j -i "* | "nft monitor "*) kill -9 ${p#/proc/};; esac; done'])
    expect(killed.code).toBe(0)
    await wait(50)
    for (const expected of ['asked for', 'told again']) {
      await gateway.open(grant('phone'))
      await online('phone')
      expect((await gateway.close(mac('phone'))).downPackets, expected).toBeGreaterThanOrEqual(6)
      await until(async () => (await gateway.metrics()).includes('parvis_gateway_restarts_total{program="nft monitor"} 1'), 3)
      await wait(1500)
    }
    const metrics = await gateway.metrics()
    expect(metrics).toMatch(/parvis_gateway_restarts_total\{program="nft"\} [12]\n/)
    expect(metrics).toContain('parvis_gateway_counters_lost_total 0')
  })

  test.each([
    ['flushes the whole rule set', 'flush ruleset'],
    ['flushes it and declares the empty chain of the setup', 'flush ruleset; table inet parvis { chain passing { type filter hook forward priority filter; policy drop; }; }'],
  ])('when another program %s, the next look makes the table anew, and whoever is put back is online', async (_, rules) => {
    await gateway.open(grant('phone'))
    expect(await lab.in('gateway', ['nft', rules])).toMatchObject({ code: 0, stderr: '' })
    expect(await gateway.list()).toEqual([])
    await captive('other')
    await captive('phone')
    await gateway.open(grant('phone'))
    await online('phone')
    expect(await gateway.list()).toMatchObject([{ mac: mac('phone') }])
    await captive('other')
    await gateway.close(mac('phone'))
  })

  test('with on_portal_loss = close an orderly stop shuts everyone out, and so does the kernel 15 s after a portal that died', async () => {
    await gateway.stop()
    gateway = await startEnforcer(lab, { onPortalLoss: 'close' })
    await gateway.open(grant('phone'))
    await online('phone')
    const { stdout } = await lab.in('gateway', ['nft', 'list', 'set', 'inet', 'parvis', 'alive'])
    expect(stdout).toMatch(/ipv4 timeout 15s expires/)
    await lab.in('gateway', ['nft', 'flush', 'set', 'inet', 'parvis', 'alive'])
    const before = await arrived('phone')
    for (const address of FAMILIES) expect((await curl(lab, 'phone', urlOf(address))).body).not.toBe(WORLD)
    expect(await arrived('phone')).toBe(before)
    await gateway.stop()
    const { stdout: elements } = await lab.in('gateway', ['nft', 'list', 'set', 'inet', 'parvis', 'open'])
    expect(elements).not.toContain('elements')
    gateway = await startEnforcer(lab)
  })
})
