// A phone that changed its address takes its own connection up again by the code that it was given; nobody else can, and nothing is refilled.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SQUARE, settled, tokenOf, type Answer } from '#test/support/portal-town.ts'
import { codeOn, signInTown, wayFields, type SignInTown } from '#test/support/sign-in-town.ts'

let town: SignInTown
beforeEach(async () => void (town = await signInTown()))
afterEach(() => town.close())

const MINUTE_MS = 60_000
const take = (address: string, code: string): Promise<Answer> => town.signIn(town.phone(address), 'reentry', { code })
const problemOf = ({ body }: Answer): string => /role="alert">([^<]*)/.exec(body)?.[1] ?? ''
const live = () => town.portal.sessions.list()

test('the code takes the connection to the phone’s new address: the old one ends, what is left goes on, the counter sees one visit', async () => {
  const online = await town.phone('127.0.5.2').connect()
  const [old] = live()
  await settled(() => live()[0]?.startTold === true)
  town.clock.advance(30 * MINUTE_MS)
  const taken = await take('127.0.5.3', codeOn(online.body).toUpperCase())
  expect([taken.status, /Il reste 1 heure et (29|30) minutes/.test(taken.body)]).toEqual([200, true])
  expect(live()).toMatchObject([{ mac: '02007f000503', method: 'click', deadlineMs: expect.closeTo(old?.deadlineMs ?? 0, -4) }])
  expect(await town.enforcer.list()).toMatchObject([{ mac: '02007f000503' }])
  await settled(() => town.reports.length >= 3)
  expect(town.reports.map(({ status, callingStationId, terminateCause }) => [status, callingStationId?.slice(-2), terminateCause])).toEqual([
    ['start', '02', undefined], ['stop', '02', 'userRequest'], ['start', '03', undefined],
  ])
  expect(town.seen.started).toHaveLength(1)
  expect(town.seen.ended).toEqual([])
  await town.phone('127.0.5.3').post('/disconnect', { token: tokenOf(taken.body) })
  expect(town.seen.ended).toEqual([town.seen.started[0]?.session])
})

test('the code is on the success page and on the link’s own page, for its holder alone, and stays good after a move', async () => {
  const first = await town.phone('127.0.5.2').connect()
  const code = codeOn(first.body)
  expect(codeOn((await town.phone('127.0.5.9').get(`/s/${tokenOf(first.body)}`)).body)).toBe(code)
  expect((await town.phone('127.0.5.2').get('/status')).body).not.toContain(code)
  const second = await take('127.0.5.3', code)
  expect(codeOn(second.body)).toBe(code)
  expect(codeOn((await town.phone('127.0.5.3').get(`/s/${tokenOf(second.body)}`)).body)).toBe(code)
  expect((await town.phone('127.0.5.2').get(`/s/${tokenOf(first.body)}`)).status).toBe(404)
  expect((await take('127.0.5.2', code)).status).toBe(200)
  expect(live()).toHaveLength(1)
})

test('six moves a day, and no seventh', async () => {
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  for (let move = 1; move <= 6; move++) expect((await take(`127.0.5.${2 + (move % 2)}`, code)).status).toBe(200)
  const seventh = await take('127.0.5.3', code)
  expect([seventh.status, problemOf(seventh)]).toEqual([403, expect.stringContaining('six fois')])
  expect(live()).toMatchObject([{ mac: '02007f000502' }])
})

test('lent to a friend, the connection moves and is never two; nor is its time or its data refilled', async () => {
  await town.close()
  town = await signInTown({ profile: { sessionSeconds: 3_600, quotaBytes: 1_000_000 } })
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  town.clock.advance(20 * MINUTE_MS)
  await take('127.0.5.3', code)
  town.clock.advance(20 * MINUTE_MS)
  await take('127.0.5.4', code)
  expect(live()).toMatchObject([{ mac: '02007f000504', limits: { quotaBytes: 1_000_000 } }])
  expect((await town.phone('127.0.5.4').get('/status')).body).toMatch(/Il reste (19|20) minutes/)
})

test('from two phones at once: one of them is online in the end, by one session', async () => {
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  const pages = await Promise.all(['127.0.5.3', '127.0.5.4'].map(async (address) => wayFields((await town.phone(address).get('/')).body, 'reentry')))
  const answers = await town.passing(Promise.all(pages.map((fields, index) => town.phone(`127.0.5.${3 + index}`).post('/connect', { ...fields, code }))))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(live()).toHaveLength(1)
  expect(await town.enforcer.list()).toHaveLength(1)
  expect(['02007f000503', '02007f000504']).toContain(live()[0]?.mac)
})

test('a session that has ended is opened again by its code with what was left, where one tap opens it anyway', async () => {
  const phone = town.phone('127.0.5.2')
  const online = await phone.connect()
  town.clock.advance(30 * MINUTE_MS)
  await phone.post('/disconnect', { token: tokenOf(online.body) })
  town.clock.advance(30 * MINUTE_MS)
  const again = await take('127.0.5.3', codeOn(online.body))
  expect([again.status, /Il reste (59 minutes|1 heure)</.test(again.body)]).toEqual([200, true])
  expect(town.seen.started).toHaveLength(1)
})

