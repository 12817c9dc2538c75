// Every route, with everything that it reads as nobody should send it. What is not HTTP at all is in hostile-input.test.ts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formsOf } from '#scripts/town/phone.ts'
import { simulateUnifi, type SimulatedUnifi } from '#test/support/controllers.ts'
import { each, faultOf, filled, HOSTILE, namesRead, queriesOf, type Examples } from '#test/support/hostile.ts'
import { portalTown, tokenOf, type PortalTown } from '#test/support/portal-town.ts'
import { rawHttp } from '#test/support/raw-http.ts'
import { ROUTES } from './app.ts'

const { fields: FIELDS, parameters: PARAMETERS } = namesRead()
const NAMES = [...new Set([...PARAMETERS, ...FIELDS])]
const SECRET = 'ht2eb8ej6s4et3rg1ulp'
const EXTRA = { id: 'news', texts: { fr: 'Recevoir des nouvelles de la ville.' } }
/** Where controllers stand: phones may be led there. */
const BACK = ['http://192.168.8.1:3990', 'http://192.168.8.1:80', 'http://192.168.8.1']

type Citizen = { readonly from: string; readonly token: string; readonly code: string }

let town: PortalTown
let unifi: SimulatedUnifi
let examples: Examples
/** As a controller's redirect leaves it in the address of every page. */
let at = ''
let phones = 0

const nextAddress = () => `127.90.${Math.floor(++phones / 200)}.${(phones % 200) + 2}`
async function citizen(): Promise<Citizen> {
  const from = nextAddress()
  const token = tokenOf((await town.phone(from).connect()).body)
  const code = (await town.phone(from).get(`/s/${token}/receipt`)).body.trim().split('\n').at(-1) ?? ''
  return { from, token, code }
}

beforeAll(async () => {
  unifi = await simulateUnifi()
  const controllers = [
    { name: 'nds', kind: 'opennds', level: 1, secret: SECRET, addresses: ['192.168.8.1:2050'] },
    { name: 'polled', kind: 'opennds', level: 4, secret: SECRET, addresses: ['192.168.8.1:2050'] },
    { name: 'chilli', kind: 'uam', secret: SECRET, addresses: ['192.168.8.1:3990'] },
    { name: 'unifi', kind: 'unifi', addresses: [], api: { url: unifi.origin, user: 'parvis', password: 'secret', site: 'default' } },
    { name: 'router', kind: 'mikrotik', addresses: ['192.168.8.1'] },
  ] as const
  town = await portalTown({ settings: { methods: ['click', 'voucher', 'account', 'reentry'], extras: [EXTRA], controllers } })
  const { from, token, code } = await citizen()
  examples = { ':token': [token], ':code': [code], ':controller': controllers.map(({ name }) => name), ':site': ['default'] }
  const arrived = await town.phone(from).get('/guest/s/default/?id=5c:1d:d9:20:a0:c1&ap=94:83:c4:01:42:27&ssid=square')
  at = /[?&]at=([\w-]+)/.exec(String(arrived.headers['location']))?.[1] ?? ''
})
afterAll(async () => {
  await town.close()
  await unifi.close()
})

const captiveAnswers = () => Number(/captive_answers_total (\d+)/.exec(town.effects.metrics.text())?.[1] ?? 0)

