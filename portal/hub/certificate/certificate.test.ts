import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateKey, createPublicKey, randomBytes, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judge, readCertificate, type Judgement } from '#portal/certificate/judgement.ts'
import { renewalMs } from '#portal/certificate/keeper.ts'
import { certificateRequest, newCertificateKey } from '#portal/certificate/request.ts'
import { askForCertificate, type FromHubParts } from '#portal/certificate/from-hub.ts'
import { manualClock, systemClock } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import type { Certified } from '#shared/http/listen.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { generateDeviceKey, publicKey, signJws, type DeviceKey } from '#shared/sign.ts'
import { CERTIFICATE_TYP } from '#shared/certificate.ts'
import { NEEDLE } from '#test/support/hostile.ts'
import { absent } from '#test/support/peer.ts'
import { PEBBLE, startPebble, type Pebble } from '#test/support/pebble.ts'
import { startHub, type Hub } from '../main.ts'
import { createOrders } from './orders.ts'

const DOMAIN = 'wifi.rivemont.example'
const effects: Effects = { clock: systemClock(), random: randomBytes, log: silentLog(), metrics: createMetrics() }

describe.skipIf(absent(...PEBBLE))('a certificate from a CA by way of the hub', () => {
  let dir: string
  let pebble: Pebble
  let hub: Hub
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'parvis-certificate-'))
    pebble = await startPebble()
    const acme = { domain: DOMAIN, directory: pebble.directory, root: pebble.doorRoot, contact: 'wifi@rivemont.example', dns: pebble.dns, accountKeyFile: join(dir, 'acme.key') }
    hub = await startHub({ hosts: ['127.0.0.1'], port: 0, url: undefined, names: [], database: join(dir, 'hub.db'), keyFile: join(dir, 'hub.key'), city: 'Rivemont', languages: ['fr'], acme }, effects)
  })
  afterAll(async () => {
    await hub?.close()
    await pebble?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  async function enrolled(gateway: string): Promise<DeviceKey> {
    const device = generateDeviceKey()
    await hub.enrolOwn({ key: device, gateway, epoch: randomBytes(8).toString('hex'), model: 'test' })
    return device
  }

  /** A gateway as far as its certificate goes: what it holds, and what waits. */
  function gateway(device: DeviceKey, holds?: Judgement) {
    let waiting: string | undefined
    const kept: Certified[] = []
    const parts: FromHubParts = {
      url: hub.origin,
      device,
      hub: () => publicKey(hub.publicKey.jwk),
      fetch,
      waiting: { read: () => waiting, keep: (text) => void (waiting = text) },
      judgement: () => holds ?? { kind: 'absent' },
      keep: (pair) => void kept.push(pair),
    }
    return { parts, kept, waits: () => waiting !== undefined }
  }

  async function renewed(parts: FromHubParts): Promise<void> {
    expect(await askForCertificate(parts, effects)).toBe('pending')
    for (let tries = 0; (await askForCertificate(parts, effects)) === 'pending'; tries++) {
      expect(tries).toBeLessThan(200)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  test('a gateway gets one for a name that says nothing, and the key that it is for never left the gateway', async () => {
    const device = await enrolled('gw-place')
    const { parts, kept, waits } = gateway(device)
    await renewed(parts)
    const [pair] = kept
    if (!pair) throw new Error('no certificate')
    const leaf = new X509Certificate(pair.cert)
    const { names } = readCertificate(pair)
    expect(names).toHaveLength(1)
    expect(names[0]).toMatch(/^[0-9a-hjkmnp-tv-z]{12}\.wifi\.rivemont\.example$/)
    expect(leaf.subject ?? '').not.toContain('place')
    // The chain leads to the root that pebble shows.
    const blocks = pair.cert.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
    const intermediate = new X509Certificate(blocks[1] ?? '')
    const root = new X509Certificate(pebble.root)
    expect(leaf.verify(intermediate.publicKey)).toBe(true)
    expect(intermediate.verify(root.publicKey)).toBe(true)
    expect(judge(readCertificate(pair), undefined, Date.now() + 60_000)).toMatchObject({ kind: 'valid', name: names[0] })
    expect(waits()).toBe(false)
  }, 30_000)

  test('at half its life, before anyone is alarmed, it asks again, under the same name with another key, and not a minute before', async () => {
    const device = await enrolled('gw-gare')
    const first = gateway(device)
    await renewed(first.parts)
    const [before] = first.kept
    if (!before) throw new Error('no certificate')
    const certificate = readCertificate(before)
    const due = renewalMs(certificate)
    expect((due - certificate.fromMs) / (certificate.untilMs - certificate.fromMs)).toBeCloseTo(0.48)
    const at = (nowMs: number): Effects => ({ ...effects, clock: { ...effects.clock, now: () => nowMs } })
    const second = gateway(device, judge(certificate, undefined, due))
    expect(await askForCertificate(second.parts, at(due - 60_000))).toBe('not due')
    while ((await askForCertificate(second.parts, at(due))) !== 'renewed') await new Promise((resolve) => setTimeout(resolve, 50))
    const [after] = second.kept
    if (!after) throw new Error('no certificate')
    expect(readCertificate(after).names).toEqual(certificate.names)
    expect(after.key).not.toBe(before.key)
  }, 30_000)

  test('a stranger, a copied question and a quarantined gateway get nothing', async () => {
    const stranger = gateway(generateDeviceKey())
    await expect(askForCertificate(stranger.parts, effects)).rejects.toThrow(/unknown_device/)
    const device = await enrolled('gw-mairie')
    const nonce = async () => ((await (await fetch(new URL('/v1/enrol/challenge', hub.origin))).json()) as { nonce: string }).nonce
    const asks = async (key: DeviceKey, aud = hub.origin) => signJws(key, CERTIFICATE_TYP, JSON.stringify({ nonce: await nonce(), aud }))
    async function post(body: string): Promise<readonly [number, unknown]> {
      const answer = await fetch(new URL('/v1/certificate', hub.origin), { method: 'POST', headers: { 'content-type': 'application/jose' }, body })
      return [answer.status, answer.status === 200 ? 'answered' : ((await answer.json()) as { code: string }).code]
    }
    const question = await asks(device)
    expect(await post(question)).toEqual([200, 'answered'])
    expect(await post(question)).toEqual([403, 'nonce'])
    for (const wrong of ['', 'a.b.c', `${question}x`]) expect((await post(wrong))[0]).toBe(400)
    expect(await post(await asks(device, 'https://another.example'))).toEqual([403, 'audience'])
    const impostor: DeviceKey = { ...generateDeviceKey(), kid: device.kid }
    expect(await post(await asks(impostor))).toEqual([401, 'bad_signature'])
    // A POST that no reply called for is a clone's: the hub sets the device aside.
    await hub.store.batches.receive({ kid: device.kid, gateway: 'gw-mairie', next: 'stale', body: Buffer.from('x'), events: [], receivedMs: 0, freshNext: 'fresh' })
    expect(await post(await asks(device))).toEqual([409, 'quarantined'])
  })

  test('whatever an enrolled gateway asks for, the program that sets records hears the hub’s own words', async () => {
    const folder = mkdtempSync(join(dir, 'words-'))
    const [dns, heard] = [join(folder, 'dns'), join(folder, 'heard')]
    writeFileSync(dns, `#!/bin/sh\necho "$@" >>"${heard}"\nexec "${pebble.dns}" "$@"\n`)
    chmodSync(dns, 0o755)
    const acme = { domain: DOMAIN, directory: pebble.directory, root: pebble.doorRoot, dns, accountKeyFile: join(folder, 'acme.key') }
    const strict = await startHub({ hosts: ['127.0.0.1'], port: 0, url: undefined, names: [], database: join(folder, 'hub.db'), keyFile: join(folder, 'hub.key'), city: 'Rivemont', languages: ['fr'], acme }, effects)
    try {
      const device = generateDeviceKey()
      await strict.enrolOwn({ key: device, gateway: `gw-${NEEDLE}`, epoch: 'aaaaaaaaaaaaaaaa', model: NEEDLE })
      const key = newCertificateKey()
      const csr = certificateRequest(`${NEEDLE}.${DOMAIN}`, createPrivateKey(key), createPublicKey(key)).toString('base64url')
      async function asked(): Promise<string> {
        const { nonce } = (await (await fetch(new URL('/v1/enrol/challenge', strict.origin))).json()) as { nonce: string }
        const body = await signJws(device, CERTIFICATE_TYP, JSON.stringify({ nonce, aud: strict.origin, csr, name: NEEDLE, domain: NEEDLE }))
        const answer = await (await fetch(new URL('/v1/certificate', strict.origin), { method: 'POST', headers: { 'content-type': 'application/jose' }, body })).text()
        return Buffer.from(answer.split('.')[1] ?? '', 'base64url').toString()
      }
      let told = await asked()
      for (let tries = 0; told.includes('"pending"') && tries < 400; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        told = await asked()
      }
      // The CA compares the request with the order, which is for the name that the hub made up.
      expect(told).toContain('"failed"')
      const words = readFileSync(heard, 'utf8').trim().split('\n')
      expect(words.map((line) => line.split(' ')[0])).toEqual(['set', 'clear'])
      for (const line of words) expect(line).toMatch(/^(?:set|clear) _acme-challenge\.[0-9a-hjkmnp-tv-z]{12}\.wifi\.rivemont\.example [\w-]{43}$/)
      expect(words.join()).not.toContain(NEEDLE)
    } finally {
      await strict.close()
    }
  }, 30_000)

  test('when the CA finds no record, the gateway hears why, and the next question is a new try', async () => {
    const device = await enrolled('gw-parc')
    const other = mkdtempSync(join(tmpdir(), 'parvis-certificate-'))
    const acme = { domain: DOMAIN, directory: pebble.directory, root: pebble.doorRoot, dns: '/bin/true', accountKeyFile: join(other, 'acme.key') }
    const lame = await startHub({ hosts: ['127.0.0.1'], port: 0, url: undefined, names: [], database: join(other, 'hub.db'), keyFile: join(other, 'hub.key'), city: 'Rivemont', languages: ['fr'], acme }, effects)
    await lame.enrolOwn({ key: device, gateway: 'gw-parc', epoch: 'aaaaaaaaaaaaaaaa', model: 'test' })
    const { parts } = gateway(device)
    const asked = { ...parts, url: lame.origin, hub: () => publicKey(lame.publicKey.jwk) }
    const once = async () => {
      for (;;) {
        const outcome = await askForCertificate(asked, effects).catch((error: Error) => error.message)
        if (outcome !== 'pending') return outcome
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    expect(await once()).toMatch(/did not accept _acme-challenge/)
    expect(await askForCertificate(asked, effects)).toBe('pending')
    await lame.close()
    rmSync(other, { recursive: true, force: true })
  }, 30_000)
})

describe('orders', () => {
  const DAY_MS = 24 * 3_600_000
  const refuses = { issue: () => Promise.reject(new Error('the CA refuses')) }

  test('a gateway whose orders fail gets four tries a day, and more the next day', async () => {
    const clock = manualClock(0)
    const orders = createOrders(refuses, { ...effects, clock })
    async function tries(): Promise<number> {
      for (let begun = 0; ; begun++) {
        if (begun === 10 || orders.progress('kid', 'a.example', Buffer.from('request')).state !== 'pending') return begun
        await orders.settled()
        expect(orders.progress('kid', 'a.example', Buffer.from('request'))).toEqual({ state: 'failed', reason: 'the CA refuses' })
      }
    }
    expect(await tries()).toBe(4)
    clock.advance(DAY_MS - 1)
    expect(await tries()).toBe(0)
    clock.advance(1)
    expect(await tries()).toBe(4)
  })

  test('the same request gets the chain that was issued for it, another one an order of its own', async () => {
    let issued = 0
    const orders = createOrders({ issue: async () => `chain ${++issued}` }, { ...effects, clock: manualClock(0) })
    const asks = (csr: string) => orders.progress('kid', 'a.example', Buffer.from(csr))
    expect(asks('one').state).toBe('pending')
    await orders.settled()
    expect([asks('one').chain, asks('one').chain]).toEqual(['chain 1', 'chain 1'])
    expect(asks('two').state).toBe('pending')
    await orders.settled()
    expect(asks('two').chain).toBe('chain 2')
  })
})
