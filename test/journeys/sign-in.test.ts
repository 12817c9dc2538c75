// Every way to sign in, as a citizen goes it: without script, without cookies, with mistakes.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVoucherCode, printedCode } from '#radius/vouchers/code.ts'
import { portalTown, settled, tokenOf } from '#test/support/portal-town.ts'
import { signInTown, wayFields, type SignInTown } from '#test/support/sign-in-town.ts'

let town: SignInTown
beforeAll(async () => void (town = await signInTown()))
afterAll(() => town.close())

const words = (page: string): string => page.replace(/<style>[^]*?<\/style>|<svg[^]*?<\/svg>|<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const reportsOf = (address: string) => town.reports.filter(({ callingStationId }) => callingStationId?.endsWith(address))

test('the page has one action and the other ways below it, each a form with labels that a keyboard and a screen reader know', async () => {
  const { body } = await town.phone('127.0.5.2').get('/')
  expect(body.indexOf('class="go"')).toBeLessThan(body.indexOf('<details'))
  expect([...body.matchAll(/<details[^>]*>/g)].map(([tag]) => tag)).toEqual(['<details>', '<details>', '<details>'])
  for (const [, id] of body.matchAll(/<input id="([\w-]+)"/g)) {
    expect(body).toContain(`<label for="${id}">`)
    for (const [, described] of body.matchAll(/aria-describedby="([^"]+)"/g)) for (const one of (described ?? '').split(' ')) expect(body).toContain(`id="${one}"`)
  }
  expect(body).toMatch(/name="name" type="text"[^>]* autocomplete="username"/)
  expect(body).toMatch(/name="password" type="password"[^>]* autocomplete="current-password"/)
  expect(Buffer.byteLength(body)).toBeLessThan(14 * 1024)
})

test('a voucher opens the connection for the time that it has, and its use is told so that it is metered', async () => {
  const [code = ''] = await town.vouchers({ label: 'une heure' })
  const phone = town.phone('127.0.5.3')
  const online = await town.signIn(phone, 'voucher', { voucher: ` ${printedCode(code).toUpperCase()} ` })
  expect(online.status).toBe(200)
  expect(online.body).toContain('1 heure')
  expect(online.body).not.toContain(code)
  await settled(() => reportsOf('05-03').length > 0)
  expect(reportsOf('05-03')).toMatchObject([{ status: 'start', userName: code }])
  expect(town.seen.started.at(-1)).toMatchObject({ method: 'voucher' })
  town.clock.advance(600_000)
  await town.passing(phone.post('/disconnect', { token: tokenOf(online.body) }))
  await settled(() => reportsOf('05-03').length > 1)
  expect(reportsOf('05-03').at(-1)).toMatchObject({ status: 'stop', userName: code, sessionSeconds: expect.any(Number) })
  expect(town.users.vouchers.find(town.users.vouchers.idOf(code))?.usedSeconds).toBeGreaterThanOrEqual(600)
  const again = await town.signIn(town.phone('127.0.5.4'), 'voucher', { voucher: code })
  expect(words(again.body)).toMatch(/Il reste (4[5-9]|50) minutes/)
})

test('a link with the code fills the field and does nothing else; another language keeps it', async () => {
  const [code = ''] = await town.vouchers({ label: 'affiche' })
  const phone = town.phone('127.0.5.5')
  const before = town.reports.length
  const page = await phone.get(`/?v=${printedCode(code)}`)
  expect(wayFields(page.body, 'voucher')['voucher']).toBe(printedCode(code))
  expect(page.body).toContain('<details open>')
  expect(page.body).toContain(`href="/?lang=en&amp;v=${printedCode(code)}"`)
  expect(town.portal.sessions.list().some(({ mac }) => mac === '02007f000505')).toBe(false)
  expect(town.reports.length).toBe(before)
  expect((await town.passing(phone.post('/connect', wayFields(page.body, 'voucher')))).status).toBe(200)
})

test('a link full of markup, or too long to be a code, fills nothing that is not text', async () => {
  const phone = town.phone('127.0.5.6')
  const markup = await phone.get('/?v=%22%3E%3Cscript%3Ealert(1)%3C/script%3E')
  expect(markup.body).not.toContain('<script')
  expect(wayFields(markup.body, 'voucher')['voucher']).toBe('"><script>alert(1)</script>')
  expect(markup.body).toContain('&amp;v=%22%3E%3Cscript')
  expect(wayFields((await phone.get(`/?v=${'9'.repeat(49)}`)).body, 'voucher')['voucher']).toBe('')
})

test.each([
  ['empty', 400, 'Ce champ est vide', async (): Promise<string> => ''],
  ['mistyped', 400, 'faute de frappe', async (): Promise<string> => '1234-5678-9012-3456-7890'],
  ['a name, not a code', 400, 'faute de frappe', async (): Promise<string> => 'anne'],
  ['nobody’s', 403, 'Ce code n’est pas connu', async (): Promise<string> => makeVoucherCode('digits', randomBytes)],
  ['void', 403, 'n’est plus valable', async (): Promise<string> => {
    const [code = ''] = await town.vouchers({ label: 'annulés' })
    await town.users.vouchers.void('annulés')
    return code
  }],
  ['out of date', 403, 'n’est plus valable', async (): Promise<string> => {
    const [code = ''] = await town.vouchers({ label: 'vieux', untilMinute: Math.floor(town.clock.now() / 60_000) + 2 })
    town.clock.advance(3 * 60_000)
    return code
  }],
] as const)('a voucher code that is %s is told so in words beside its field, and stays in it', async (what, status, said, make) => {
  const code = await make()
  const phone = town.phone(`127.0.6.${what.length + 10}`)
  const answer = await town.signIn(phone, 'voucher', { voucher: code })
  expect([what, answer.status]).toEqual([what, status])
  expect(answer.body).toMatch(new RegExp(`<p class="bad" id="voucher-voucher-problem" role="alert">[^<]*${said}`))
  expect(answer.body).toContain('aria-describedby="voucher-voucher-problem voucher-hint"')
  expect(answer.body).toContain('<details open>')
  expect(wayFields(answer.body, 'voucher')['voucher']).toBe(code)
})

test('a voucher in use on its one device, and one whose time is used up, are told so to its holder', async () => {
  const [code = ''] = await town.vouchers({ label: 'dix minutes', seconds: 600 })
  const first = town.phone('127.0.7.2')
  expect((await town.signIn(first, 'voucher', { voucher: code })).status).toBe(200)
  await settled(() => reportsOf('07-02').length > 0)
  expect((await town.signIn(town.phone('127.0.7.3'), 'voucher', { voucher: code })).body).toContain('autant d’appareils qu’il le permet')
  town.clock.advance(600_000)
  await settled(() => reportsOf('07-02').length > 1)
  expect((await town.signIn(town.phone('127.0.7.3'), 'voucher', { voucher: code })).body).toContain('est épuisé')
})

test('an account opens the connection; its password goes to the server and nowhere else', async () => {
  await town.users.add({ name: 'anne', password: 'un mot de passe sûr', kind: 'person' })
  const wrong = await town.signIn(town.phone('127.0.8.2'), 'account', { name: 'Anne', password: 'un autre mot de passe' })
  expect([wrong.status, words(wrong.body)]).toEqual([403, expect.stringContaining('Le nom ou le mot de passe n’est pas le bon')])
  expect(wayFields(wrong.body, 'account')).toMatchObject({ name: 'Anne', password: '' })
  const nobody = await town.signIn(town.phone('127.0.8.3'), 'account', { name: 'personne', password: 'un autre mot de passe' })
  const said = (page: string) => /role="alert">([^<]*)</.exec(page)?.[1]
  expect([nobody.status, said(nobody.body)]).toEqual([wrong.status, said(wrong.body)])
  town.clock.advance(5_000)
  const online = await town.signIn(town.phone('127.0.8.2'), 'account', { name: 'Anne', password: 'un mot de passe sûr' })
  expect([online.status, words(online.body)]).toEqual([200, expect.stringContaining('Vous êtes en ligne')])
  await settled(() => reportsOf('08-02').length > 0)
  expect(reportsOf('08-02')).toMatchObject([{ status: 'start', userName: 'Anne' }])
  const second = await town.signIn(town.phone('127.0.8.4'), 'account', { name: 'anne', password: 'un mot de passe sûr' })
  expect(words(second.body)).toContain('déjà en ligne sur un autre appareil')
})

test.each([
  ['no name', { name: ' ', password: 'x' }, 400, 'account-name-problem'],
  ['no password', { name: 'anne', password: '' }, 400, 'account-password-problem'],
  ['a voucher for a name', { name: '4447-6235-4444-6666-2220', password: 'x' }, 403, 'account-password-problem'],
  ['a password that no packet carries', { name: 'anne', password: 'x'.repeat(129) }, 403, 'account-password-problem'],
])('an account with %s is told beside the field', async (_, fields, status, id) => {
  const answer = await town.signIn(town.phone('127.0.8.9'), 'account', fields)
  expect([answer.status, answer.body.includes(`id="${id}"`)]).toEqual([status, true])
})

test('no voucher, name or password reaches the disk or the log, and the volatile store holds no password', async () => {
  const [code = ''] = await town.vouchers({ label: 'discret' })
  await town.users.add({ name: 'discrète', password: 'phrase de passe unique', kind: 'person' })
  await town.signIn(town.phone('127.0.9.2'), 'voucher', { voucher: code })
  expect((await town.signIn(town.phone('127.0.9.3'), 'account', { name: 'discrète', password: 'phrase de passe unique' })).status).toBe(200)
  const read = (name: string) => ['', '-wal'].map((end) => readFileSync(join(town.dir, name + end)).toString('latin1')).join('')
  const latin = (text: string) => Buffer.from(text).toString('latin1')
  for (const secret of [code, printedCode(code), 'discrète', 'phrase de passe unique']) {
    expect(read('gateway.db')).not.toContain(latin(secret))
    expect(town.effects.lines.join('')).not.toContain(secret)
  }
  expect(read('sessions.db')).toContain(code)
  expect(read('sessions.db')).not.toContain('phrase de passe unique')
})

test('after a power cut a voucher’s Stop goes out without the name that no disk learnt, and its session is known to the server by its id', async () => {
  const dark = await signInTown()
  const [code = ''] = await dark.vouchers()
  await dark.signIn(dark.phone('127.0.9.9'), 'voucher', { voucher: code })
  const id = dark.portal.sessions.list()[0]?.id
  await settled(() => dark.reports.length > 0)
  // What a boot finds: the journal on disk, and a volatile store that never heard of anybody.
  dark.volatile.exec("delete from session; update boot set id = 'another'")
  const next = await portalTown({ dir: dark.dir, settings: { methods: ['voucher'] } })
  await settled(() => next.reports.length > 0)
  expect(next.reports).toMatchObject([{ status: 'stop', acctSessionId: id, terminateCause: 'nasReboot' }])
  expect(next.reports[0]?.userName ?? '').toBe('')
  await next.close()
  await dark.close().catch(() => undefined)
})
