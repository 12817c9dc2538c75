import { afterEach, expect, test } from 'vitest'
import type { Clock } from '#shared/clock.ts'
import type { MacAddress } from '#shared/personal.ts'
import { parseWeekHours } from '#shared/week-hours.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import type { Enforcer, Grant, Usage } from '../gateway/enforcer.ts'
import { formFields, portalTown, settled, SQUARE, tokenOf, type Answer, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'

let town: PortalTown | undefined
afterEach(async () => {
  await town?.close()
  town = undefined
})
const build = async (options: PortalTownOptions = {}): Promise<PortalTown> => (town = await portalTown(options))
const PHONE = '127.0.0.2'
const MINUTE = 60_000
const HOUR = 3_600_000
const MAC = '02007f000002' as MacAddress
const stops = () => town?.reports.filter((report) => report.status === 'stop') ?? []
const live = () => town?.portal.sessions.live(MAC)
/** 10:00 on a Monday in Paris. */
const MONDAY_TEN = Date.parse('2026-11-23T10:00:00+01:00')
const hours = (open: string) => ({ startMs: MONDAY_TEN, settings: { sites: [{ ...SQUARE, open: parseWeekHours(open) }] } }) satisfies PortalTownOptions

/** The real dry-run gate with counters, silence and an empty bucket that the test sets. */
function gate() {
  const listeners: ((mark: number) => void)[] = []
  const self = {
    usage: { upBytes: 0, downBytes: 0, upPackets: 0, downPackets: 0 } as Usage,
    quietSeconds: 0,
    granted: [] as Grant[],
    spend: (mark: number) => listeners.forEach((listener) => listener(mark)),
    enforcer(clock: Clock): Enforcer {
      const dry = dryRunEnforcer({ clock })
      return {
        ...dry,
        open: (grant) => (self.granted.push(grant), dry.open(grant)),
        close: async (mac) => (await dry.close(mac), self.usage),
        list: async () => (await dry.list()).map(({ mac, mark, secondsLeft }) => ({ mac, mark, secondsLeft, usage: self.usage, quietSeconds: self.quietSeconds })),
        onSpent: (listener) => void listeners.push(listener),
      }
    },
  }
  return self
}
const used = (bytes: number): Usage => ({ upBytes: 0, downBytes: bytes, upPackets: 1, downPackets: bytes / 1000 })
/** Whether a space may break does not matter here. */
const words = ({ body }: Answer) => body.replaceAll(/[\u00a0\u202f]/g, ' ')
/** Presses the button whose form leads to `action`. */
function press(page: Answer, action: string): Promise<Answer> {
  const form = page.body.split('<form').find((part) => part.includes(`action="${action}"`))
  if (form === undefined || !town) throw new Error(`no form for ${action}`)
  return town.phone(PHONE).post(action, formFields(form))
}

test('before the hour the page says when the place opens and lets nobody in; on the hour it does', async () => {
  const { clock, phone, portal } = await build(hours('10:30-18:00'))
  const closed = await phone(PHONE).get('/')
  expect(closed.status).toBe(403)
  expect(words(closed)).toContain('Il ouvre aujourd’hui à 10 h 30.')
  expect(words(closed)).not.toContain('<form')
  clock.advance(30 * MINUTE)
  const fields = formFields((await phone(PHONE).get('/?lang=fr')).body)
  clock.setNow(clock.now())
  expect(words(await phone(PHONE).post('/connect', fields))).toContain('Vous êtes en ligne')
  expect(portal.sessions.list()).toHaveLength(1)
})

test('a form that was fetched before closing time opens nothing after it', async () => {
  const { clock, phone, portal } = await build(hours('08:00-10:10'))
  const fields = formFields((await phone(PHONE).get('/?lang=fr')).body)
  clock.advance(11 * MINUTE)
  const refused = await phone(PHONE).post('/connect', fields)
  expect(refused.status).toBe(403)
  expect(words(refused)).toContain('Il ouvre demain à 8 h.')
  expect(portal.sessions.list()).toEqual([])
})

test('a session ends when its place closes, and says so an hour before', async () => {
  const { clock, phone } = await build(hours('08:00-11:00'))
  await phone(PHONE).connect()
  const status = await phone(PHONE).get('/status?lang=fr')
  expect(words(status)).toContain('Ce lieu ferme son Wi-Fi à 11 h : la connexion s’arrête alors.')
  expect(JSON.parse((await phone(PHONE).get('/capport')).body)).toMatchObject({ 'seconds-remaining': 3_600 })
  expect(await town?.portal.sessions.changeBy({ callingStationId: '02-00-7F-00-00-02' }, { sessionSeconds: 9_000 })).toBe('done')
  clock.advance(HOUR)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'sessionTimeout', sessionSeconds: 3_600 }])
})

