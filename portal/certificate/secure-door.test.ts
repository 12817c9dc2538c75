import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import type { Certified } from '#shared/http/listen.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { httpsGet } from '#test/support/https-get.ts'
import { absent } from '#test/support/peer.ts'
import { selfSigned } from '#test/support/pebble.ts'
import { readCertificate } from './judgement.ts'
import { openSecureDoor, type SecureDoor, type TlsParts } from './secure-door.ts'

const NAME = 'x7k2.wifi.rivemont.example'
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const PLAIN = 'http://192.168.70.1:8080/'

describe.skipIf(absent('openssl'))('the portal\'s door with TLS', () => {
  let dir: string
  let pair: Certified
  let other: Certified
  let untilMs: number
  let clock: ManualClock
  let door: SecureDoor | undefined
  let told: (string | undefined)[]
  let lines: string[]
  let metrics: ReturnType<typeof createMetrics>

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'parvis-tls-'))
    const read = (name: string, days: number): Certified => {
      const { cert, key } = selfSigned(dir, name, days)
      return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
    }
    pair = read(NAME, 60)
    other = read('other.wifi.rivemont.example', 60)
    untilMs = readCertificate(pair).untilMs
  })
  afterEach(async () => {
    await door?.close()
    door = undefined
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  async function open(nowMs: number, read: () => Certified | undefined, more: Partial<TlsParts> = {}): Promise<SecureDoor> {
    clock = manualClock(nowMs)
    told = []
    lines = []
    metrics = createMetrics()
    const effects: Effects = { clock, metrics, random: () => Buffer.alloc(1), log: jsonLog((line) => lines.push(line), clock.now) }
    const announcements: TlsParts['announcements'] & object = { announce: (uri) => void told.push(uri), name() {}, close: async () => {} }
    const tls: TlsParts = { port: 0, read, addresses: () => [], announcements, ...more }
    door = await openSecureDoor({ hosts: ['127.0.0.1'] }, tls, { url: `https://${NAME}/`, plainUrl: PLAIN, listener: (_, response) => response.end('the portal') }, effects)
    return door
  }
  const get = (opened: SecureDoor, ca = pair.cert, name = NAME) => httpsGet(opened.urls['secure'] ?? '', { ca, name }).then(({ body }) => body, (error: NodeJS.ErrnoException) => `refused: ${error.code}`)
  const metric = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics.text())?.[1])

  test('while its certificate is good, phones are told of the API and sent to https', async () => {
    const opened = await open(untilMs - 59 * DAY_MS, () => pair)
    expect(await get(opened)).toBe('the portal')
    const port = new URL(opened.urls['secure'] ?? '').port
    expect(opened.apiUrl()).toBe(`https://${NAME}:${port}/capport`)
    expect(told).toEqual([undefined, opened.apiUrl()])
    expect(opened.url()).toBe(`https://${NAME}/`)
    expect([opened.isOurs(NAME.toUpperCase()), opened.isOurs(`${NAME}:${port}`), opened.isOurs('captive.apple.com')]).toEqual([true, true, false])
    expect(metric('portal_certificate_alarm')).toBe(0)
  })

  test('it says so at half its life, and goes on', async () => {
    const opened = await open(untilMs - 31 * DAY_MS, () => pair)
    expect(metric('portal_certificate_alarm')).toBe(0)
    clock.advance(DAY_MS + 2 * MINUTE_MS)
    expect(lines.some((line) => line.includes('past its half life'))).toBe(true)
    expect(metric('portal_certificate_alarm')).toBe(1)
    expect(opened.apiUrl()).toBeDefined()
    expect(await get(opened)).toBe('the portal')
    expect(lines.filter((line) => line.includes('half life'))).toHaveLength(1)
    clock.advance(DAY_MS)
    expect(lines.filter((line) => line.includes('half life'))).toHaveLength(2)
  })

  test('half an hour before its end it is told to nobody any more, so that no lease outlives it; at its end TLS is refused, and the page is plain', async () => {
    const opened = await open(untilMs - DAY_MS, () => pair)
    clock.advance(DAY_MS - 31 * MINUTE_MS)
    expect(opened.apiUrl()).toBeDefined()
    clock.advance(2 * MINUTE_MS)
    expect(opened.apiUrl()).toBeUndefined()
    expect(told.at(-1)).toBeUndefined()
    expect(opened.url()).toBe(PLAIN)
    expect(await get(opened)).toBe('the portal')
    clock.advance(30 * MINUTE_MS)
    expect(await get(opened)).toMatch(/^refused: /)
    expect(metric('portal_certificate_seconds_left')).toBe(0)
  })

  test('a new certificate is in force within a minute, without a restart', async () => {
    let now = pair
    const opened = await open(untilMs - DAY_MS, () => now)
    now = other
    clock.advance(MINUTE_MS)
    expect(await get(opened)).toMatch(/^refused: /)
    expect(await get(opened, other.cert, 'other.wifi.rivemont.example')).toBe('the portal')
    expect(told.at(-1)).toContain('https://other.wifi.')
    expect([opened.isOurs(NAME), opened.isOurs('other.wifi.rivemont.example')]).toEqual([false, true])
  })

  const BAD: readonly (readonly [string, () => Certified | undefined, Partial<TlsParts>])[] = [
    ['absent', () => undefined, {}],
    ['a file of nonsense', () => ({ cert: 'hello', key: 'hello' }), {}],
    ['with another\'s key', () => ({ cert: pair.cert, key: other.key }), {}],
    ['for another name than the settings give', () => pair, { domain: 'wifi.rivemont.example' }],
    ['unreadable', () => { throw new Error('EACCES') }, {}],
  ]
  test.each(BAD)('with a certificate that is %s nothing is told, TLS is refused, and the gateway runs on', async (_, read, more) => {
    const opened = await open(untilMs - DAY_MS, read, more)
    expect([opened.apiUrl(), opened.url(), told.filter((uri) => uri !== undefined)]).toEqual([undefined, PLAIN, []])
    expect(await get(opened)).toMatch(/^refused: /)
    expect(lines.some((line) => line.includes('withdrawn'))).toBe(true)
    expect(metric('portal_certificate_alarm')).toBe(1)
  })

  test('with a clock of 1970 nothing is told, and all is well once the time is known', async () => {
    const opened = await open(0, () => pair)
    expect(opened.apiUrl()).toBeUndefined()
    clock.setNow(untilMs - DAY_MS)
    clock.advance(MINUTE_MS)
    expect(opened.apiUrl()).toBeDefined()
  })

  test('without a TLS port of ours the settings are believed', async () => {
    const effects: Effects = { clock: manualClock(0), metrics: createMetrics(), random: () => Buffer.alloc(1), log: jsonLog(() => {}, () => 0) }
    const believed = await openSecureDoor({ hosts: [], apiUrl: 'https://wifi.rivemont.example/capport' }, undefined, { url: PLAIN, plainUrl: PLAIN, listener() {} }, effects)
    expect([believed.apiUrl(), believed.url()]).toEqual(['https://wifi.rivemont.example/capport', PLAIN])
  })
})
