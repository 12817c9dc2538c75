// The files that portal/gateway/setup gives to whoever sets up a gateway, as they are: units, rules, settings. A lease, a page, a tap, the world.
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings, remarksOn } from '#scripts/settings/read.ts'
import { curl, until, urlOf, type Fetched } from '#test/lab/curl.ts'
import { createLab, type Inside, type Lab } from '#test/lab/lab.ts'
import { lease } from '#test/lab/lease.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { absent, namespacesForbidden, ordinaryAccount, peer } from '#test/support/peer.ts'
import { formFields } from '#test/support/portal-town.ts'

const ROOT = join(import.meta.dirname, '../..')
const SETUP = join(ROOT, 'portal/gateway/setup')
const UNITS = ['parvis.service', 'parvis-dnsmasq.service'] as const
const NOBODY = 65_534
const GATEWAY = '10.44.0.1'
const WORLD = 'the world\n'
const file = (name: string): string => readFileSync(join(SETUP, name), 'utf8')
/** All values of a key in a unit. */
const valuesOf = (unit: string, key: string): string[] => [...file(unit).matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-setup-'))
  chmodSync(dir, 0o755)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('the settings are in order, and there is nothing to remark on them', () => {
  const { settings } = readSettings({ config: join(SETUP, 'parvis.toml'), flags: new Map() }, {})
  expect(remarksOn(settings, undefined)).toEqual([])
})

test.skipIf(absent('systemd-analyze'))('systemd understands the units', () => {
  const paths = UNITS.map((unit) => {
    // What they start must be there for it: here something that is.
    writeFileSync(join(dir, unit), file(unit).replaceAll('/opt/parvis', ROOT).replace('User=parvis\n', ''))
    return join(dir, unit)
  })
  const { status, stderr } = spawnSync(peer('systemd-analyze'), ['verify', '--man=no', ...paths], { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` } })
  expect([status, stderr.split('\n').filter((line) => line.includes(dir))]).toEqual([0, []])
})

describe.skipIf(namespacesForbidden() || ordinaryAccount() || absent('dnsmasq', 'dhclient', 'curl', 'conntrack', 'sysctl'))('a gateway that was set up with them', () => {
  let lab: Lab
  let parvis: Inside
  let early: Fetched
  let arrivedEarly: ReadonlyMap<string, number>
  /** Names of a real gateway, as they are called here. */
  const here = (text: string): string => text.replaceAll('/opt/parvis', ROOT).replaceAll('/etc/parvis', dir).replaceAll('/var/lib/parvis', join(dir, 'data')).replaceAll('eth0', 'wan0')
  const words = (line: string): string[] => here(line).split(' ')
  const environment = (): Record<string, string> => Object.fromEntries(valuesOf('parvis.service', 'Environment').flatMap(words).map((pair) => pair.split('=')))
  /** As the unit's account, with the unit's rights and none more. */
  function asAccount(): string[] {
    const granted = (key: string): string => ['-all', ...valuesOf('parvis.service', key).flatMap((value) => value.split(' ')).map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)].join(',')
    return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', `--inh-caps=${granted('AmbientCapabilities')}`, `--ambient-caps=${granted('AmbientCapabilities')}`, `--bounding-set=${granted('CapabilityBoundingSet')}`]
  }

  beforeAll(async () => {
    lab = await createLab([{ name: 'phone', lan: 'lan0' }])
    for (const name of ['parvis.toml', 'nat.nft', 'forwarding.conf']) writeFileSync(join(dir, name), here(file(name)), { mode: 0o644 })
    mkdirSync(join(dir, 'data'), { mode: 0o700 })
    writeFileSync(join(dir, 'data', 'demo-removed'), '')
    for (const path of [join(dir, 'data'), join(dir, 'data', 'demo-removed')]) chownSync(path, NOBODY, NOBODY)
    await lab.in('gateway', ['sh', '-c', `echo 0 >/proc/sys/net/ipv4/ip_forward; ip addr flush dev lan0; ip addr add ${GATEWAY}/22 dev lan0; mkdir -m 700 /run/parvis; chown ${NOBODY}:${NOBODY} /run/parvis`])
    expect(await lab.in('gateway', ['sysctl', '-q', '-p', join(dir, 'forwarding.conf')])).toMatchObject({ code: 0, stderr: '' })
    lab.spawn('upstream', [process.execPath, 'test/lab/upstream.ts', '80,443,853'])
    for (const command of valuesOf('parvis.service', 'ExecStartPre')) expect(await lab.in('gateway', [...asAccount(), ...words(command)], { env: environment() })).toMatchObject({ code: 0, stderr: '' })
    // Forwarding is on and the portal not up yet: a phone that gave itself an address tries the world.
    await lab.in('phone', ['sh', '-c', `ip addr flush dev wlan0 scope global; ip addr add 10.44.0.9/22 dev wlan0; ip route replace default via ${GATEWAY}`])
    early = await curl(lab, 'phone', urlOf(UPSTREAM.v4))
    arrivedEarly = await lab.arrivals()
    parvis = lab.spawn('gateway', [...asAccount(), ...words(valuesOf('parvis.service', 'ExecStart')[0] ?? '')], { env: environment() })
    await parvis.says('Parvis is open')
    lab.spawn('gateway', words(valuesOf('parvis-dnsmasq.service', 'ExecStart')[0] ?? ''))
  }, 60_000)
  afterAll(async () => {
    await lab?.close()
  })

  test('while the portal is not up nothing passes, though the machine forwards and translates', () => {
    expect(early).toMatchObject({ status: 0, body: '' })
    expect([...arrivedEarly.keys()].filter((address) => address.includes('.'))).toEqual([])
  })

  test('a phone gets an address, sees the page, presses once, and reaches the world under the gateway’s address', async () => {
    const told = await lease(lab, 'phone', dir, 4)
    expect(told).toMatchObject({ new_routers: GATEWAY, new_domain_name_servers: GATEWAY })
    await lab.in('phone', ['sh', '-c', `ip addr flush dev wlan0 scope global; ip addr add ${told['new_ip_address']}/22 dev wlan0; ip route replace default via ${GATEWAY}`])
    const captive = await curl(lab, 'phone', urlOf(UPSTREAM.v4, '/generate_204'))
    expect(captive).toMatchObject({ status: 302, location: expect.stringContaining(`http://${GATEWAY}/`) })
    const page = await curl(lab, 'phone', captive.location)
    expect(page.body).toContain('Ville de …')
    await curl(lab, 'phone', new URL('/connect', captive.location).href, ['--data', new URLSearchParams(formFields(page.body)).toString()])
    await until(async () => (await curl(lab, 'phone', urlOf(UPSTREAM.v4))).body === WORLD, 5)
    expect([...(await lab.arrivals()).keys()].filter((address) => address.startsWith('10.44.'))).toEqual([])
  }, 30_000)

  test('a second start of the rules leaves one of them, and those of the portal as they are', async () => {
    const [rules = ''] = valuesOf('parvis.service', 'ExecStartPre')
    const passing = async (): Promise<string> => (await lab.in('gateway', ['nft', 'list', 'chain', 'inet', 'parvis', 'passing'])).stdout
    const before = await passing()
    expect(before).toContain('jump outward')
    await lab.in('gateway', [...asAccount(), ...words(rules)], { env: environment() })
    expect((await lab.in('gateway', ['nft', 'list', 'table', 'ip', 'parvis_nat'])).stdout.match(/masquerade/g)).toHaveLength(1)
    expect(await passing()).toBe(before)
  })

  test('after nftables was loaded anew, with its line for nat.nft, nothing passes until the portal looks', async () => {
    const online = async (): Promise<boolean> => (await curl(lab, 'phone', urlOf(UPSTREAM.v4))).body === WORLD
    expect(await online()).toBe(true)
    const [line = ''] = /include "[^"]+"/.exec(file('README.md')) ?? []
    writeFileSync(join(dir, 'nftables.conf'), `flush ruleset\n${here(line)}\n`)
    expect(await lab.in('gateway', ['nft', '-f', join(dir, 'nftables.conf')])).toMatchObject({ code: 0, stderr: '' })
    expect(await online()).toBe(false)
    expect((await lab.in('gateway', ['nft', 'list', 'table', 'ip', 'parvis_nat'])).stdout).toContain('masquerade')
  })
})
