import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { START_MS } from '#test/support/radius-town.ts'
import { formFields, portalTown, settled, SQUARE, tokenOf, type PortalTown } from '#test/support/portal-town.ts'

let town: PortalTown
beforeAll(async () => void (town = await portalTown({ settings: { servicesUrl: 'http://kiosk.example/' } })))
afterAll(() => town.close())

test('one tap brings a phone online: the page, the button, the time left, the start told to RADIUS', async () => {
  const phone = town.phone('127.0.0.11')
  const page = await phone.get('/')
  expect(page.status).toBe(200)
  expect(page.body).toContain('Se connecter')
  const online = await phone.post('/connect', formFields(page.body))
  expect(online.status).toBe(200)
  expect(online.body).toContain('Vous êtes en ligne')
  expect(online.body).toContain('2 heures')
  expect(online.body).toContain('Jusqu’à 13\u00A0h')
  expect(online.headers['referrer-policy']).toBe('no-referrer')
  await settled(() => town.reports.length > 0)
  expect(town.reports).toMatchObject([{ status: 'start', callingStationId: '02-00-7F-00-00-0B', eventSeconds: START_MS / 1000 }])
  expect(town.seen.started).toMatchObject([{ site: 'default', method: 'click', language: 'fr', device: '02007f00000b' }])
  expect(town.seen.sightings).toContainEqual({ site: 'default', mac: '02007f00000b' })
  expect(await town.enforcer.list()).toMatchObject([{ mac: '02007f00000b', secondsLeft: 7200 }])
})

test('who holds the link may end the session; who only is the device may look', async () => {
  const phone = town.phone('127.0.0.12')
  const token = tokenOf((await phone.connect()).body)
  const status = await phone.get('/status')
  expect(status.body).toContain('Il reste 2 heures')
  expect(status.body).not.toContain(token)
  expect(status.body).not.toContain('/disconnect')
  const held = await phone.get(`/s/${token}`)
  expect(held.body).toContain('action="/disconnect"')
  expect(held.headers['referrer-policy']).toBe('no-referrer')
  expect((await phone.post('/disconnect', { token: '0'.repeat(26) })).status).toBe(404)
  const ended = await phone.post('/disconnect', { token, lang: 'en' })
  expect(ended.body).toContain('The connection has stopped')
  expect((await phone.get('/status')).body).toContain('Vous êtes hors ligne')
  expect((await phone.get(`/s/${token}`)).status).toBe(404)
  await settled(() => town.reports.some((report) => report.status === 'stop'))
  expect(town.reports.filter((report) => report.status === 'stop')).toMatchObject([{ terminateCause: 'userRequest', callingStationId: '02-00-7F-00-00-0C' }])
})

test('the link works from another device, because a rotated address must not lose the session', async () => {
  const token = tokenOf((await town.phone('127.0.0.13').connect()).body)
  expect((await town.phone('127.0.0.14').post('/disconnect', { token: token.toUpperCase() })).status).toBe(200)
})

test('a form made for one phone is refused from another, and that one gets a page of its own', async () => {
  const fields = formFields((await town.phone('127.0.0.15').get('/')).body)
  const other = town.phone('127.0.0.16')
  const refused = await other.post('/connect', fields)
  expect(refused.status).toBe(403)
  expect(refused.body).toContain('Appuyez encore une fois')
  expect(town.portal.sessions.list().some((session) => session.mac === '02007f000010')).toBe(false)
  expect((await other.post('/connect', formFields(refused.body))).body).toContain('Vous êtes en ligne')
})

test('a page that was open for half an hour is shown again with the choices kept', async () => {
  const phone = town.phone('127.0.0.17')
  const fields = formFields((await phone.get('/?lang=en')).body)
  town.clock.advance(31 * 60_000)
  const again = await phone.post('/connect', fields)
  expect(again.status).toBe(200)
  expect(again.body).toContain('Press once more')
  expect(again.body).toContain('lang="en"')
  expect((await phone.post('/connect', formFields(again.body))).body).toContain('You are online')
})