test('a voucher’s session moves while it runs; once it is over its holder is told to begin with the voucher', async () => {
  const [voucher = ''] = await town.vouchers()
  const online = await town.signIn(town.phone('127.0.5.2'), 'voucher', { voucher })
  await settled(() => town.reports.length > 0)
  const taken = await take('127.0.5.3', codeOn(online.body))
  expect([taken.status, live()[0]]).toMatchObject([200, { method: 'voucher', user: voucher, nonce: '' }])
  await settled(() => town.reports.length >= 3)
  expect(town.reports.map(({ userName }) => userName)).toEqual([voucher, voucher, voucher])
  await town.phone('127.0.5.3').post('/disconnect', { token: tokenOf(taken.body) })
  const late = await take('127.0.5.4', codeOn(online.body))
  expect([late.status, problemOf(late)]).toEqual([403, expect.stringContaining('Reprenez avec votre code')])
})

test('after a day, at another site, or with one sign wrong, a code is known to nobody, in the same words', async () => {
  await town.close()
  const market = { ...SQUARE, id: 'marche', match: { calledStationId: '127.0.0.20' } }
  town = await signInTown({ profile: { sessionSeconds: 3 * 86_400 }, settings: { hosts: ['127.0.0.1', '127.0.0.20'], sites: [SQUARE, market] } })
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
  const there = await town.signIn(town.phone('127.0.5.3', '127.0.0.20'), 'reentry', { code })
  const mistaken = await take('127.0.5.4', wrong)
  town.volatile.prepare('update reentry set until_ms = until_ms - 86400000').run()
  const late = await take('127.0.5.6', code)
  for (const answer of [there, mistaken, late]) expect([answer.status, problemOf(answer)]).toEqual([403, 'Ce code n’est pas connu ici, ou il a plus de 24 heures.'])
  expect((await take('127.0.5.7', 'abc')).status).toBe(400)
  expect(live()).toMatchObject([{ mac: '02007f000502' }])
})

test('guessing is slow for who guesses and keeps nobody else out; the words say how long to wait', async () => {
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  const page = wayFields((await town.phone('127.0.5.3').get('/')).body, 'reentry')
  const guess = (text: string) => town.phone('127.0.5.3').post('/connect', { ...page, code: text })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => guess(`0000000${String(index).padStart(3, '0')}`)))
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(1)
  const waiting = answers.filter(({ status }) => status === 429)
  expect(waiting).toHaveLength(19)
  expect(waiting[0]).toMatchObject({ headers: { 'retry-after': '1' }, body: expect.stringContaining('Trop d’essais. Attendez 1 seconde') })
  expect((await guess(code)).status).toBe(429)
  expect((await town.phone('127.0.5.4').post('/connect', { ...wayFields((await town.phone('127.0.5.4').get('/')).body, 'reentry'), code })).status).toBe(200)
  town.clock.advance(2_000)
  expect((await guess(code)).status).toBe(200)
})

test('all devices together guess a hundred times a second at most', async () => {
  const statuses: number[] = []
  for (let device = 2; device < 112; device++) {
    const phone = town.phone(`127.0.20.${device}`)
    const fields = wayFields((await phone.get('/')).body, 'reentry')
    statuses.push((await phone.post('/connect', { ...fields, code: `000000${String(device).padStart(4, '0')}` })).status)
  }
  expect(statuses.filter((status) => status === 403)).toHaveLength(100)
  expect(statuses.slice(100)).toEqual(Array.from({ length: 10 }, () => 429))
  town.clock.advance(1_000)
  expect((await take('127.0.20.200', '0000000000')).status).toBe(403)
})

test('another’s form, filled with a code that is right, opens nothing', async () => {
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  const fields = wayFields((await town.phone('127.0.5.3').get('/')).body, 'reentry')
  expect((await town.phone('127.0.5.4').post('/connect', { ...fields, code })).status).toBe(403)
  const click = wayFields((await town.phone('127.0.5.4').get('/')).body, 'click')
  expect((await town.phone('127.0.5.4').post('/connect', { ...click, method: 'reentry', code })).status).toBe(403)
  expect(live()).toMatchObject([{ mac: '02007f000502' }])
})

test('the store holds no code, and the log neither', async () => {
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  await take('127.0.5.3', code)
  for (const name of ['sessions.db', 'sessions.db-wal', 'gateway.db', 'gateway.db-wal']) {
    const bytes = readFileSync(join(town.dir, name)).toString('latin1')
    for (const spelling of [code, code.replace('-', '')]) expect(bytes).not.toContain(spelling)
  }
  expect(town.effects.lines.join('')).not.toContain(code.replace('-', ''))
})

test('a session that the server or an operator ended is over for its code too', async () => {
  const code = codeOn((await town.phone('127.0.5.2').connect()).body)
  expect(await town.portal.sessions.endBy({ acctSessionId: live()[0]?.id ?? '' })).toBe('done')
  expect((await take('127.0.5.3', code)).status).toBe(403)
  expect(live()).toEqual([])
})

test('a connection that is paused keeps what was left, on the next address of its phone too', async () => {
  const codes = [codeOn((await town.phone('127.0.5.2').connect()).body), codeOn((await town.phone('127.0.5.3').connect()).body)] as const
  const [ended, paused] = live().sort((a, b) => (a.mac < b.mac ? -1 : 1))
  town.clock.advance(30 * MINUTE_MS)
  for (const session of [ended, paused]) await town.portal.sessions.pause(session?.id ?? '')
  await town.portal.sessions.end(ended?.id ?? '', 'userRequest')
  town.clock.advance(60 * MINUTE_MS)
  expect(/Il reste 1 heure et (29|30) minutes/.test((await take('127.0.5.4', codes[1])).body)).toBe(true)
  // One that was ended meanwhile goes by the clock from then on.
  expect(/Il reste (29|30) minutes/.test((await take('127.0.5.5', codes[0])).body)).toBe(true)
})
