// From a controller's redirect to the open net and back: our portal and RADIUS server are real, the controllers are SIMULATORS.
import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { hashToken, parseToken } from '../session/token.ts'
import { GATEWAY, fasText, nds, RHID, sealedFas } from '#test/support/fas.ts'
import { atOf, locationOf, phonesBehind, townBehind } from '#test/support/phones-behind.ts'
import { formFields, settled, tokenOf, type Answer, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'
import type { ControllerSettings } from './controller.ts'
import { simulateChilli, simulateRouter, simulateUnifi, type Simulated } from '#test/support/controllers.ts'

const SECRET = 'ht2eb8ej6s4et3rg1ulp'
const MAC = '5C-1D-D9-20-A0-C1'
const OTHER = '5C-1D-D9-20-A0-C2'
let town: PortalTown
const running: Simulated[] = []
afterEach(async () => {
  await town?.close()
  await Promise.all(running.splice(0).map((one) => one.close()))
})

const { get, post, tap, nasOf } = phonesBehind(() => town)

async function open(controllers: readonly ControllerSettings[], more: PortalTownOptions = {}): Promise<void> {
  town = await townBehind(controllers, more)
}

async function chilliTown(more: PortalTownOptions = {}) {
  const chilli = await simulateChilli(nasOf('chilli', MAC), SECRET)
  running.push(chilli)
  await open([{ name: 'chilli', kind: 'uam', addresses: [`127.0.0.1:${chilli.port}`], secret: SECRET, radiusClient: 'local' }], more)
  return chilli
}

test('behind CoovaChilli the phone brings its token there, RADIUS says yes, and the person comes back to their own link', async () => {
  const chilli = await chilliTown()
  const { page, answer } = await tap(chilli.redirect())
  expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${chilli.origin};`)
  expect(page.body).not.toContain('5c1dd920a0c1')
  expect(answer.status).toBe(303)
  expect(locationOf(answer)).toMatch(new RegExp(`^${chilli.origin}/logon\\?username=[0-9a-z]{24}&response=[0-9a-f]{32}&userurl=`))
  const logged = await fetch(locationOf(answer), { redirect: 'manual' })
  expect(chilli.online.size).toBe(1)
  const back = await get(logged.headers.get('location') ?? '')
  expect(locationOf(back)).toMatch(/^\/s\/[0-9a-z]{26}\?lang=fr$/)
  const mine = await get(locationOf(back))
  expect(mine.body).toContain('2 heures')
  // Time is the controller's: nothing is offered that it would not hear of. And the page's own links know who asks.
  expect(mine.body).not.toContain('action="/pause"')
  expect(mine.body).not.toContain('action="/extend"')
  const status = /href="(\/status[^"]+)"/.exec(mine.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect((await get(status)).body).toContain('2 heures')
  expect(town.seen.started).toMatchObject([{ device: '5c1dd920a0c1', site: 'default' }])
  expect(town.seen.sightings).toEqual([{ site: 'default', mac: '5c1dd920a0c1' }])
  // The portal itself has told no server of this session: its controller does.
  expect(town.portal.sessions.list()).toHaveLength(0)
})

test('a token that chilli was given for one phone opens nothing for another, and no second time', async () => {
  const chilli = await chilliTown()
  const { answer } = await tap(chilli.redirect())
  const logon = locationOf(answer)
  // The same answer to the same challenge, brought by another phone.
  chilli.phone.mac = OTHER
  const stolen = await fetch(logon, { redirect: 'manual' })
  expect(stolen.headers.get('location')).toContain('res=failed')
  expect((await get(locationOf(await get(stolen.headers.get('location') ?? '')))).status).toBe(403)
  expect(chilli.online.size).toBe(0)
  chilli.phone.mac = MAC
  await fetch(logon, { redirect: 'manual' })
  expect(chilli.online.size).toBe(1)
  // Later, with the session over: the token has been used, and a new challenge makes its answer wrong.
  town.clock.advance(40_000)
  chilli.redirect()
  expect((await fetch(logon, { redirect: 'manual' })).headers.get('location')).toContain('res=failed')
})

test('a redirect opens one session: once that is over, the page must be asked for anew', async () => {
  const chilli = await chilliTown()
  const redirect = chilli.redirect()
  const { answer } = await tap(redirect)
  const logged = await fetch(locationOf(answer), { redirect: 'manual' })
  const mine = locationOf(await get(logged.headers.get('location') ?? ''))
  const pages = (await get(mine)).body
  const [guest] = [town.portal.guests.held(parseToken(mine.slice(3, 29)) ?? ('' as never))]
  town.portal.guests.heard({ status: 'stop', userName: guest?.user ?? '', sessionSeconds: 10 }, 'local')
  expect(town.seen.ended).toHaveLength(1)
  // Nor does the state on the pages of the session that is over.
  expect((await post(`/connect?at=${atOf(pages)}`, formFields((await get(`/?at=${atOf(pages)}`)).body))).status).toBe(403)
  const again = await get(locationOf(await get(redirect)))
  expect(again.status).toBe(200)
  const refused = await post(`/connect?at=${atOf(locationOf(await get(redirect)))}`, formFields(again.body))
  expect(refused.status).toBe(403)
  expect(refused.body).toContain('borne Wi-Fi')
  expect((await tap(chilli.redirect())).answer.status).toBe(303)
})

test('a page of one phone cannot be sent by another, nor after half an hour, nor with a state that we did not seal', async () => {
  const chilli = await chilliTown()
  const first = await get(locationOf(await get(chilli.redirect())))
  const second = atOf(locationOf(await get(chilli.redirect({ mac: OTHER }))))
  expect((await post(`/connect?at=${second}`, formFields(first.body))).status).toBe(403)
  expect((await post(`/connect?at=${second.slice(0, -2)}AA`, formFields(first.body))).status).toBe(403)
  expect((await post('/connect', formFields(first.body))).status).toBe(403)
  town.clock.advance(31 * 60_000)
  expect((await get(`/?at=${second}`)).status).toBe(403)
})

test('what chilli has not signed, and who it names that is not on the list, is refused before any page', async () => {
  const chilli = await chilliTown()
  const redirect = chilli.redirect()
  for (const wrong of [redirect.replace(/mac=[^&]+/, `mac=${OTHER}`), redirect.replace(/&md=.*/, ''), redirect.replace(/uamport=\d+/, 'uamport=1'), redirect.replace('/at/chilli', '/at/other')]) {
    const answer = await get(wrong)
    expect(answer.status).toBe(403)
    expect(answer.headers['location']).toBeUndefined()
  }
  expect(town.effects.metrics.text()).toMatch(/portal_refused_total\{why="controller_signature"\} 2/)
})

test('what a phone asked for through chilli, signed and all, leads nowhere but to its own link', async () => {
  const chilli = await chilliTown()
  const here = town.portal.url
  for (const userurl of [`${here}s/..//evil.example/x`, `${here}s//evil.example`, `${here}s/%2e%2e//evil.example`, `${here}s/${'0'.repeat(26)}/../..//evil.example`, String.raw`${here}s/..\\evil.example`, 'http://evil.example/s/00000000000000000000000000']) {
    for (const res of ['success', 'already', 'logoff']) expect(locationOf(await get(chilli.redirect({ res, userurl }))), userurl).toMatch(/^\/status\?at=/)
  }
})