test('the first page that is kept as bytes is the page that is drawn, with a form of its own for each phone', async () => {
  const [first, second] = [town.phone('127.0.0.41'), town.phone('127.0.0.42')]
  const kept = [await first.get('/?lang=ar'), await second.get('/?lang=ar'), await first.get('/?lang=ar')].map(({ body }) => body)
  // What is carried along belongs to one person: drawn each time.
  const drawn = (await first.get('/?lang=ar&to=abc')).body.replaceAll('&amp;to=abc', '').replace('<input type="hidden" name="to" value="abc">', '')
  const tokens = [...kept, drawn].map((body) => /name="token" value="([\w-]{38})"/.exec(body)?.[1] ?? '')
  expect(new Set(tokens).size).toBe(4)
  expect(new Set([...kept, drawn].map((body, at) => body.replace(tokens[at] ?? '', ''))).size).toBe(1)
  for (const [at, phone] of [first, second].entries()) expect((await phone.post('/connect', formFields(kept[at] ?? ''))).status).toBe(200)
})

test('terms that this portal never showed are not acknowledged', async () => {
  const phone = town.phone('127.0.0.18')
  const fields = formFields((await phone.get('/')).body)
  const refused = await phone.post('/connect', { ...fields, terms: createHash('sha256').update('other terms').digest('hex') })
  expect(refused.status).toBe(400)
  expect(refused.body).toContain('trois points ont changé')
})

test('a second tap, even at the same moment, makes no second session', async () => {
  const phone = town.phone('127.0.0.19')
  const fields = formFields((await phone.get('/')).body)
  const before = town.portal.sessions.list().length
  const answers = await Promise.all([phone.post('/connect', fields), phone.post('/connect', fields), phone.post('/connect', fields)])
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 303, 303])
  const late = await phone.post('/connect', fields)
  expect([late.status, late.headers['location']]).toEqual([303, '/status?lang=fr'])
  expect(town.portal.sessions.list().length).toBe(before + 1)
})

test('who is online is asked for nothing any more: the first page leads to the time left, in the language it was asked for', async () => {
  const phone = town.phone('127.0.0.29')
  await phone.connect('ar')
  const again = await phone.get('/?lang=ar')
  expect([again.status, again.headers['location'], again.body]).toEqual([303, '/status?lang=ar', ''])
  // So does a form of whatever age, or of an address that the phone had before.
  expect(await phone.post('/connect', { lang: 'ar' })).toMatchObject({ status: 303, headers: { location: '/status?lang=ar' } })
})

test('the language comes from the phone, and one link changes it', async () => {
  const phone = town.phone('127.0.0.20')
  const arabic = await phone.get('/', { 'Accept-Language': 'ar-MA,ar;q=0.9,fr;q=0.8' })
  expect(arabic.body).toContain('<html lang="ar" dir="rtl">')
  expect(arabic.body).toContain('اتصال')
  expect(arabic.body).toContain('<a href="/?lang=fr" lang="fr" hreflang="fr" dir="ltr">Français</a>')
  expect((await phone.get('/?lang=en', { 'Accept-Language': 'ar' })).body).toContain('<html lang="en" dir="ltr">')
  expect((await phone.get('/?lang=xx')).body).toContain('<html lang="fr" dir="ltr">')
})

test('every page is one small response that loads nothing and runs nothing', async () => {
  const [phone, other] = [town.phone('127.0.0.21'), town.phone('127.0.0.30')]
  const online = await phone.connect('ar')
  const pages = [online, await phone.get(`/s/${tokenOf(online.body)}?lang=ar`)]
  for (const lang of ['fr', 'en', 'ar']) {
    pages.push(await other.get(`/?lang=${lang}`))
    for (const path of ['/status', '/recorded', '/service']) pages.push(await phone.get(`${path}?lang=${lang}`))
  }
  for (const page of pages) {
    expect(page.bytes).toBeLessThanOrEqual(14 * 1024)
    const style = /<style>([^<]*)<\/style>/.exec(page.body)?.[1] ?? ''
    const csp = String(page.headers['content-security-policy'])
    expect(csp).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(csp).toContain("default-src 'none'")
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.headers).not.toHaveProperty('strict-transport-security')
    expect(page.headers).not.toHaveProperty('set-cookie')
    expect(page.body).not.toMatch(/<script|<img|<link (?!rel="icon" href="data:,")|@import|url\(| style=| on\w+=|127\.0\.0\.21|02:?00:?7f/i)
  }
})

