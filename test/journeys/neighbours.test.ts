import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curl, until, urlOf } from '#test/lab/curl.ts'
import { startEnforcer, type LabEnforcer } from '#test/lab/enforcer.ts'
import { createLab, type Lab } from '#test/lab/lab.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'

describe.skipIf(namespacesForbidden() || absent('conntrack', 'curl'))('who is asking, as the gateway sees it', () => {
  let lab: Lab
  let gateway: LabEnforcer
  const client = (who: string) => {
    const found = lab.clients[who]
    if (!found) throw new Error(`nobody is called ${who}`)
    return { ...found, bare: found.mac.replaceAll(':', '') }
  }
  /** A request to the gateway, so that the kernel learns who is there. */
  const call = (who: string, family: 'gateway4' | 'gateway6', extra: readonly string[] = []) => curl(lab, who, urlOf(client(who)[family]), extra)

  beforeAll(async () => {
    lab = await createLab([{ name: 'phone', lan: 'lan0' }, { name: 'other', lan: 'lan0' }, { name: 'guest', lan: 'lan1' }])
    gateway = await startEnforcer(lab, { lan: ['lan0', 'lan1'] })
  })
  afterAll(() => lab?.close())

  test('all addresses of a phone, of both families, are one client, and its network tells the site', async () => {
    await call('phone', 'gateway4')
    await call('phone', 'gateway6')
    await call('guest', 'gateway6')
    const phone = { kind: 'client', mac: client('phone').bare, contested: false, interface: 'lan0' }
    const { v4, v6 } = client('phone')
    expect(await gateway.askers(v4, `::ffff:${v4}`, v6)).toEqual([phone, phone, phone])
    expect(await gateway.askers(client('guest').v6)).toEqual([{ ...phone, mac: client('guest').bare, interface: 'lan1' }])
  })

  test('an address on no network of ours is nobody, and two hundred such questions at once cost one look at the table', async () => {
    const began = performance.now()
    const strangers = Array.from({ length: 200 }, (_, index) => `198.51.100.${index}`)
    expect((await gateway.askers('127.0.0.1', ...strangers)).every(({ kind }) => kind === 'unknown')).toBe(true)
    // One look is due after 250 ms at the latest; one each would be fifty seconds.
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('each phone that appears is sighted once, and not again within the minute however much it asks', async () => {
    for (let count = 0; count < 3; count++) await call('phone', 'gateway4')
    await until(async () => (await gateway.sightings()).includes(client('guest').bare as never), 2)
    const seen = await gateway.sightings()
    expect(seen.filter((mac) => mac === client('phone').bare)).toHaveLength(1)
    expect(seen.filter((mac) => mac === client('guest').bare)).toHaveLength(1)
    expect(seen).not.toContain(client('other').bare)
  })

  test('a clone of an address makes it contested for both, in both families', async () => {
    const { v4, v6 } = client('phone')
    await call('phone', 'gateway4')
    await call('phone', 'gateway6')
    await lab.in('other', ['sh', '-c', `ip addr add ${v4}/24 dev wlan0; ip addr add ${v6}/64 dev wlan0 nodad`])
    await call('other', 'gateway4', ['--interface', v4])
    await call('other', 'gateway6', ['--interface', v6])
    for (const address of [v4, v6]) {
      await until(async () => (await gateway.askers(address)).some((asker) => asker.kind === 'client' && asker.contested), 2)
    }
    expect(await gateway.askers(client('guest').v6)).toMatchObject([{ contested: false }])
  })

  test('the neighbours are known again after the helper that tells of them died', async () => {
    const killed = await lab.in('gateway', ['sh', '-c', 'for p in /proc/[0-9]*; do case "$(tr "\\0" " " <$p/cmdline)" in "ip monitor neigh "*) kill -9 ${p#/proc/};; esac; done'])
    expect(killed.code).toBe(0)
    await until(async () => (await gateway.metrics()).includes('parvis_gateway_restarts_total{program="ip"} 1'), 2)
    expect(await gateway.askers(client('guest').v6)).toMatchObject([{ kind: 'client', mac: client('guest').bare }])
  })
})