test('data that is left is told, with what follows; used up, the session ends at once', async () => {
  const bench = gate()
  const { phone, portal } = await build({ enforcer: bench.enforcer, profile: { sessionSeconds: 7_200, quotaBytes: 150_000_000 } })
  await phone(PHONE).connect()
  expect(bench.granted.at(-1)).toMatchObject({ quotaBytes: 150_000_000 })
  expect(bench.granted.at(-1)).not.toHaveProperty('slowKbps')
  bench.usage = used(29_000_000)
  const status = await phone(PHONE).get('/status?lang=fr')
  expect(words(status)).toContain('Il reste 121 Mo de données. Ensuite, la connexion s’arrête')
  expect(JSON.parse((await phone(PHONE).get('/capport')).body)).toMatchObject({ 'bytes-remaining': 121_000_000 })
  bench.usage = used(149_990_000)
  bench.spend(portal.sessions.list()[0]?.mark ?? 0)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'nasRequest', outputOctets: 149_990_000 }])
})

test('with a slower pace after the quota the session goes on, and its page says so before and after', async () => {
  const bench = gate()
  const { clock, phone, portal } = await build({ enforcer: bench.enforcer, profile: { sessionSeconds: 7_200, quotaBytes: 1_500_000_000 }, settings: { overQuota: { slowKbps: 256 } } })
  await phone(PHONE).connect()
  expect(bench.granted.at(-1)).toMatchObject({ quotaBytes: 1_500_000_000, slowKbps: 256 })
  expect(words(await phone(PHONE).get('/status?lang=fr'))).toContain('Il reste 1,5 Go de données. Ensuite, la connexion continue, plus lentement.')
  bench.usage = used(1_500_000_000)
  bench.spend(portal.sessions.list()[0]?.mark ?? 0)
  clock.advance(2_000)
  await settled(() => portal.sessions.list()[0]?.usage.downBytes === 1_500_000_000)
  expect(words(await phone(PHONE).get('/status?lang=fr'))).toContain('la connexion continue, plus lentement')
  await portal.sessions.round()
  expect(portal.sessions.list()).toHaveLength(1)
})

test('of a quota that is dealt out in pieces the next one follows the last', async () => {
  const bench = gate()
  const { clock, phone, portal } = await build({ enforcer: bench.enforcer, profile: { sessionSeconds: 7_200, quotaBytes: 10_000_000_000 } })
  await phone(PHONE).connect()
  bench.usage = used(4_294_960_000)
  bench.spend(portal.sessions.list()[0]?.mark ?? 0)
  clock.advance(2_000)
  await settled(() => bench.granted.length === 2)
  expect(bench.granted[1]).toMatchObject({ quotaBytes: 10_000_000_000, used: bench.usage })
  expect(portal.sessions.list()).toHaveLength(1)
})

test('silence ends a session within 2 s of its limit, not at the next round', async () => {
  const bench = gate()
  const { clock, phone, portal } = await build({ enforcer: bench.enforcer, profile: { sessionSeconds: 7_200, idleSeconds: 90 } })
  await phone(PHONE).connect()
  // Its last packet came 40 s after the beginning; the rounds of each minute see how long ago.
  for (const minute of [1, 2]) {
    bench.quietSeconds = minute * 60 - 40
    clock.advance(MINUTE)
    await portal.sessions.round()
  }
  bench.quietSeconds = 89
  clock.advance(9_000)
  await settled(() => false, 20)
  expect(portal.sessions.list()).toHaveLength(1)
  bench.quietSeconds = 91
  clock.advance(2_000)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'idleTimeout', sessionSeconds: 131 }])
})