test('under one challenge of chilli one password is hidden, and no second for who listens to compare with', async () => {
  const chilli = await chilliTown({ settings: { methods: ['account'] } })
  const redirect = chilli.redirect()
  const page = await get(locationOf(await get(redirect)))
  const own = { ...formFields(page.body), name: 'camille', password: 'Bibliotheque!42' }
  expect(locationOf(await post(`/connect?at=${atOf(locationOf(await get(redirect)))}`, own))).toMatch(/logon\?username=camille&password=[0-9a-f]{30}&/)
  const listener = await post(`/connect?at=${atOf(locationOf(await get(redirect)))}`, { ...own, password: 'A'.repeat(16) })
  expect(listener.status).toBe(403)
  expect(listener.headers['location']).toBeUndefined()
  // Whoever mistyped is sent here anew, with another challenge.
  expect((await post(`/connect?at=${atOf(locationOf(await get(chilli.redirect())))}`, own)).status).toBe(303)
})

test('a session that nobody begins is dropped after two minutes, and never counted', async () => {
  const chilli = await chilliTown()
  const { answer } = await tap(chilli.redirect())
  const token = parseToken(/%2Fs%2F([0-9a-z]{26})/.exec(locationOf(answer))?.[1] ?? '')
  if (!token) throw new Error('no link goes to the controller')
  expect(town.portal.guests.held(token)).toBeDefined()
  town.clock.advance(121_000)
  town.portal.guests.round()
  expect(town.portal.guests.held(token)).toBeUndefined()
  expect(town.seen.started).toHaveLength(0)
  expect(town.volatile.prepare('select count(*) from guest where token_hash = ?').pluck().get(hashToken(token))).toBe(0)
})

