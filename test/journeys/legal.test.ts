// On a real square under French rules: the kernel gives each phone ports of its own, and the two holders together find whose they were.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { daysFrom, makeHolderA, makeHolderB, readHolderA, readSecretA, readSecretB } from '#portal/legal/holder-keys.ts'
import { askHolderA, openAsHolderB } from '#portal/legal/search.ts'
import { curl, urlOf } from '#test/lab/curl.ts'
import { openSquare, type PortalProcess, type RadiusProcess, type Square } from '#test/lab/square.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { absent, namespacesForbidden, ordinaryAccount } from '#test/support/peer.ts'

const GATEWAY_WAN = '203.0.113.1'
const MIRROR_PORT = 8000

type Seen = { readonly address: string; readonly port: number }

describe.skipIf(namespacesForbidden() || ordinaryAccount() || absent('conntrack', 'curl'))('a square under French rules', () => {
  let safe = ''
  let square: Square
  let portal: PortalProcess
  let radius: RadiusProcess

  const parvis = (...args: readonly string[]) => spawnSync('scripts/parvis', args, { encoding: 'utf8', env: { ...process.env, PARVIS_DATA: join(safe, 'none') } })
  /** How the world sees `who`. */
  async function seen(who: string, address: string = UPSTREAM.v4): Promise<Seen> {
    const { body } = await curl(square.lab, who, urlOf(address).replace(/\/$/, `:${MIRROR_PORT}/`))
    const [from = '', port = ''] = body.trim().split(' ')
    return { address: from.replace('::ffff:', ''), port: Number(port) }
  }
  const logs = () => readdirSync(join(square.data, 'legal')).filter((name) => name.endsWith('.jwe')).map((name) => join(square.data, 'legal', name))

  /** By the commands that the holders have. */
  function byCommand(address: string, port: number, at: number) {
    const [half, answer] = [join(safe, 'half.json'), join(safe, 'answer.jws')]
    const request = parvis('legal', 'request', '--keys', join(safe, 'a', 'holder-a.secret.json'), '--address', address, '--port', String(port), '--at', new Date(at).toISOString(), '--reference', 'réquisition 7', '--out', half, ...logs())
    expect([request.status, request.stdout]).toEqual([0, expect.stringMatching(/^(\d+) of \1 envelopes/)])
    const opened = parvis('legal', 'open', '--keys', join(safe, 'b', 'holder-b.secret.json'), '--from', join(safe, 'a', 'holder-a.public.json'), '--out', answer, half)
    return opened.stdout
  }
  const file = (holder: string, half: 'secret' | 'public') => readFileSync(join(safe, holder, `holder-${holder}.${half}.json`), 'utf8')

  async function ask(address: string, port: number | undefined, at: number): Promise<(string | undefined)[]> {
    const request = { address, ...(port !== undefined && { port }), at, toleranceMs: 1_000, reference: 'réquisition 8' }
    const lines = logs().flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'))
    const half = await askHolderA(readSecretA(file('a', 'secret')), request, lines)
    return (await openAsHolderB(readSecretB(file('b', 'secret')), readHolderA(file('a', 'public')), half)).found.map((one) => one.terminal_mac)
  }

  beforeAll(async () => {
    safe = mkdtempSync(join(tmpdir(), 'parvis-holders-'))
    for (const [holder, files] of [['a', makeHolderA(daysFrom(new Date().toISOString().slice(0, 10), 20))], ['b', makeHolderB()]] as const) {
      mkdirSync(join(safe, holder))
      for (const half of ['secret', 'public'] as const) writeFileSync(join(safe, holder, `holder-${holder}.${half}.json`), files[half])
    }
    const legal = `[legal]\nprofile = "fr"\nholder_a = "${join(safe, 'a', 'holder-a.public.json')}"\nholder_b = "${join(safe, 'b', 'holder-b.public.json')}"\n`
    square = await openSquare([{ name: 'phone', lan: 'lan0' }, { name: 'other', lan: 'lan0' }], legal)
    await square.lab.spawn('upstream', [process.execPath, 'test/lab/mirror.ts', String(MIRROR_PORT)]).says('mirror')
    radius = await square.radius(600)
    portal = await square.portal()
  })
  afterAll(async () => {
    await radius?.stop()
    await square?.close()
    rmSync(safe, { recursive: true, force: true })
  })

  test('each phone leaves by ports of its own, the page says what is kept, and two holders together find whose they were', async () => {
    const page = await square.tap('phone')
    expect((await curl(square.lab, 'phone', new URL('/recorded?lang=fr', square.url).href)).body).toContain('La loi française nous fait garder 365 jours')
    await square.tap('other')
    expect(page.token).toBeDefined()
    const [phone, other] = [await seen('phone'), await seen('other')]
    const at = Date.now()
    expect([phone.address, other.address]).toEqual([GATEWAY_WAN, GATEWAY_WAN])
    for (const { port } of [phone, other]) expect(port).toBeGreaterThanOrEqual(5_000)
    expect(Math.floor((phone.port - 5_000) / 60)).not.toBe(Math.floor((other.port - 5_000) / 60))
    // Sixty connections at once stay inside the block.
    const many = await Promise.all(Array.from({ length: 12 }, () => seen('phone')))
    expect(new Set(many.map(({ port }) => Math.floor((port - 5_000) / 60)))).toEqual(new Set([Math.floor((phone.port - 5_000) / 60)]))
    const v6 = await seen('phone', UPSTREAM.v6)
    const own = await square.lab.in('gateway', ['curl', '-s', `http://${UPSTREAM.v4}:${MIRROR_PORT}/`])
    expect(Number(own.stdout.trim().split(' ')[1])).toBeLessThan(5_000)

    await square.disconnect('phone', page.token ?? '')
    await portal.inside.kill()
    await portal.inside.ended
    const macs = (who: string) => [square.lab.clients[who]?.mac]
    expect(byCommand(phone.address, phone.port, at)).toMatch(new RegExp(`1 session\\n.*\\n    ${macs('phone')[0]}\\n`))
    expect(await ask(phone.address, phone.port, at)).toEqual(macs('phone'))
    expect(await ask(other.address, other.port, at)).toEqual(macs('other'))
    expect(await ask(v6.address, undefined, at)).toEqual(macs('phone'))
    expect(await ask(GATEWAY_WAN, 4_000, at)).toEqual([])
    expect(await ask(phone.address, phone.port, at - 3_600_000)).toEqual([])
    const disk = readdirSync(square.data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')).join('')
    for (const mac of [...macs('phone'), ...macs('other')]) expect(disk.toLowerCase()).not.toContain(mac)
    // B alone, with what is on the gateway's disk: nothing.
    writeFileSync(join(safe, 'stolen.json'), JSON.stringify({ request: 'a.b.c', envelopes: readFileSync(logs()[0] ?? '', 'utf8').trim().split('\n') }))
    expect(parvis('legal', 'open', '--keys', join(safe, 'b', 'holder-b.secret.json'), '--from', join(safe, 'a', 'holder-a.public.json'), join(safe, 'stolen.json')).status).toBe(1)
  })

  test('a phone that is released again after a restart keeps the ports of those who stayed apart', async () => {
    portal = await square.portal()
    const before = await seen('other')
    await square.tap('phone')
    const phone = await seen('phone')
    const after = await seen('other')
    const block = ({ port }: Seen) => Math.floor((port - 5_000) / 60)
    expect(block(after)).toBe(block(before))
    expect(block(phone)).not.toBe(block(before))
    await portal.inside.kill()
  })
})
