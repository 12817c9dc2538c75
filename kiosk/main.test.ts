import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { Running } from '#shared/effects.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { startKiosk, type KioskSettings } from './main.ts'

let dataDir = ''
let lines: string[] = []
const started: Running[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'parvis-kiosk-'))
  lines = []
})
afterEach(async () => {
  for (const one of started.splice(0)) await one.close()
  rmSync(dataDir, { recursive: true })
})

async function start(more: Partial<KioskSettings> = {}): Promise<Running> {
  const clock = manualClock(Date.parse('2026-11-24T09:00Z'))
  const settings: KioskSettings = { hosts: ['127.0.0.1'], port: 0, acceptedHosts: [], dataDir, directory: { kind: 'sample' }, timezone: 'Europe/Paris', languages: ['fr', 'en', 'ar'], ...more }
  const one = await startKiosk(settings, { clock, random: randomBytes, log: jsonLog((line) => lines.push(line), clock.now), metrics: createMetrics() })
  started.push(one)
  return one
}

const urlOf = (one: Running) => new URL(one.urls['kiosk'] ?? '')

function raw(url: URL, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.end(request))
    let answer = ''
    socket.on('data', (part: Buffer) => (answer += part.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

test('the kiosk of the sample town is up, ready, and gone when it is closed', async () => {
  const one = await start()
  const url = urlOf(one)
  expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await (await fetch(new URL('/readyz', url))).text()).toBe('ready')
  expect(await (await fetch(new URL('/api/fr/home', url))).json()).toMatchObject({ town: 'Rivemont' })
  await one.close()
  expect(one.ready()).toBe(false)
  await expect(fetch(url)).rejects.toThrow()
})

test('a second start finds its directory and imports nothing', async () => {
  await (await start()).close()
  expect(lines.filter((line) => line.includes('directory-imported'))).toHaveLength(1)
  await start()
  expect(lines.filter((line) => line.includes('directory-imported'))).toHaveLength(1)
})

test('a city’s own directory takes the place of the sample town, which is not mixed in', async () => {
  await (await start()).close()
  const path = join(dataDir, 'services.csv')
  writeFileSync(path, 'id,name,status\nd1,Douches de la gare,active\n')
  const one = await start({ town: 'Saint-Aubin', directory: { kind: 'path', path } })
  expect(await (await fetch(new URL('/hsds/services', urlOf(one)))).json()).toMatchObject({ total_items: 1 })
  expect(await (await fetch(new URL('/api/fr/home', urlOf(one)))).json()).toMatchObject({ town: 'Saint-Aubin', demonstration: false, services: 1, tiles: [{ id: 'wash' }] })
})

test.each([['a path that is not there', 'nowhere'], ['a folder without files', '.']])('%s is named with its setting', async (_, path) => {
  await expect(start({ directory: { kind: 'path', path: join(dataDir, path) } })).rejects.toMatchObject({ code: 'directory', message: expect.stringContaining('kiosk.directory') })
})

test('a directory that is a link to something without an end is refused before it is read', async () => {
  const path = join(dataDir, 'services.csv')
  symlinkSync('/dev/zero', path)
  await expect(start({ directory: { kind: 'path', path } })).rejects.toMatchObject({ code: 'directory', message: expect.stringContaining('no ordinary file') })
})

test('a directory without one active service is refused: an empty screen helps nobody', async () => {
  const path = join(dataDir, 'services.csv')
  writeFileSync(path, 'id,name,status\nd1,Douches,defunct\n')
  await expect(start({ directory: { kind: 'path', path } })).rejects.toMatchObject({ code: 'directory' })
})

test('a taken port is named', async () => {
  const port = Number(urlOf(await start()).port)
  const other = mkdtempSync(join(tmpdir(), 'parvis-kiosk-'))
  await expect(start({ port, dataDir: other })).rejects.toMatchObject({ code: 'port', data: { key: 'kiosk.port' } })
  rmSync(other, { recursive: true })
})

test.each([
  ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'], ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'], ['an absolute foreign address', 'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n'], ['a bad escape', 'GET /%zz?%=% HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ['a star', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'], ['a Host of nonsense', 'GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n'], ['no HTTP', 'HELLO\r\n\r\n'],
])('on the wire, %s gets no 5xx and the kiosk lives on', async (_, request) => {
  const url = urlOf(await start())
  const answer = await raw(url, request)
  expect(answer).not.toMatch(/^HTTP\/1\.1 5/)
  expect(answer).not.toContain('evil')
  expect((await fetch(new URL('/healthz', url))).status).toBe(200)
})