test('who ends a session by their link ends it at the access server; where that is silent, the phone leaves by itself', async () => {
  const asked: string[] = []
  let heard = true
  const chilli = await chilliTown({ parts: { hangUp: async (user) => (asked.push(user), heard) } })
  const { answer } = await tap(chilli.redirect())
  const back = await get((await fetch(locationOf(answer), { redirect: 'manual' })).headers.get('location') ?? '')
  const token = tokenOf(locationOf(back))
  heard = false
  expect((await get(`/s/${token}`)).headers['content-security-policy']).toContain(chilli.origin)
  expect(locationOf(await post('/disconnect', { token }))).toBe(`${chilli.origin}/logoff`)
  heard = true
  expect((await post('/disconnect', { token })).status).toBe(200)
  expect(asked).toEqual([...chilli.online, ...chilli.online])
  expect(town.seen.ended).toHaveLength(1)
})

test('behind RouterOS the phone brings its token to the login page, and is told there where to go on', async () => {
  const router = await simulateRouter(nasOf('router', '5C:1D:D9:20:A0:C1'))
  running.push(router)
  await open([{ name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`], radiusClient: 'local' }])
  const { answer } = await tap(router.redirect())
  const logged = await fetch(locationOf(answer), { redirect: 'manual' })
  expect(router.online.size).toBe(1)
  expect(logged.headers.get('location')).toMatch(/\/s\/[0-9a-z]{26}\?lang=fr$/)
  const page = await get(logged.headers.get('location') ?? '')
  expect(page.status).toBe(200)
  // Somebody else's MAC may be claimed: what comes of it is a token that only works for that MAC.
  const claimed = await tap(router.redirect({ mac: '5C:1D:D9:20:A0:C9' }))
  expect((await fetch(locationOf(claimed.answer), { redirect: 'manual' })).headers.get('location')).toContain('error=')
  expect(router.online.size).toBe(1)
  // And nobody is counted for what anyone may claim.
  expect(town.seen.sightings).toHaveLength(0)
})

/** What a page says once what is drawn anew for each answer is taken out. */
const said = (page: Answer): string => page.body.replace(/(at=|to=|name="t(?:oken|o)" value=")[\w-]+/g, '$1')

/** All that a redirect leads to, its tap included, but for what is each tap's own. */
async function toldTo(redirect: string, claimed: string): Promise<unknown[]> {
  const { page, answer, at } = await tap(redirect)
  const [status, capport, first] = [await get(`/status?at=${at}`), await get(`/capport?at=${at}`), await get(`/?at=${at}`)]
  const bare = (address: string): string => address.replace(claimed, '').replace(/(username|password)=[^&]+|%2Fs%2F\w{26}/g, '$1').replace(/at=[\w-]+/, 'at=')
  return [said(page), answer.status, said(answer), bare(locationOf(answer)), status.status, said(status), capport.body, said(first), first.status, bare(locationOf(first))]
}

test('whoever claims the MAC of a phone that is online learns nothing of it: not that it is, not how long', async () => {
  const router = await simulateRouter(nasOf('router', '5C:1D:D9:20:A0:C1'))
  running.push(router)
  await open([{ name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`], radiusClient: 'local' }])
  const own = await tap(router.redirect())
  await fetch(locationOf(own.answer), { redirect: 'manual' })
  // RouterOS's Accounting-Request.
  town.portal.guests.heard({ status: 'start', userName: new URL(locationOf(own.answer)).searchParams.get('username') ?? '', callingStationId: '5C:1D:D9:20:A0:C1' }, 'local')
  expect((await get(`/status?at=${own.at}`)).body).toContain('2 heures')
  const [claimed, unknown] = ['5C:1D:D9:20:A0:C1', '5C:1D:D9:20:A0:C9']
  expect(await toldTo(router.redirect({ mac: claimed }), claimed)).toEqual(await toldTo(router.redirect({ mac: unknown }), unknown))
})

