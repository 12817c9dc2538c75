import { afterEach, expect, test } from 'vitest'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { startRadius } from '#radius/main.ts'
import type { AccessAnswer } from '#radius/nas.ts'
import { oneProfile } from '#radius/profiles.ts'
import { UnavailableError } from '#shared/errors.ts'
import { dryRunEnforcer } from '../gateway/dry-run.ts'
import { portalTown, tokenOf, type PortalTown, type PortalTownOptions } from '#test/support/portal-town.ts'
import { KEYRING, SECRET } from '#test/support/radius-town.ts'
import type { Maintenance } from './maintenance.ts'
import { watchUplink } from './uplink.ts'

let town: PortalTown | undefined
afterEach(() => town?.close())
async function build(options: PortalTownOptions = {}): Promise<PortalTown> {
  return (town = await portalTown(options))
}
const HOUR_MS = 3_600_000
const ACCEPT: AccessAnswer = { kind: 'accept', authorisation: { sessionSeconds: 7_200 } }
/** What stands between the head and the foot of a page. */
const mainOf = (body: string) => /<main>(.*?)<\/main>/s.exec(body)?.[1] ?? ''

test('all is well: /service says so in every language, and no page has a notice', async () => {
  const { phone } = await build()
  const said = { fr: 'Tout fonctionne', en: 'Everything works', ar: 'كل شيء يعمل' }
  for (const [language, words] of Object.entries(said)) expect((await phone('127.0.0.2').get(`/service?lang=${language}`)).body).toContain(words)
  expect((await phone('127.0.0.2').get('/')).body).not.toContain('class="note"')
})

test('a dead line is said on every page before anything else, with the directory and the emergency numbers; it comes back by itself', async () => {
  let alive = true
  const clocked = (clock: PortalTown['clock']) => watchUplink({ link: () => undefined, probes: [async () => alive], clock })
  let uplink: ReturnType<typeof clocked> | undefined
  const { phone, clock } = await build({
    settings: { servicesUrl: 'http://127.0.0.1:8070/' },
    // The clock is made by the town: the line is watched by it as soon as it is known.
    enforcer: (clock) => ((uplink = clocked(clock as PortalTown['clock'])), dryRunEnforcer({ clock })),
    parts: { watched: { uplink: { state: () => uplink?.state() ?? 'unknown', fresh: async () => uplink?.fresh(), close: () => uplink?.close() } } },
  })
  const mine = phone('127.0.0.2')
  await mine.get('/')
  alive = false
  clock.advance(1_000)
  for (const path of ['/', '/status', '/recorded', '/terms']) {
    const { body } = await mine.get(path)
    expect(mainOf(body), path).toMatch(/^<p class="note" role="status"><strong>La ligne vers Internet est coupée\./)
    expect(body, path).toContain('href="http://127.0.0.1:8070/"')
    expect(body, path).toContain('href="/emergency?lang=fr"')
  }
  const success = await mine.connect()
  expect(success.body).toContain('La ligne vers Internet est coupée.')
  const service = mainOf((await mine.get('/service')).body)
  expect(service).toMatch(/Ligne vers Internet<\/dt><dd><span class="bad">.*En panne, depuis moins d’un quart d’heure/)
  clock.advance(50 * 60_000)
  // Frozen at 11:00 in Paris: since 11 o'clock, an hour later almost.
  expect(mainOf((await mine.get('/service')).body)).toContain('depuis 11\u00A0h environ')
  alive = true
  clock.advance(3_000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await mine.get('/')).body).not.toContain('coupée')
})

test('a RADIUS server beyond a dead line is silent for that reason, and the page says that one', async () => {
  const { phone } = await build({
    nas: async () => ({ access: async () => ({ kind: 'silence' }), account: async () => false, close: async () => {} }),
    parts: { watched: { uplink: { state: () => 'dead', fresh: async () => {}, close() {} } } },
  })
  const failed = await phone('127.0.0.2').connect()
  expect(failed.status).toBe(503)
  expect(failed.headers['retry-after']).toBe('60')
  expect(mainOf(failed.body)).toMatch(/<h1[^>]*>La ligne vers Internet est coupée\.<\/h1>/)
})

