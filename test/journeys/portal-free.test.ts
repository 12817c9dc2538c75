// The best cities ask nothing: a device that is seen is online, and nothing that is said or counted pretends otherwise.
import { afterEach, expect, test } from 'vitest'
import { dryRunNeighbours } from '#portal/gateway/dry-run.ts'
import { ask, portalTown, settled, SQUARE, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Clock } from '#shared/clock.ts'

let town: PortalTown
afterEach(() => town.close())

type See = (mac: MacAddress, network?: string) => void
/** A network that tells of its devices by itself, as a kernel does. */
async function freeTown(options: PortalTownOptions = {}): Promise<See> {
  const listeners: See[] = []
  const neighbours = (clock: Clock) => ({ ...dryRunNeighbours({ clock }), onSighting: (listener: See) => void listeners.push(listener) })
  town = await portalTown({ ...options, neighbours, settings: { methods: ['free'], ...options.settings } })
  return (mac, network) => listeners.forEach((tell) => tell(mac, network))
}
const macOf = (last: string) => `02007f0005${last}` as MacAddress
const live = () => town.portal.sessions.list()
const words = (page: string): string => page.replace(/<style>[^]*?<\/style>|<svg[^]*?<\/svg>|<[^>]*>/g, ' ').replace(/\s+/g, ' ')

test('a device that appears is let in by RADIUS under its own kind of token; no receipt says that somebody read something', async () => {
  const see = await freeTown()
  see(macOf('02'))
  await settled(() => live().length > 0)
  expect(live()).toMatchObject([{ mac: macOf('02'), method: 'free', receipt: '' }])
  expect(await town.enforcer.list()).toMatchObject([{ mac: macOf('02'), secondsLeft: 7_200 }])
  await settled(() => town.reports.length > 0)
  expect(town.reports).toMatchObject([{ status: 'start', callingStationId: '02-00-7F-00-05-02' }])
  expect(town.seen.started).toMatchObject([{ method: 'free', language: 'other', device: macOf('02') }])
  expect(town.reader.prepare('select count(*) from receipt').pluck().get()).toBe(0)
})

test('who looks all the same sees that nothing is to be done: no button, no terms, no time to watch', async () => {
  await freeTown()
  const phone = town.phone('127.0.5.2')
  for (const path of ['/', '/status']) {
    const page = await phone.get(path)
    expect([page.status, words(page.body)]).toEqual([200, expect.stringContaining('Ici, il n’y a rien à faire')])
    expect(page.body).not.toMatch(/<form|trois points|Il reste|reçu/)
  }
  expect(JSON.parse((await phone.get('/capport')).body)).toMatchObject({ captive: false })
  expect(words((await phone.get('/recorded')).body)).not.toMatch(/lu les trois points/)
  expect(await phone.post('/connect', { method: 'free', terms: '', token: '' })).toMatchObject({ status: 303, headers: { location: '/status?lang=fr' } })
  expect(live()).toHaveLength(1)
})

test('a probe that came too early gets no answer, rather than one that says captive; the next one reaches the real server', async () => {
  await freeTown()
  const way = { from: '127.0.5.3', port: town.portal.port, path: '/generate_204' }
  await expect(ask({ ...way, headers: { Host: 'connectivitycheck.gstatic.com' } })).rejects.toThrow(/hang up|ECONNRESET/)
  expect(live()).toMatchObject([{ mac: macOf('03') }])
  const page = await ask({ ...way, path: '/meteo', headers: { Host: 'journal.example', Accept: 'text/html' } })
  expect([page.status, String(page.headers['location']).startsWith(town.portal.url)]).toEqual([302, true])
})

test('as long as a device is there its connection goes on: asked for again when its time is over, and not when it has left', async () => {
  // Answers at once: a question that was on its way when the clock leapt would have been waited for in vain.
  const see = await freeTown({ nas: async () => ({ access: async () => ({ kind: 'accept', authorisation: { sessionSeconds: 600 } }), account: async () => true, close: async () => {} }) })
  for (const last of ['02', '03']) see(macOf(last))
  await settled(() => live().length === 2)
  const first = live().find(({ mac }) => mac === macOf('02'))?.id
  town.clock.advance(500_000)
  see(macOf('02'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  town.clock.advance(100_060)
  await settled(() => live().some(({ id, mac }) => mac === macOf('02') && id !== first))
  expect(live()).toMatchObject([{ mac: macOf('02') }])
})

test('whom RADIUS refuses stays outside and is told so; RADIUS is not asked for every packet', async () => {
  let asked = 0
  const see = await freeTown({ nas: async () => ({ access: async () => (asked++, { kind: 'reject' }), account: async () => true, close: async () => {} }) })
  for (let packet = 0; packet < 20; packet++) see(macOf('02'))
  await settled(() => asked > 0)
  const page = await town.phone('127.0.5.2').get('/')
  expect([page.status, words(page.body)]).toEqual([503, expect.stringContaining('n’est pas encore en ligne')])
  expect(asked).toBe(1)
  expect(JSON.parse((await town.phone('127.0.5.2').get('/capport')).body)).toMatchObject({ captive: true })
  town.clock.advance(3_000)
  see(macOf('02'))
  await settled(() => asked > 1)
  expect(asked).toBe(2)
})

test('one portal may ask at one site and ask nothing at another, told apart by the network that a device is seen on', async () => {
  const market = { ...SQUARE, id: 'marche', match: { vlan: '20' } }
  const see = await freeTown({
    settings: { methods: ['click'], methodsAt: { marche: ['free'] }, hosts: ['127.0.0.1', '127.0.0.20'], sites: [SQUARE, market], doors: [{ interface: 'lan0.20', addresses: ['127.0.0.20'], hints: { vlan: '20' } }, { interface: 'lan0', addresses: ['127.0.0.1'], hints: {} }] },
  })
  see(macOf('02'), 'lan0')
  see(macOf('03'), 'lan0.20')
  see(macOf('04'))
  await settled(() => live().length > 0)
  expect(live()).toMatchObject([{ mac: macOf('03'), site: 'marche', method: 'free' }])
  expect((await town.phone('127.0.5.2').get('/')).body).toContain('Se connecter')
  expect(words((await town.phone('127.0.5.4', '127.0.0.20').get('/')).body)).toContain('Vous êtes en ligne')
})