test('who hears a phone’s challenge on the air and arrives with it is another redirect: nothing of the session is shown to them', async () => {
  const router = await simulateRouter(nasOf('router', '5C:1D:D9:20:A0:C1'))
  running.push(router)
  await open([{ name: 'router', kind: 'mikrotik', addresses: [`127.0.0.1:${router.port}`], radiusClient: 'local' }])
  const redirect = router.redirect()
  const own = await tap(redirect)
  await fetch(locationOf(own.answer), { redirect: 'manual' })
  town.portal.guests.heard({ status: 'start', userName: new URL(locationOf(own.answer)).searchParams.get('username') ?? '', callingStationId: '5C:1D:D9:20:A0:C1' }, 'local')
  expect((await get(`/status?at=${own.at}`)).body).toContain('2 heures')
  const heard = atOf(locationOf(await get(redirect)))
  expect((await get(`/status?at=${heard}`)).body).not.toContain('2 heures')
  expect(JSON.parse((await get(`/capport?at=${heard}`)).body)).toMatchObject({ captive: true })
})

const clearFas = (mac?: string): string => `/at/nds?fas=${Buffer.from(fasText(mac)).toString('base64')}`
const [NEIGHBOUR, NOBODY] = ['5c:1d:d9:20:a0:c1', '5c:1d:d9:20:a0:c9']

test('on openNDS’s level 1 too whoever claims the MAC of a phone learns nothing of it, and keeps its owner from nothing', async () => {
  await open([nds(1)])
  expect((await tap(clearFas(NEIGHBOUR))).answer.status).toBe(303)
  expect(await toldTo(clearFas(NEIGHBOUR), NEIGHBOUR)).toEqual(await toldTo(clearFas(NOBODY), NOBODY))
  // The stranger has tapped last: the owner goes on all the same, by a redirect of their own.
  const own = await tap(clearFas(NEIGHBOUR))
  expect(locationOf(own.answer)).toContain('/opennds_auth/')
  const page = await get(new URL(locationOf(own.answer)).searchParams.get('redir') ?? '')
  expect(page.body).toContain('2 heures')
  expect((await get(`/status?at=${own.at}`)).body).toContain('2 heures')
  expect(town.portal.sessions.list().map(({ mac }) => mac).sort()).toEqual(['5c1dd920a0c1', '5c1dd920a0c9'])
  await settled(() => town.reports.filter(({ status }) => status === 'stop').length === 2)
})

test('that a MAC is barred is told to a tap, and not to whoever builds a redirect with it', async () => {
  await open([nds(1)])
  await tap(clearFas(NEIGHBOUR))
  await town.portal.sessions.bar(town.portal.sessions.list()[0]?.id ?? '')
  const pagesOf = async (mac: string): Promise<unknown[]> => {
    const at = atOf(locationOf(await get(clearFas(mac))))
    const pages = [await get(`/?at=${at}`), await get(`/status?at=${at}`), await get(`/capport?at=${at}`), await post(`/connect?at=${at}`, {})]
    return pages.map((page) => [page.status, said(page)])
  }
  expect(await pagesOf(NEIGHBOUR)).toEqual(await pagesOf(NOBODY))
  const { answer } = await tap(clearFas(NEIGHBOUR))
  expect(answer.status).toBe(403)
  expect(answer.body).toContain('reconnecter')
  expect(town.portal.sessions.list()).toEqual([])
  // A gateway that vouches for the MAC may be told at once.
  await town.close()
  await open([nds(2)])
  await tap(`/at/nds?${sealedFas(fasText())}`)
  await town.portal.sessions.bar(town.portal.sessions.list()[0]?.id ?? '')
  expect((await get(locationOf(await get(`/at/nds?${sealedFas(fasText())}`)))).status).toBe(403)
})