test('how long a silence ends a session is told in advance, in the reader’s words, and only where one does', async () => {
  const { phone, portal } = await build({ profile: { sessionSeconds: 7_200, idleSeconds: 900 }, settings: { sites: [{ ...SQUARE, languages: ['fr', 'pt', 'ar'] }] } })
  const token = tokenOf((await phone(PHONE).connect()).body)
  for (const path of ['/status', `/s/${token}`]) {
    expect(words(await phone(PHONE).get(`${path}?lang=fr`)), path).toContain('<p>Sans activité pendant 15 minutes, la connexion s’arrête plus tôt.</p>')
    expect(words(await phone(PHONE).get(`${path}?lang=pt`)), path).toContain('<p>Sem atividade durante 15 minutos, a ligação para mais cedo.</p>')
  }
  // RADIUS changed its mind: what is told is what will be done.
  expect(await portal.sessions.changeBy({ callingStationId: '02-00-7F-00-00-02' }, { idleSeconds: 5_400 })).toBe('done')
  expect(words(await phone(PHONE).get('/status?lang=fr'))).toContain('Sans activité pendant 1 heure et 30 minutes, la connexion s’arrête plus tôt.')
  await town?.close()
  const patient = await build()
  await patient.phone(PHONE).connect()
  expect(words(await patient.phone(PHONE).get('/status?lang=fr'))).not.toContain('Sans activité')
})

test('more time is offered once some is used, asked of RADIUS, and counts from now', async () => {
  const { clock, phone } = await build()
  await phone(PHONE).connect()
  expect(words(await phone(PHONE).get('/status?lang=fr'))).not.toContain('Prolonger')
  clock.advance(HOUR)
  const answered = await press(await phone(PHONE).get('/status?lang=fr'), '/extend')
  expect(answered).toMatchObject({ status: 303, headers: { location: '/status?lang=fr&more=extended' } })
  expect(words(await phone(PHONE).get('/status?lang=fr&more=extended'))).toContain('Votre connexion est prolongée.')
  expect(JSON.parse((await phone(PHONE).get('/capport')).body)).toMatchObject({ 'seconds-remaining': 7_200 })
  clock.advance(7_200_000)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'sessionTimeout', sessionSeconds: 10_800 }])
})

test('a server that says no to more time takes nothing away, and a stranger’s form asks for nobody', async () => {
  let yes = true
  let asked = 0
  const { clock, phone, portal } = await build({
    nas: async () => ({ access: async () => (asked++, yes ? { kind: 'accept', authorisation: { sessionSeconds: 7_200 } } : { kind: 'reject' }), account: async () => true, close: async () => {} }),
  })
  await phone(PHONE).connect()
  await phone('127.0.0.3').connect()
  clock.advance(HOUR)
  yes = false
  const page = await phone(PHONE).get('/status?lang=fr')
  const answered = await press(page, '/extend')
  expect(answered.headers['location']).toBe('/status?lang=fr&more=refused')
  expect((await live())?.deadlineMs).toBe(clock.now() + HOUR)
  asked = 0
  const stolen = formFields(page.body)
  expect((await phone('127.0.0.3').post('/extend', stolen)).status).toBe(404)
  expect((await phone('127.0.0.3').post('/extend', { form: 'x'.repeat(38), lang: 'fr' })).status).toBe(404)
  expect(asked).toBe(0)
  expect(portal.sessions.list()).toHaveLength(2)
})

test('where the city does not want it, or the place closes before, no more time is offered', async () => {
  const off = await build({ settings: { extend: false } })
  await off.phone(PHONE).connect()
  off.clock.advance(HOUR)
  expect(words(await off.phone(PHONE).get('/status?lang=fr'))).not.toContain('/extend')
  await off.close()
  const closing = await build(hours('08:00-11:30'))
  await closing.phone(PHONE).connect()
  closing.clock.advance(HOUR)
  expect(words(await closing.phone(PHONE).get('/status?lang=fr'))).not.toContain('/extend')
})