test('a RADIUS server that falls silent is told of, and heard again by itself, without anybody tapping', async () => {
  const { phone, clock, effects, portal, radius } = await build()
  const works = async () => (await phone('127.0.0.2').get('/service')).body.includes('Tout fonctionne')
  const passing = async (waiting: () => Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < 300 && (await waiting()); turn++) {
      clock.advance(200)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await radius.close()
  let answered = false
  const tap = phone('127.0.0.2').connect().finally(() => (answered = true))
  await passing(async () => !answered)
  expect((await tap).status).toBe(503)
  expect(await works()).toBe(false)
  const settings = { hosts: ['127.0.0.1'], authPort: radius.authPort, acctPort: radius.acctPort, clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET }], tokenKeys: KEYRING, profiles: oneProfile({ sessionSeconds: 7_200 }) }
  const again = await startRadius(settings, effects, { accounting: { record: async () => {}, alive: () => false }, tokenUses: createTokenUses(undefined, clock) })
  try {
    await passing(async () => !(await works()))
    expect(await works()).toBe(true)
    expect((await phone('127.0.0.2').connect()).status).toBe(200)
    // Its Start must be heard, or the end would wait for it on a clock that stands still.
    await portal.close()
  } finally {
    await again.close()
  }
}, 15_000)

test('RADIUS is silent: with grace a tap gives ten minutes to so many, every page says so, and all is as before when it answers', async () => {
  let silent = true
  let asked = false
  const { phone, portal } = await build({
    settings: { grace: { seconds: 600, most: 1 } },
    nas: async () => ({ access: async () => ((asked = true), silent ? { kind: 'silence' } : ACCEPT), account: async () => false, silent: () => asked && silent, close: async () => {} }),
  })
  const first = (await phone('127.0.0.2').connect()).body
  expect(first).toContain('10 minutes')
  expect(mainOf(first)).toContain('Les connexions sont plus courtes que d’habitude.')
  expect((await phone('127.0.0.3').connect()).status).toBe(503)
  expect((await phone('127.0.0.3').get('/service')).body).toContain('Les connexions sont plus courtes que d’habitude.')
  // The facts on the first page promise more than is given now.
  for (const [address, path] of [['127.0.0.3', '/'], ['127.0.0.2', '/status']] as const) expect(mainOf((await phone(address).get(path)).body)).toContain('Un appui ouvre tout de même une connexion courte')
  expect(portal.sessions.list()).toHaveLength(1)
  silent = false
  expect((await phone('127.0.0.3').get('/service')).body).toContain('Tout fonctionne')
  expect((await phone('127.0.0.3').get('/')).body).not.toContain('connexion courte')
  expect((await phone('127.0.0.3').connect()).body).toContain('2 heures')
})

test('during works nobody new gets online, and hears why, until when and what the town says; who is online stays', async () => {
  let works: Maintenance | undefined
  const { phone, clock, portal } = await build({ parts: { watched: { maintenance: () => works } } })
  expect((await phone('127.0.0.2').connect()).status).toBe(200)
  works = { fromMs: clock.now() + HOUR_MS, untilMs: clock.now() + 2 * HOUR_MS, texts: { fr: 'On change l’antenne <b>nord</b>.', en: 'The antenna is being changed.' } }
  expect(mainOf((await phone('127.0.0.3').get('/')).body)).toContain('Début prévu\u00A0: 12\u00A0h.')
  expect((await phone('127.0.0.3').get('/service')).body).toContain('Tout fonctionne')
  clock.advance(HOUR_MS)
  const refused = await phone('127.0.0.3').connect()
  expect(refused.status).toBe(503)
  expect(mainOf(refused.body)).toContain('On change l’antenne &lt;b&gt;nord&lt;/b&gt;.')
  expect(mainOf(refused.body)).toContain('Fin prévue\u00A0: 13\u00A0h.')
  expect((await phone('127.0.0.3').get('/service?lang=ar')).body).toMatch(/lang="fr" dir="auto">On change/)
  expect((await phone('127.0.0.2').get('/status')).body).toContain('Des travaux sont en cours.')
  expect(portal.sessions.list()).toHaveLength(1)
  clock.advance(HOUR_MS)
  expect((await phone('127.0.0.3').connect()).status).toBe(200)
})