test('where nobody vouches for a MAC a place is taken for as long as its gateway was told, however often the same one is claimed or left', async () => {
  await open([nds(1)], { settings: { mostSessions: 4 } })
  await tap(clearFas(NEIGHBOUR))
  await tap(clearFas(NEIGHBOUR))
  for (let n = 0; n < 2; n++) {
    const { answer } = await tap(clearFas(NOBODY))
    await post('/disconnect', { token: tokenOf(new URL(locationOf(answer)).searchParams.get('redir') ?? '') })
  }
  expect((await tap(clearFas('5c:1d:d9:20:a0:c2'))).answer.status).toBe(503)
  town.clock.advance(7_200_000)
  expect((await tap(clearFas('5c:1d:d9:20:a0:c2'))).answer.status).toBe(303)
})

const UNIFI_MAC = '5c:1d:d9:20:a0:c1'
for (const os of [false, true]) {
  test(`${os ? 'UniFi OS' : 'the older UniFi'} lets in a guest that waits there, for as long as RADIUS said, and out again`, async () => {
    const unifi = await simulateUnifi({ os })
    running.push(unifi)
    unifi.stations.set(UNIFI_MAC, { mac: UNIFI_MAC, is_guest: true, authorized: false, rx_bytes: 1_000, tx_bytes: 5_000 })
    const api = { url: `${unifi.origin}/`, user: 'parvis', password: 'secret', site: 'default' }
    await open([{ name: 'unifi', kind: 'unifi', addresses: [], api }], { profile: { sessionSeconds: 3_600, downKbps: 4_000, upKbps: 1_000, quotaBytes: 500_000_000 } })
    const { answer } = await tap(`/guest/s/default/?ap=00:11:22:33:44:55&id=${UNIFI_MAC}&t=1700000000&url=http%3A%2F%2Fexample.org%2F&ssid=Ville`)
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('example.org')
    expect(unifi.commands).toEqual([{ cmd: 'authorize-guest', mac: UNIFI_MAC, minutes: 60, up: 1_000, down: 4_000, bytes: 500, ap_mac: '00:11:22:33:44:55' }])
    const [session] = town.portal.sessions.list()
    expect(session).toMatchObject({ mac: '5c1dd920a0c1', behind: { controller: 'unifi' } })
    unifi.expire()
    Object.assign(unifi.stations.get(UNIFI_MAC) ?? {}, { rx_bytes: 3_000, tx_bytes: 9_000, rx_packets: 3, tx_packets: 4 })
    await town.portal.sessions.round()
    expect(town.portal.sessions.list()[0]?.usage).toMatchObject({ upBytes: 2_000, downBytes: 4_000 })
    // Who claims its MAC meanwhile hears what they would hear of a phone that nobody knows.
    Object.assign(unifi.stations.get(UNIFI_MAC) ?? {}, { authorized: true })
    const [claimed, unknown] = [await tap(`/guest/s/default/?id=${UNIFI_MAC}&t=1&ssid=Ville`), await tap('/guest/s/default/?id=5c:1d:d9:20:a0:c9&t=1&ssid=Ville')]
    expect([claimed.answer.status, said(claimed.answer), said(claimed.page)]).toEqual([403, said(unknown.answer), said(unknown.page)])
    const token = tokenOf(answer.body)
    expect((await post('/disconnect', { token })).status).toBe(200)
    expect(unifi.commands.at(-1)).toEqual({ cmd: 'unauthorize-guest', mac: UNIFI_MAC })
    await settled(() => town.reports.length === 2)
  })
}

test('whoever claims a MAC that UniFi does not know as a waiting guest gets nothing, and RADIUS is not asked', async () => {
  const unifi = await simulateUnifi()
  running.push(unifi)
  await open([{ name: 'unifi', kind: 'unifi', addresses: [], api: { url: `${unifi.origin}/`, user: 'parvis', password: 'secret', site: 'default' } }])
  const redirect = `/guest/s/default/?id=${UNIFI_MAC}&t=1&url=http%3A%2F%2Fexample.org%2F&ssid=Ville`
  for (const station of [undefined, { is_guest: false, authorized: false }, { is_guest: true, authorized: true }]) {
    unifi.stations.clear()
    if (station) unifi.stations.set(UNIFI_MAC, { mac: UNIFI_MAC, ...station })
    expect((await tap(redirect)).answer.status).toBe(403)
  }
  expect(unifi.commands).toEqual([])
  expect(town.portal.sessions.list()).toHaveLength(0)
  // A controller that is silent is our trouble, not the phone's.
  await running.pop()?.close()
  const arrived = await get(redirect)
  const page = await get(locationOf(arrived))
  expect((await post(`/connect?at=${atOf(locationOf(arrived))}`, formFields(page.body))).status).toBe(503)
  expect(town.portal.ready()).toBe(true)
})