test('"what we record" says what is recorded of whoever asks, and when it is erased', async () => {
  const phone = town.phone('127.0.0.22')
  expect((await phone.get('/recorded')).body).toContain('Prochain effacement\u00a0: demain à 4\u00A0h.')
  expect((await phone.get('/recorded')).body).not.toContain('au plus tard')
  await phone.connect()
  expect((await phone.get('/recorded')).body).toContain('au plus tard à')
})

test('the captive portal API of RFC 8908 tells a phone what holds for it', async () => {
  const phone = town.phone('127.0.0.23')
  const captive = await phone.get('/capport', { Accept: 'text/plain' })
  expect(captive.headers['content-type']).toBe('application/captive+json')
  expect(captive.headers['cache-control']).toBe('private, no-store')
  const said = { 'user-portal-url': town.portal.url, 'venue-info-url': 'http://kiosk.example/', 'can-extend-session': false }
  expect(JSON.parse(captive.body)).toEqual({ ...said, captive: true })
  await phone.connect()
  town.clock.advance(60_000)
  expect(JSON.parse((await phone.get('/capport')).body)).toEqual({ ...said, captive: false, 'seconds-remaining': 7140 })
  town.clock.advance(3_600_000)
  expect(JSON.parse((await phone.get('/capport')).body)).toMatchObject({ captive: false, 'can-extend-session': true })
})

test('the state of the service is words, never a number', async () => {
  const page = await town.phone('127.0.0.24').get('/service?lang=en')
  const words = page.body.replace(/<style>[^]*?<\/style>|<[^>]*>/g, ' ')
  expect(words).toContain('Everything works')
  expect(words.replace(SQUARE.name, '')).not.toMatch(/\d/)
})

test('the receipt goes to whoever holds the link, and to nobody else', async () => {
  const phone = town.phone('127.0.0.25')
  const token = tokenOf((await phone.connect()).body)
  const receipt = await phone.get(`/s/${token}/receipt`)
  expect(receipt.body).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n\n[0-9a-z]{16}\n$/)
  expect((await phone.get(`/s/${'7'.repeat(26)}/receipt`)).status).toBe(404)
})

test('the page someone wanted is offered after the tap, and only if we signed it for that phone', async () => {
  const phone = town.phone('127.0.0.26')
  const captive = await phone.get('/meteo?jour=demain', { Host: 'journal.example', Accept: 'text/html' })
  const location = String(captive.headers['location'])
  expect(location.startsWith(`${town.portal.url}?to=`)).toBe(true)
  const state = new URL(location).searchParams.get('to') ?? ''
  const online = await phone.post('/connect', formFields((await phone.get(`/?to=${state}`)).body))
  expect(online.body).toContain('href="http://journal.example/meteo?jour=demain"')
  const other = town.phone('127.0.0.27')
  const otherOnline = await other.post('/connect', formFields((await other.get(`/?to=${state}`)).body))
  expect(otherOnline.body).toContain('Vous êtes en ligne')
  expect(otherOnline.body).not.toContain('journal.example')
})

test('a monitor that asks after our health is not counted as a visitor', async () => {
  const monitor = town.phone('127.0.0.28')
  expect([(await monitor.get('/healthz')).body, (await monitor.get('/readyz')).body]).toEqual(['ok\n', 'ready\n'])
  expect(town.seen.sightings.some((sighting) => sighting.mac === '02007f00001c')).toBe(false)
})