async function sent(method: string, target: string, from: string, body?: string): Promise<string> {
  const form = body === undefined ? '' : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
  const bytes = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${form}Connection: close\r\n\r\n${body ?? ''}`
  return (await rawHttp({ origin: town.portal.url, bytes, from })).text
}

type Posted = { readonly from: string; readonly fields: Readonly<Record<string, string>> }
const CODES_TYPED: Readonly<Record<string, string>> = { voucher: '4447 6235 4444 6666 2220', name: 'amina.b', password: 'something', code: 'abcd-efgh' }

/** The form of one way to sign in, filled in; a second between tries, because more of them at once are refused unread. */
async function signIn(method: string): Promise<Posted> {
  town.clock.advance(1_000)
  const from = nextAddress()
  const { fields = {} } = formsOf((await town.phone(from).get('/')).body).find(({ fields }) => fields['method'] === method) ?? {}
  return { from, fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value || (CODES_TYPED[name] ?? '')])) }
}
async function withToken(): Promise<Posted> {
  const { from, token } = await citizen()
  return { from, fields: { token } }
}
/** Paused; `form` is what its device shows instead of the token. */
async function standing(): Promise<Posted & { readonly form: string }> {
  const { from, fields } = await withToken()
  await town.phone(from).post('/pause', fields)
  return { from, fields, form: /name="form" value="([^"]+)"/.exec((await town.phone(from).get('/status')).body)?.[1] ?? '' }
}
async function onReceipt(act: string): Promise<Posted> {
  const { from, code } = await citizen()
  return { from, fields: { code, act, purpose: EXTRA.id } }
}
const poll = async (): Promise<Posted> => ({ from: '127.0.0.9', fields: { auth_get: 'view', gatewayhash: 'a'.repeat(64), payload: Buffer.from('none').toString('base64') } })

/** What each form holds when it is right, so that what comes hostile is read where it is used. A route that takes forms and is not here fails. */
const FORMS: Readonly<Record<string, readonly (() => Promise<Posted>)[]>> = {
  '/connect': ['click', 'voucher', 'account', 'reentry'].map((method) => () => signIn(method)),
  '/disconnect': [withToken],
  '/extend': [
    withToken,
    async () => {
      const { from, fields, form } = await standing()
      await town.phone(from).post('/resume', fields)
      return { from, fields: { form } }
    },
  ],
  '/pause': [withToken],
  '/resume': [
    standing,
    async () => {
      const { from, form } = await standing()
      return { from, fields: { form } }
    },
  ],
  '/receipt': ['show', 'withdraw', 'erase'].map((act) => () => onReceipt(act)),
  '/at/:controller': [poll],
}
type Form = { readonly target: string; readonly make: () => Promise<Posted> }
function forms(): readonly Form[] {
  return ROUTES.filter(({ methods }) => methods.includes('POST')).flatMap(({ path }) => {
    const made = FORMS[path]
    if (!made) throw new Error(`no example of a form for ${path}`)
    return filled(path, examples).flatMap((target) => made.map((make) => ({ target, make })))
  })
}

test('every route answers by itself where it is sent an example: none of them is taken for a foreign address', async () => {
  const before = captiveAnswers()
  for (const { methods, path } of ROUTES) {
    for (const target of filled(path, examples)) {
      for (const method of methods) expect(faultOf(await sent(method, target, '127.0.0.9', method === 'POST' ? 'lang=fr' : undefined), town.portal.url), `${method} ${target}`).toBeUndefined()
    }
  }
  expect(captiveAnswers()).toBe(before)
  expect(at.length).toBeGreaterThan(100)
  await sent('GET', '/receipt/:code', '127.0.0.9')
  expect(captiveAnswers()).toBe(before + 1)
})

test('each form, as it should be, does what it is for', async () => {
  const refused: string[] = []
  for (const { target, make } of forms()) {
    const { from, fields } = await make()
    const answer = await sent('POST', target, from, new URLSearchParams(fields).toString())
    // Nobody has such a voucher, account or code; and of controllers only those that poll ask us anything.
    const unknown = fields['method'] !== undefined && fields['method'] !== 'click'
    if (!unknown && !/^\/at\/(?!polled)/.test(target) && !/^HTTP\/1\.1 (200|303)/.test(answer)) refused.push(`${target} ${Object.keys(fields).join()}: ${answer.slice(0, 12)}`)
    if (unknown && !/<form[^>]*action="\/connect/.test(answer)) refused.push(`${target} ${fields['method']}: ${answer.slice(0, 12)}`)
  }
  expect(refused).toEqual([])
})

test('the names are those that are read', () => {
  expect(NAMES).toEqual(expect.arrayContaining(['lang', 'to', 'at', 'more', 'form', 'act', 'purpose', 'code', 'voucher', 'v', 'auth_get', 'link-login-only', 'fas', 'url']))
})

for (const [kind, pair] of Object.entries(HOSTILE)) {
  test(`no parameter of any page is believed as ${kind}`, async () => {
    const faults: string[] = []
    const pages = ROUTES.filter(({ methods }) => methods.includes('GET')).flatMap(({ path }) => filled(path, examples))
    // One by one, because what is refused first hides the rest; and all behind a state, with which the page is another's.
    const queries = [...PARAMETERS.map(pair), ...queriesOf([`at=${at}`, ...NAMES.map(pair)])]
    const targets = pages.flatMap((page) => queries.map((query) => `${page}?${query}`))
    await each(targets, async (target) => {
      const fault = faultOf(await sent('GET', target, '127.0.0.9'), town.portal.url, BACK)
      if (fault !== undefined) faults.push(`${target.slice(0, 100)}: ${fault}`)
    })
    expect(faults).toEqual([])
  }, 60_000)

  test(`no field of any form is believed as ${kind}`, async () => {
    const faults: string[] = []
    const [query = ''] = queriesOf(PARAMETERS.filter((name) => name !== 'at').map(pair))
    await each(forms(), async ({ target, make }) => {
      // One by one what the form has, or could have; what it never has, together.
      const own = new Set([...Object.keys((await make()).fields), 'lang', 'to', 'token', 'form'])
      const strange = queriesOf(NAMES.filter((name) => !own.has(name)).map(pair))
      const fields = [...own].map((name) => ({ name, text: pair(name) }))
      for (const { name, text } of [...fields, ...strange.map((text) => ({ name: '', text }))]) {
        const right = await make()
        const { [name]: _, ...others } = right.fields
        const fault = faultOf(await sent('POST', `${target}?${query}`, right.from, `${new URLSearchParams(others).toString()}&${text}`), town.portal.url, BACK)
        if (fault !== undefined) faults.push(`${target} ${name}: ${fault}`)
      }
      const { from, fields: right } = await make()
      const fault = faultOf(await sent('POST', `${target}?${pair('at')}`, from, new URLSearchParams(right).toString()), town.portal.url, BACK)
      if (fault !== undefined) faults.push(`${target} at: ${fault}`)
    })
    expect(faults).toEqual([])
  }, 60_000)
}

test('after all that the next phone gets online', async () => {
  expect((await citizen()).token).toMatch(/^[0-9a-z]{26}$/)
  expect(town.portal.ready()).toBe(true)
})