test('UniFi is asked about a MAC of which a session is open as about any other: a guest who waits anew is let in, and its silence says nothing', async () => {
  const unifi = await simulateUnifi()
  running.push(unifi)
  unifi.stations.set(UNIFI_MAC, { mac: UNIFI_MAC, is_guest: true, authorized: false, rx_bytes: 1_000, tx_bytes: 5_000 })
  await open([{ name: 'unifi', kind: 'unifi', addresses: [], api: { url: `${unifi.origin}/`, user: 'parvis', password: 'secret', site: 'default' } }])
  const redirect = (mac: string): string => `/guest/s/default/?id=${mac}&t=1&ssid=Ville`
  expect((await tap(redirect(UNIFI_MAC))).answer.status).toBe(200)
  // As when somebody has ended it there.
  Object.assign(unifi.stations.get(UNIFI_MAC) ?? {}, { authorized: false, rx_bytes: 3_000, rx_packets: 30 })
  expect((await tap(redirect(UNIFI_MAC))).answer.status).toBe(200)
  expect(unifi.commands.map(({ cmd }) => cmd)).toEqual(['authorize-guest', 'unauthorize-guest', 'authorize-guest'])
  Object.assign(unifi.stations.get(UNIFI_MAC) ?? {}, { rx_bytes: 3_500, rx_packets: 35 })
  await town.portal.sessions.round()
  expect(town.portal.sessions.list().map(({ usage }) => usage.upBytes)).toEqual([500])
  await running.pop()?.close()
  const answers = [(await tap(redirect(UNIFI_MAC))).answer, (await tap(redirect('5c:1d:d9:20:a0:c9'))).answer]
  expect(answers.map(({ status }) => status)).toEqual([503, 503])
  expect(said(answers[0] as Answer)).toBe(said(answers[1] as Answer))
})

test.each([1, 2])('on openNDS’s level %i the phone carries the word to its gateway, and comes back to its own link', async (level) => {
  await open([nds(level)])
  const redirect = `/at/nds?${level === 1 ? `fas=${Buffer.from(fasText()).toString('base64')}` : sealedFas(fasText())}`
  const { answer } = await tap(redirect)
  expect(answer.status).toBe(303)
  const back = new URL(locationOf(answer))
  expect(back.origin + back.pathname).toBe('http://192.168.70.1:2050/opennds_auth/')
  expect(back.searchParams.get('tok')).toBe(RHID)
  expect(back.searchParams.get('redir')).toMatch(new RegExp(`^${town.portal.url}s/[0-9a-z]{26}\\?lang=fr$`))
  expect((await get(back.searchParams.get('redir') ?? '')).body).toContain('2 heures')
  await settled(() => town.reports.length === 1)
  expect(town.portal.sessions.list()).toHaveLength(1)
  // Minutes later it is still there: the gate that cannot be asked is not contradicted.
  town.clock.advance(10 * 60_000)
  await town.portal.sessions.round()
  expect(town.portal.sessions.list()).toHaveLength(1)
})

/** What authmon.sh and post-request.php send in one round. @returns what was offered, decoded. */
async function authmonRound(gatewayHash: string, acknowledge = true): Promise<string[]> {
  const payload = (text: string) => Buffer.from(text).toString('base64')
  const asked = await post('/at/nds', { auth_get: 'view', gatewayhash: gatewayHash, payload: payload('none') })
  const [star, ...lines] = asked.body.trim().split(' ')
  expect(star).toBe('*')
  const decoded = lines.map((line) => decodeURIComponent(line))
  if (acknowledge) expect((await post('/at/nds', { auth_get: 'view', gatewayhash: gatewayHash, payload: payload(`* ${decoded.map((line) => line.split(' ')[0]).join(' ')}`) })).body).toBe('ack')
  return decoded
}

