// What a tap behind a foreign controller leaves on our disk, and what its citizen is told of it. The controllers are SIMULATORS.
import { afterEach, expect, test } from 'vitest'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { simulateChilli, simulateRouter, type Simulated } from '#test/support/controllers.ts'
import { nds, fasText, sealedFas } from '#test/support/fas.ts'
import { locationOf, phonesBehind, townBehind } from '#test/support/phones-behind.ts'
import { tokenOf, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'

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

async function routerTown(more: PortalTownOptions = {}) {
  const router = await simulateRouter(nasOf('router', MAC))
  running.push(router)
  town = await townBehind([{ name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`], radiusClient: 'local' }], more)
  return router
}
async function chilliTown(more: PortalTownOptions = {}) {
  const chilli = await simulateChilli(nasOf('chilli', MAC), SECRET)
  running.push(chilli)
  town = await townBehind([{ name: 'chilli', kind: 'uam', addresses: [`127.0.0.1:${chilli.port}`], secret: SECRET, radiusClient: 'local' }], more)
  return chilli
}
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