test('a full place says so to whoever taps, without a number or since when, and takes the next as soon as somebody leaves', async () => {
  const { phone, clock } = await build({ settings: { mostSessions: 2 } })
  const first = await phone('127.0.0.2').connect()
  await phone('127.0.0.3').connect()
  const refused = await phone('127.0.0.4').connect()
  expect(refused.status).toBe(503)
  expect(mainOf(refused.body)).toMatch(/Toutes les places sont prises\..*Réessayez dans quelques minutes/s)
  const service = mainOf((await phone('127.0.0.4').get('/service')).body)
  expect(service).toContain('Toutes les places sont prises.')
  expect(service.replaceAll(/<[^>]*>/g, '')).not.toMatch(/\d|depuis/)
  await phone('127.0.0.2').post('/disconnect', { token: tokenOf(first.body) })
  clock.advance(300)
  expect((await phone('127.0.0.4').connect()).status).toBe(200)
})

test('a pool that is nearly taken, and a disk that does not write, disturb and do not stop anyone', async () => {
  let pool = true
  const { phone } = await build({ parts: { watched: { poolNearlyFull: () => pool } }, durable: (writer) => ({ ...writer, healthy: () => false }) })
  const service = mainOf((await phone('127.0.0.2').get('/service')).body)
  expect(service).toMatch(/Il y a beaucoup de monde.*Les reçus sont en retard/s)
  expect(service).toContain('avec des gênes')
  expect(mainOf((await phone('127.0.0.2').get('/')).body)).not.toContain('class="note"')
  expect((await phone('127.0.0.2').connect()).status).toBe(200)
  pool = false
  expect((await phone('127.0.0.2').get('/service')).body).not.toContain('beaucoup de monde')
})

test('with a wrong clock people get online, are told that hours may be wrong, and their receipt says so', async () => {
  const { phone, portal, reader } = await build({ parts: { clockSync: () => 'none' } })
  const success = await phone('127.0.0.2').connect()
  expect(success.body).toContain('L’heure de ce lieu est fausse.')
  expect(portal.sessions.list()).toHaveLength(1)
  const jws = String(reader.prepare('select jws from receipt').pluck().get())
  expect(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ clk: 'none' })
})

test('the emergency numbers are there when gate, neighbours, RADIUS, line and disk are not', async () => {
  const broken = async (): Promise<never> => {
    throw new UnavailableError('enforcer', 'gone')
  }
  let dead = false
  const { phone, volatile } = await build({
    enforcer: (clock) => {
      const whole = dryRunEnforcer({ clock })
      return { ...whole, list: () => (dead ? broken() : whole.list()), open: broken }
    },
    neighbours: () => ({ start: async () => {}, asker: () => (dead ? new Promise(() => {}) : broken()), onSighting() {}, stop: async () => {} }),
    nas: async () => ({ access: async () => ({ kind: 'silence' }), account: async () => false, close: async () => {} }),
    durable: (writer) => ({ ...writer, write: () => (dead ? broken() : writer.write()), healthy: () => false }),
    parts: { watched: { uplink: { state: () => 'dead', fresh: () => new Promise(() => {}), close() {} } } },
    settings: { emergency: { country: 'fr', own: [{ number: '04 12 34 56 78', texts: { fr: 'Mairie <astreinte>' } }] } },
  })
  dead = true
  volatile.exec('drop table session')
  const { status, body, bytes } = await phone('127.0.0.2').get('/emergency?lang=ar')
  expect(status).toBe(200)
  for (const link of ['tel:112', 'tel:15', 'tel:17', 'tel:18', 'sms:114', 'tel:115', 'tel:119', 'tel:0412345678']) expect(body).toContain(`href="${link}"`)
  expect(body).toContain('<span lang="fr" dir="auto">Mairie &lt;astreinte&gt;</span>')
  expect(body).toContain('dir="rtl"')
  expect(bytes).toBeLessThan(14_000)
  volatile.exec('create table session (id text, shut int, kind text, deadline_ms int)')
})
