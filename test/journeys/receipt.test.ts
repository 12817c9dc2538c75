// From the tap to the auditor: a copy that a citizen took is checked by command, and the hub has the head of its day.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { headSender } from '#scripts/run/delivery.ts'
import { connect, phone } from '#scripts/town/phone.ts'
import { openDb } from '#shared/db/open.ts'
import { signJws } from '#shared/sign.ts'
import { HEAD_TYP } from '#shared/receipt-head.ts'
import { GATEWAY_MIGRATIONS } from '#portal/migrations.ts'
import { enrolAtOwnHub } from '#portal/sync/own-hub.ts'
import { createPush } from '#portal/sync/push.ts'
import { SQUARE } from '#test/support/portal-town.ts'
import { gateway, START_MS, testEffects, townHub } from './delivery-parts.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'parvis-receipt-'))
const citizen = phone('127.61.4.2')
let server: Instance
let code = ''

function parvis(...args: readonly string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1', PARVIS_DATA: join(folder, 'data') }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (out += part.toString()))
  return new Promise((resolve) => child.once('close', (status) => resolve({ code: status, out })))
}
const portal = () => server.urls['portal'] ?? ''

beforeAll(async () => {
  const terms = join(folder, 'terms')
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, `[[sites]]\nid = "default"\nterms = "${terms}"\n\n[[portal.extras]]\nid = "lettre"\nfr = "La lettre de la ville"\n`)
  expect((await parvis('check', '--config', config)).out).toMatch(/terms.*cannot be read/)
  mkdirSync(terms)
  writeFileSync(join(terms, 'fr.html'), '<!-- id: reglement; version: 2026-11; title: Règlement -->\n<p>un</p>\n<iframe></iframe>')
  expect((await parvis('check', '--config', config)).out).toContain('fr.html:3: <iframe> is not allowed in terms')
  writeFileSync(join(terms, 'fr.html'), '<!-- id: reglement; version: 2026-11; title: Règlement -->\n<p>un</p>\n')
  server = await startInstance({ data: join(folder, 'data'), args: ['--config', config, '--role', 'portal,radius', '--hub.mode=off'] })
  const visit = await connect(citizen, portal())
  code = /\/receipt\/([0-9a-z]{16})/.exec((await citizen.ask(portal(), visit.sessionPath ?? '')).body)?.[1] ?? ''
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a copy that a citizen took is the gateway’s, and an altered one is not', async () => {
  const copy = (await citizen.ask(portal(), `/receipt/${code}/copy`)).body
  writeFileSync(join(folder, 'copy.json'), copy)
  expect(await parvis('receipt', 'verify', join(folder, 'copy.json'))).toMatchObject({ code: 0, out: expect.stringContaining('acknowledged') })
  const { receipts, key } = JSON.parse(copy) as { receipts: { jws: string }[]; key: unknown }
  const [head = '', payload = '', signature = ''] = receipts[0]?.jws.split('.') ?? []
  const other = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"given":false', '"given":true ')).toString('base64url')
  writeFileSync(join(folder, 'altered.json'), JSON.stringify({ receipts: [{ jws: [head, other, signature].join('.') }], key }))
  expect(await parvis('receipt', 'verify', join(folder, 'altered.json'))).toMatchObject({ code: 1, out: expect.stringContaining('did not sign it') })
  writeFileSync(join(folder, 'nothing.json'), '{}')
  expect((await parvis('receipt', 'verify', join(folder, 'nothing.json'))).code).toBe(2)
})

test('the gateway audits itself, and a row that was changed in its file is named', async () => {
  expect(await parvis('receipt', 'audit')).toMatchObject({ code: 0 })
  const db = openDb(join(folder, 'data', 'gateway.db'), { durability: 'relaxed', migrations: GATEWAY_MIGRATIONS })
  db.exec("update receipt set jws = jws || 'A'")
  db.close()
  expect(await parvis('receipt', 'audit')).toMatchObject({ code: 1, out: expect.stringContaining('position 1') })
})

test('a day’s head goes through the outbox to the hub', async () => {
  const effects = testEffects()
  effects.clock.setNow(START_MS + 86_400_000)
  const hub = await townHub(folder, effects)
  const gw = gateway(folder, 'gw-place')
  try {
    await enrolAtOwnHub(hub, { ...gw, gateway: gw.name })
    const jws = await signJws(gw.key, HEAD_TYP, JSON.stringify({ iss: gw.name, site: 'default', day: '2026-11-01', root: 'a'.repeat(64), prev: null }))
    const books = { gateway: gw.name, key: gw.key, epoch: gw.epoch, store: { durable: gw.durable, reader: gw.reader, close: async () => {} } }
    await headSender(books, effects, () => ({ sync: 'system', offset_ms: 0 }))({ site: SQUARE, day: '2026-11-01', jws })
    await createPush({ url: hub.origin }, effects, { ...gw, fetch: (url, init) => hub.fetch(url, init) }).drain()
    expect(await hub.store.receiptHeads.of(gw.name, 'default', 10)).toMatchObject([{ day: '2026-11-01', head: jws }])
  } finally {
    await gw.close()
    await hub.close()
  }
})
