// A librarian's vouchers, from her page to a phone and back: one machine that is hub, RADIUS server and gateway, as a small town has it.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { formsOf, phone, type Phone } from '#scripts/town/phone.ts'
import { rawFiles } from '../privacy/gather.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const ORDER = { label: 'médiathèque', count: '2', minutes: '60', devices: '1', until: '', form: 'digits', hours: '', megabytes: '', down: '', up: '' }
let folder: string
let town: Instance
let cookie = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parvis-vouchers-'))
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, '[portal]\nmethods = ["voucher"]\n[hub]\nportal_url = "http://wifi.example/"\n')
  town = await startInstance({ args: ['--config', config, '--role', 'portal,radius,hub,counts'] })
}, 30_000)
afterAll(async () => {
  await town.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function parvis(...args: readonly string[]): Promise<{ out: string; err: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1', PARVIS_DATA: town.data } })
  return { out: stdout, err: stderr }
}
function staff(path: string, form?: Record<string, string>): Promise<Response> {
  const origin = new URL(town.urls['staff'] ?? '').origin
  const headers = { cookie, origin, 'accept-language': 'fr' }
  if (!form) return fetch(`${origin}${path}`, { headers, redirect: 'manual' })
  return fetch(`${origin}${path}`, { method: 'POST', headers, body: new URLSearchParams(form), redirect: 'manual' })
}
async function make(label: string): Promise<string[]> {
  const page = await (await staff('/staff/vouchers', { ...ORDER, label })).text()
  return [...page.matchAll(/<p class="code"[^>]*>(.*?)<\/p>/g)].map(([, code = '']) => code.replace(/<[^>]*>|\s/g, ''))
}
async function bring(code: string, from: Phone): Promise<string> {
  const origin = town.urls['portal'] ?? ''
  const form = formsOf((await from.ask(origin, `/?v=${code}`)).body).find((one) => 'voucher' in one.fields)
  expect(form?.fields['voucher']).toBe(code)
  return (await from.ask(origin, form?.action ?? '', { form: { ...form?.fields, voucher: code } })).body
}
async function isCaptive(who: Phone): Promise<unknown> {
  return (JSON.parse((await who.ask(town.urls['portal'] ?? '', '/capport', { headers: { accept: 'application/captive+json' } })).body) as { captive: unknown }).captive
}

test('a librarian signs in, prints, and a phone that scans is online until the batch is voided: two seconds later it is not', async () => {
  const password = (await parvis('staff', 'add', 'biblio', '--role', 'desk')).out.trim()
  const entered = await staff('/staff/sign-in', { name: 'biblio', password })
  cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const codes = await make('médiathèque')
  expect(codes).toHaveLength(2)
  const [reader, other] = [phone('127.0.40.2'), phone('127.0.40.3')]
  expect(await bring(codes[0] ?? '', reader)).toContain('Vous êtes en ligne')
  expect(await bring(codes[1] ?? '', other)).toContain('Vous êtes en ligne')
  expect([await isCaptive(reader), await isCaptive(other)]).toEqual([false, false])
  expect((await staff('/staff/vouchers/void', { label: 'médiathèque' })).status).toBe(303)
  const voided = performance.now()
  while ((await isCaptive(reader)) !== true || (await isCaptive(other)) !== true) expect(performance.now() - voided).toBeLessThan(2_000)
  expect(await bring(codes[0] ?? '', phone('127.0.40.4'))).toContain('n’est plus valable')
}, 30_000)

test('the gateway’s own vouchers open beside the city’s, end as fast, and are printed on a sheet that only its owner reads', async () => {
  const file = join(folder, 'sheet.html')
  const { err } = await parvis('voucher', 'make', '--count', '3', '--minutes', '30', '--hours', '24', '--label', 'kiosque', '--sheet', file)
  expect(err).toContain('3 vouchers labelled "kiosque"')
  const sheet = readFileSync(file, 'utf8')
  const [code = ''] = [...sheet.matchAll(/<p class="code"[^>]*>(.*?)<\/p>/g)].map(([, one = '']) => one.replace(/<[^>]*>|\s/g, ''))
  expect(sheet).toContain('30 minutes en ligne')
  expect(sheet).not.toMatch(/<script|src=|href=/)
  // The running server's settings count, not those that this command would find.
  expect(err).not.toContain('portal.methods')
  await expect(parvis('voucher', 'make', '--sheet', file)).rejects.toMatchObject({ code: 2 })
  const reader = phone('127.0.41.2')
  expect(await bring(code, reader)).toContain('Vous êtes en ligne')
  expect((await parvis('voucher', 'list')).out).toMatch(/kiosque: 30 minutes, 24 hours from the first use on/)
  expect((await parvis('voucher', 'list')).out).not.toContain('médiathèque')
  await parvis('voucher', 'void', 'kiosque')
  const voided = performance.now()
  while ((await isCaptive(reader)) !== true) expect(performance.now() - voided).toBeLessThan(2_000)
}, 30_000)

test('a code that nobody made opens nothing, here or at the hub, and none is on any disk', async () => {
  const [code = ''] = await make('discret')
  expect(await bring(code, phone('127.0.42.2'))).toContain('Vous êtes en ligne')
  expect(await bring('00000000000000000000', phone('127.0.42.3'))).toContain('n’est pas connu')
  for (const { where, bytes } of rawFiles(town.data)) if (bytes.includes(code)) expect(where).toBe('nowhere')
  expect(town.log()).not.toContain(code)
  expect(existsSync(join(town.data, 'vouchers.db'))).toBe(true)
}, 30_000)
