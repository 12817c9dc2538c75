// What a tap behind a foreign controller leaves on our disk, and what its citizen is told of it. The controllers are SIMULATORS.
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { simulateChilli, simulateRouter, type Simulated } from '#test/support/controllers.ts'
import { nds, fasText, sealedFas } from '#test/support/fas.ts'
import { locationOf, phonesBehind, townBehind } from '#test/support/phones-behind.ts'
import { settled, tokenOf, type Answer, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'
import { readReceipt, type ReceiptText } from '../consent/receipt.ts'

const SECRET = 'ht2eb8ej6s4et3rg1ulp'
const MAC = '5C:1D:D9:20:A0:C1'
const REFUSED = 'Vos choix facultatifs n’ont pas pu être enregistrés'
const TICKED = { 'extra.lettre': 'given' }
const asking = { extras: [{ id: 'lettre', texts: { fr: 'La lettre de la ville' } }] }
let town: PortalTown
const running: Simulated[] = []
afterEach(async () => {
  await town?.close()
  await Promise.all(running.splice(0).map((one) => one.close()))
})
const { get, tap, nasOf } = phonesBehind(() => town)

async function routerTown(more: PortalTownOptions = {}, hears = true) {
  const router = await simulateRouter(nasOf('router', MAC))
  running.push(router)
  town = await townBehind([{ name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`], radiusClient: 'local' }], more, hears)
  return router
}
async function chilliTown(more: PortalTownOptions = {}) {
  const chilli = await simulateChilli(nasOf('chilli', MAC), SECRET)
  running.push(chilli)
  town = await townBehind([{ name: 'chilli', kind: 'uam', addresses: [`127.0.0.1:${chilli.port}`], secret: SECRET, radiusClient: 'local' }], more)
  return chilli
}
/** RouterOS's Accounting-Request for whoever it has let in by a tap's token. */
const started = (answer: Answer) => town.portal.guests.heard({ status: 'start', userName: new URL(locationOf(answer)).searchParams.get('username') ?? '', callingStationId: MAC }, 'local')
const linkIn = (answer: Answer): string => new URL(new URL(locationOf(answer)).searchParams.get('dst') ?? '').pathname
const receipts = (): ReceiptText[] => (town.reader.prepare('select jws from receipt order by position').pluck().all() as string[]).map(readReceipt)
const follow = async (url: string): Promise<string> => (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''

/** A disk that takes everything until it is full. */
function fillable() {
  const disk = { full: false }
  const durable = (writer: DurableWriter): DurableWriter => ({ ...writer, write: (...statements) => (disk.full ? Promise.reject(new Error('no room')) : writer.write(...statements)) })
  return { disk, durable }
}

test.each(['chilli', 'router'] as const)('who ticked what the disk then refused is told so on coming back from %s, and only then', async (name) => {
  const { disk, durable } = fillable()
  const access = await (name === 'chilli' ? chilliTown : routerTown)({ settings: asking, durable })
  for (const full of [true, false]) {
    disk.full = full
    const { answer } = await tap(access.redirect(), TICKED)
    const back = await follow(locationOf(answer))
    if (name === 'router') started(answer)
    // chilli's last redirect leads through us.
    const link = name === 'chilli' ? locationOf(await get(back)) : back
    const page = await get(link)
    expect(page.status).toBe(200)
    expect(page.body.includes(REFUSED)).toBe(full)
    // Being the device is not being who ticked.
    expect((await get(`/status?at=${/at=([\w-]+)/.exec(page.body)?.[1]}`)).body).not.toContain(REFUSED)
    await town.portal.sessions.end((await town.portal.sessions.held(tokenOf(link) as never))?.id ?? '', 'userRequest')
  }
})

test.each([1, 2])('who ticked what the disk then refused is told so on coming back from openNDS’s level %i', async (level) => {
  const { disk, durable } = fillable()
  town = await townBehind([nds(level)], { settings: asking, durable })
  disk.full = true
  const { answer } = await tap(`/at/nds?${level === 1 ? `fas=${Buffer.from(fasText()).toString('base64')}` : sealedFas(fasText())}`, TICKED)
  const link = new URL(locationOf(answer)).searchParams.get('redir') ?? ''
  expect((await get(link)).body).toContain(REFUSED)
})

test('a tap leaves nothing on the disk before its controller has let the phone in, however often anybody taps', async () => {
  const router = await routerTown({ settings: asking })
  for (const typed of [{}, TICKED]) {
    const { answer } = await tap(router.redirect({ mac: '5C:1D:D9:20:A0:C9' }), typed)
    expect((await get(linkIn(answer))).status).toBe(200)
  }
  const { answer } = await tap(router.redirect(), TICKED)
  const [, code] = /href="\/receipt\/([0-9a-z]{16})/.exec((await get(linkIn(answer))).body) ?? []
  expect(receipts()).toEqual([])
  expect((await get(`/receipt/${code}`)).status).toBe(404)
  started(answer)
  await settled(() => receipts().length > 0)
  expect(receipts()).toMatchObject([{ act: 'given', bind: 'claim' }])
  expect((await get(`/receipt/${code}`)).status).toBe(200)
  // What nobody was let in by is gone with its row.
  town.clock.advance(121_000)
  town.portal.guests.round()
  expect([receipts().length, town.volatile.prepare('select count(*) from guest').pluck().get()]).toEqual([1, 1])
})

test('where nobody tells the portal whom a controller lets in, a tap is acknowledged at once', async () => {
  const router = await routerTown({}, false)
  await tap(router.redirect())
  expect(receipts()).toMatchObject([{ act: 'acknowledged', bind: 'claim' }])
})

test('where nobody tells whom a controller lets in, a tap that claims the MAC of another hides nothing from its owner', async () => {
  const router = await routerTown({}, false)
  const own = await tap(router.redirect())
  town.clock.advance(60_000)
  const claimed = await tap(router.redirect())
  expect(claimed.answer.status).toBe(303)
  expect((await get(`/status?at=${own.at}`)).body).toContain('1 heure et 59 minutes')
  expect(JSON.parse((await get(`/capport?at=${own.at}`)).body)).toMatchObject({ captive: false })
  // Their page again: they are online, and nothing is begun anew.
  expect(locationOf(await get(`/?at=${own.at}`))).toContain('/status')
  expect((await get(`/status?at=${claimed.at}`)).body).toContain('2 heures')
})

test('a portal that is killed between the Start and the disk acknowledges when it is back', async () => {
  const stuck = (writer: DurableWriter): DurableWriter => ({ ...writer, write: () => new Promise(() => undefined) })
  const router = await routerTown({ durable: stuck })
  const { answer } = await tap(router.redirect())
  started(answer)
  const dir = mkdtempSync(join(tmpdir(), 'parvis-consent-'))
  cpSync(town.dir, dir, { recursive: true })
  const killed = town
  await routerTown({ dir, startMs: killed.clock.now() })
  await settled(() => receipts().length > 0)
  expect(receipts()).toMatchObject([{ act: 'acknowledged' }])
  await killed.close()
})

test('a flood of taps that come to nothing keeps nobody from their link', async () => {
  const router = await routerTown()
  town.volatile.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 65536)
    insert into guest (id, name, token_hash, mac, controller, deadline_ms, facts) select 'f' || i, 'f' || i, 'f' || i, '', 'router', 1, '{}' from n`)
  const { answer } = await tap(router.redirect())
  started(answer)
  expect((await get(linkIn(answer))).status).toBe(200)
  expect(town.volatile.prepare('select count(*) from guest').pluck().get()).toBe(65_536)
})