test.each([3, 4])('on level %i openNDS’s authmon fetches whom to let in, with minutes, rates and quota, and the page waits for it', async (level) => {
  await open([nds(level)], { profile: { sessionSeconds: 3_600, downKbps: 4_000, upKbps: 1_000, quotaBytes: 500_000_000 } })
  const hash = createHash('sha256').update(GATEWAY).digest('hex')
  const redirect = `/at/nds?${level === 4 ? `fas=${Buffer.from(fasText()).toString('base64')}` : sealedFas(fasText())}`
  const arrived = await get(redirect)
  const page = await get(locationOf(arrived))
  const answering = post(`/connect?at=${atOf(locationOf(arrived))}`, formFields(page.body))
  let offered: string[] = []
  while (offered.length === 0) {
    expect(town.portal.sessions.list()).toHaveLength(0)
    expect(await authmonRound('0'.repeat(64))).toEqual([])
    offered = await authmonRound(hash)
  }
  expect(offered).toEqual([`${RHID} 60 1000 4000 500000 500000 none`])
  const answer = await answering
  expect(answer.status).toBe(200)
  expect(town.portal.sessions.list()).toHaveLength(1)
  expect(await authmonRound(hash)).toEqual([])
  // The other verbs of its protocol are answered, and change nothing of what is open.
  for (const verb of ['clear', 'list', 'deauthed', 'custom']) expect((await post('/at/nds', { auth_get: verb, gatewayhash: hash, payload: 'bm9uZQ==' })).status).toBe(200)
  expect((await get(`/at/nds?auth_get=view&gatewayhash=${hash}&payload=bm9uZQ==`)).body).toBe('*')
  expect((await post('/at/nds', { auth_get: 'toString', gatewayhash: hash, payload: '' })).status).toBe(403)
})

test('on level 4 a MAC that is online waits for authmon as any other does, and its owner is let in again', async () => {
  await open([nds(4)])
  const hash = createHash('sha256').update(GATEWAY).digest('hex')
  async function letIn(mac: string): Promise<number> {
    const arrived = locationOf(await get(clearFas(mac)))
    const answering = post(`/connect?at=${atOf(arrived)}`, formFields((await get(arrived)).body))
    const answered = { status: 0 }
    void answering.then(({ status }) => (answered.status = status))
    while (answered.status === 0) await authmonRound(hash)
    return answered.status
  }
  expect([await letIn(NEIGHBOUR), await letIn(NEIGHBOUR), await letIn(NOBODY), await letIn(NEIGHBOUR)]).toEqual([200, 200, 200, 200])
  expect(town.portal.sessions.list().map(({ mac }) => mac).sort()).toEqual(['5c1dd920a0c1', '5c1dd920a0c9'])
})

test('a gateway that never asks is said to be down, and nobody is promised anything', async () => {
  await open([nds(3)])
  const arrived = await get(`/at/nds?${sealedFas(fasText())}`)
  const page = await get(locationOf(arrived))
  const answering = post(`/connect?at=${atOf(locationOf(arrived))}`, formFields(page.body))
  const impatient = setInterval(() => town.clock.advance(5_000), 50)
  expect((await answering).status).toBe(503)
  clearInterval(impatient)
  expect(town.portal.sessions.list()).toHaveLength(0)
  expect(town.reports).toHaveLength(0)
})

test('authmon is heard from the networks that the settings name', async () => {
  await open([{ ...nds(3), pollFrom: ['192.0.2.0/24'] }])
  expect((await post('/at/nds', { auth_get: 'view', gatewayhash: '', payload: 'bm9uZQ==' })).status).toBe(403)
})

test('an openNDS query that was not sealed for us is refused', async () => {
  await open([nds(2)])
  expect((await get(`/at/nds?${sealedFas(fasText())}`)).status).toBe(302)
  for (const query of ['fas=bm9uc2Vuc2U=&iv=0123456789abcdef', 'fas=%00&iv=0123456789abcdef', `fas=${Buffer.from(fasText()).toString('base64')}`, '']) expect((await get(`/at/nds?${query}`)).status).toBe(403)
})