test('a pause shuts the gate and keeps what is left, and is no time of the session', async () => {
  const { clock, phone, enforcer, portal } = await build()
  const token = tokenOf((await phone(PHONE).connect()).body)
  clock.advance(HOUR)
  expect(words(await phone(PHONE).get('/status'))).not.toContain('/pause')
  const page = await phone(PHONE).get(`/s/${token}?lang=fr`)
  expect((await press(page, '/pause')).headers['location']).toBe(`/s/${token}?lang=fr`)
  expect(await enforcer.list()).toEqual([])
  expect(JSON.parse((await phone(PHONE).get('/capport')).body)).toMatchObject({ captive: true })
  clock.advance(3 * HOUR)
  await portal.sessions.round()
  expect(stops()).toEqual([])
  const paused = await phone(PHONE).get(`/s/${token}?lang=fr`)
  expect(words(paused)).toContain('Le reste est gardé pour vous : 1 heure.')
  await press(paused, '/resume')
  expect(await enforcer.list()).toMatchObject([{ mac: MAC, secondsLeft: 3_600 }])
  clock.advance(HOUR)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'sessionTimeout', sessionSeconds: 7_200 }])
})

test('a device whose session stands still takes it up with one press on the front page', async () => {
  const { clock, phone, portal } = await build()
  const token = tokenOf((await phone(PHONE).connect()).body)
  await press(await phone(PHONE).get(`/s/${token}`), '/pause')
  clock.advance(HOUR)
  const front = await phone(PHONE).get('/?lang=fr')
  expect(words(front)).toContain('Votre connexion est en pause.')
  expect((await press(front, '/resume')).headers['location']).toBe('/status?lang=fr')
  expect((await live())?.deadlineMs).toBe(clock.now() + 7_200_000)
  expect(portal.sessions.list()).toHaveLength(1)
})

test('a pause that nobody ends is over when the day of the place is, without the time it stood still', async () => {
  const { clock, phone, portal } = await build({ startMs: MONDAY_TEN })
  const token = tokenOf((await phone(PHONE).connect()).body)
  clock.advance(10 * MINUTE)
  await press(await phone(PHONE).get(`/s/${token}`), '/pause')
  clock.advance(13 * HOUR)
  await settled(() => stops().length > 0)
  expect(stops()).toMatchObject([{ terminateCause: 'sessionTimeout', sessionSeconds: 600 }])
  expect(portal.sessions.paused(MAC)).toBeUndefined()
})

test('whoever staff bars is out at once, stays out until the day is over, and reads why', async () => {
  const { clock, phone, portal, enforcer } = await build({ startMs: MONDAY_TEN })
  await phone(PHONE).connect()
  const fields = formFields((await phone('127.0.0.3').get('/?lang=fr')).body)
  expect(await portal.sessions.bar((await live())?.id ?? '')).toBe(Date.parse('2026-11-24T04:00:00+01:00'))
  expect(await enforcer.list()).toEqual([])
  const page = await phone(PHONE).get('/?lang=fr')
  expect(page.status).toBe(403)
  expect(words(page)).toContain('Vous pourrez vous reconnecter demain à 4 h.')
  expect((await phone(PHONE).post('/connect', fields)).status).toBe(403)
  expect(words(await phone('127.0.0.3').connect())).toContain('Vous êtes en ligne')
  clock.advance(18 * HOUR)
  expect(words(await phone(PHONE).connect())).toContain('Vous êtes en ligne')
})

test('a bar that is lifted is over', async () => {
  const { phone, portal } = await build()
  await phone(PHONE).connect()
  await portal.sessions.bar((await live())?.id ?? '')
  portal.sessions.liftBar(MAC)
  expect(words(await phone(PHONE).connect())).toContain('Vous êtes en ligne')
})
