// The ways into the same town that are not one tap: a voucher of the gateway or of the city, an account, a code that moves a session,
// two foreign controllers; under a law that asks for a log. Whatever these people typed or were given is collected to be looked for.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { daysFrom, makeHolderA, makeHolderB, readHolderA, readSecretA, readSecretB } from '#portal/legal/holder-keys.ts'
import { openInner, openOuter } from '#portal/legal/sealed.ts'
import { accountKeys } from '#radius/accounts/keys.ts'
import { accountToJson } from '#radius/accounts/row.ts'
import { sealAccount } from '#radius/accounts/seal-account.ts'
import { printedCode } from '#radius/vouchers/code.ts'
import { formsOf, type Answer, type Phone } from '#scripts/town/phone.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { codeOn, wayFields } from '../support/sign-in-town.ts'
import type { Wanted } from '../support/canary.ts'
import { macNotations } from '../support/canary.ts'

/** Of each way. */
export const WAYFARERS = 12
const DAYS = 20
const FAS_KEY = 'quai-des-brumes-1938'
const UAM_SECRET = 'les-enfants-du-paradis'
const BACK_PORT = 2050
const UAM_PORT = 3990
const NAMES = ['eulalie.marchetti', 'FERDINAND_OKOYE', 'r.vandenbroucke', 'zenobie-lachaume'] as const

/** The settings of such a town; the holders' files lie beside the machine, not on it. */
export function otherWaysSettings(folder: string, firstDay: string): { portal: string; tables: string; holders: string } {
  const holders = join(folder, 'holders')
  mkdirSync(holders)
  const files = { a: makeHolderA(daysFrom(firstDay, DAYS)), b: makeHolderB() }
  for (const [holder, { secret, public: open }] of Object.entries(files)) {
    writeFileSync(join(holders, `${holder}.secret`), secret)
    writeFileSync(join(holders, `${holder}.public`), open)
  }
  return {
    holders,
    portal: 'methods = ["click", "voucher", "account", "reentry"]\n',
    tables: `[[portal.extras]]
id = "lettre"
fr = "Recevoir la lettre du quartier"
[legal]
profile = "fr"
ports_per_session = 16
holder_a = "${join(holders, 'a.public')}"
holder_b = "${join(holders, 'b.public')}"
[[controllers]]
name = "nds"
kind = "opennds"
fas_level = 2
addresses = ["127.0.0.1:${BACK_PORT}"]
secret = "${FAS_KEY}"
[[controllers]]
name = "chilli"
kind = "uam"
addresses = ["127.0.0.1:${UAM_PORT}"]
secret = "${UAM_SECRET}"
`,
  }
}

/** As openNDS writes it on levels 2 and 3 (portal/controllers/README.md). */
function fasPath(mac: string): string {
  const iv = randomBytes(8).toString('hex')
  const fields = { hid: randomBytes(32).toString('hex'), clientip: '10.1.0.7', clientmac: mac, gatewayname: 'square', gatewayaddress: `127.0.0.1:${BACK_PORT}`, originurl: encodeURIComponent('http://example.org/') }
  const cipher = createCipheriv('aes-256-cbc', Buffer.concat([Buffer.from(FAS_KEY), Buffer.alloc(32)]).subarray(0, 32), Buffer.from(iv))
  const sealed = Buffer.concat([cipher.update(Object.entries(fields).map((pair) => pair.join('=')).join(', ')), cipher.final()])
  const fas = Buffer.from(sealed.toString('base64')).toString('base64')
  return `/at/nds?${new URLSearchParams({ fas, iv }).toString()}`
}

/** As chilli signs it. */
function uamPath(portal: string, mac: string): string {
  const path = `/at/chilli?res=notyet&uamip=127.0.0.1&uamport=${UAM_PORT}&challenge=${randomBytes(16).toString('hex')}&called=94-83-C4-01-42-27&mac=${mac}&ip=10.1.0.8&nasid=square`
  const md = createHash('md5').update(new URL(portal).origin + path).update(UAM_SECRET).digest('hex').toUpperCase()
  return `${path}&md=${md}`
}

export type OtherWays = {
  /** What was typed or given: to be found nowhere. */
  readonly wanted: Wanted[]
  /** Hardware addresses of phones behind controllers, twelve digits. */
  readonly macs: string[]
  /** How many came in by each way. */
  readonly came: Readonly<Record<string, number>>
}
export type OtherWaysParts = {
  readonly portal: string
  readonly data: string
  readonly day: number
  phone(): Phone
  control(action: string, args: object): Promise<string>
  /** Codes from the voucher desk of the hub. */
  cityCodes(count: number): Promise<string[]>
  /** A page that a citizen saw. */
  keep(where: string, answer: Answer): void
}

const secretOf = (what: string, values: readonly string[]): Wanted => ({ what, notations: [...new Set(values)] })

export async function walkOtherWays({ portal, data, day, phone, control, cityCodes, keep }: OtherWaysParts): Promise<OtherWays> {
  const wanted: Wanted[] = []
  const macs: string[] = []
  const came: Record<string, number> = {}
  const arrived = (way: string): void => void (came[way] = (came[way] ?? 0) + 1)

  async function signIn(visitor: Phone, method: string, fields: Readonly<Record<string, string>>, path = '/'): Promise<Answer> {
    const page = await visitor.ask(portal, path)
    const form = formsOf(page.body).find((one) => one.fields['method'] === method)
    return visitor.ask(portal, form?.action ?? '/connect', { form: { ...wayFields(page.body, method), ...fields } })
  }
  async function online(way: string, visitor: Phone, answer: Answer): Promise<string> {
    expect([way, answer.status, answer.body.includes('/s/')], answer.body.slice(-600)).toEqual([way, 200, true])
    arrived(way)
    keep(way, answer)
    const path = /\/s\/[0-9a-hjkmnp-tv-z]{26}/.exec(answer.body)?.[0] ?? ''
    wanted.push(secretOf('session token', [path.slice(3)]))
    const own = await visitor.ask(portal, path)
    keep(`${way} own page`, own)
    return path
  }

  async function byVoucher(way: string, code: string): Promise<void> {
    const visitor = phone()
    wanted.push(secretOf('voucher', [code, printedCode(code)]))
    keep('link', await visitor.ask(portal, `/?v=${printedCode(code)}`))
    await online(way, visitor, await signIn(visitor, 'voucher', { voucher: printedCode(code) }))
  }
  async function byAccount(index: number): Promise<void> {
    const name = `${NAMES[index % NAMES.length] ?? ''}${index}`
    const password = `la rivière ${randomBytes(6).toString('hex')}`
    wanted.push({ what: 'account', notations: [...new Set([name, name.toLowerCase(), name.toUpperCase()])] }, secretOf('password', [password]))
    const row = await sealAccount(accountKeys(deviceKeyAt(join(data, 'device.key'))), { name, kind: 'person', password, label: '', sessions: undefined }, day, randomBytes)
    await control('account put', { account: accountToJson(row) })
    const visitor = phone()
    await signIn(visitor, 'account', { name: `${name}x`, password })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await online('account', visitor, await signIn(visitor, 'account', { name, password }))
  }
  /** One who ticks the box, takes the session to another phone, looks at the receipt, withdraws, erases. */
  async function byCode(index: number): Promise<void> {
    const first = phone()
    const path = await online('extra', first, await signIn(first, 'click', { 'extra.lettre': 'given' }))
    const own = await first.ask(portal, path)
    const code = codeOn(own.body)
    wanted.push(secretOf('re-entry code', [code, code.replace('-', '')]))
    const receipt = /\/receipt\/([0-9a-hjkmnp-tv-z]{16})/.exec(own.body)?.[1] ?? ''
    expect(receipt).not.toBe('')
    const second = phone()
    await online('reentry', second, await signIn(second, 'reentry', { code }))
    wanted.push(secretOf('withdrawal code', [receipt, receipt.replace(/(.{4})(?=.)/g, '$1-')]))
    keep('receipt', await second.ask(portal, `/receipt/${receipt}`))
    keep('copy', await second.ask(portal, `/receipt/${receipt}/copy`))
    keep('withdrawn', await second.ask(portal, '/receipt', { form: { code: receipt, act: 'withdraw', purpose: 'lettre' } }))
    if (index % 2 === 0) keep('erased', await second.ask(portal, '/receipt', { form: { code: receipt, act: 'erase' } }))
  }
  function newMac(): { digits: string; colons: string } {
    const digits = Buffer.concat([Buffer.of(0x5e), randomBytes(5)]).toString('hex')
    macs.push(digits)
    wanted.push({ what: 'phone', notations: macNotations(digits), digested: [`ctl:nds:${digits}`, `ctl:chilli:${digits}`] })
    return { digits, colons: (digits.match(/../g) ?? []).join(':') }
  }
  async function byOpenNds(): Promise<void> {
    const visitor = phone()
    const sent = await visitor.ask(portal, fasPath(newMac().colons))
    expect(sent.status).toBe(302)
    const answer = await signIn(visitor, 'click', {}, sent.headers.location ?? '/')
    expect([answer.status, answer.headers.location]).toEqual([303, expect.stringContaining('/opennds_auth/?tok=')])
    keep('back to openNDS', answer)
    wanted.push(secretOf('session token', [/%2Fs%2F([0-9a-z]{26})/.exec(answer.headers.location ?? '')?.[1] ?? '']))
    arrived('opennds')
  }
  async function byChilli(): Promise<void> {
    const visitor = phone()
    const sent = await visitor.ask(portal, uamPath(portal, newMac().colons.toUpperCase().replaceAll(':', '-')))
    expect(sent.status).toBe(302)
    const answer = await signIn(visitor, 'click', {}, sent.headers.location ?? '/')
    expect([answer.status, answer.headers.location]).toEqual([303, expect.stringContaining('/logon?')])
    keep('back to chilli', answer)
    arrived('chilli')
  }

  const own = (JSON.parse(await control('voucher make', { label: 'bibliothèque', count: WAYFARERS, form: 'digits', seconds: 3_000, devices: 1 })) as { codes: string[] }).codes
  for (const code of own) await byVoucher('voucher', code)
  for (const code of await cityCodes(WAYFARERS)) await byVoucher('city voucher', code)
  for (let index = 0; index < WAYFARERS; index++) {
    await byAccount(index)
    await byCode(index)
    await byOpenNds()
    await byChilli()
  }
  return { wanted, macs, came }
}

/** What lies on the disk, opened by both holders together: the hardware addresses that it names. */
export async function sealedMacs(data: string, holders: string): Promise<Set<string>> {
  const [a, b] = [readSecretA(readFileSync(join(holders, 'a.secret'), 'utf8')), readSecretB(readFileSync(join(holders, 'b.secret'), 'utf8'))]
  expect(readHolderA(readFileSync(join(holders, 'a.public'), 'utf8')).days.size).toBe(DAYS)
  const found = new Set<string>()
  for (const name of readdirSync(join(data, 'legal')).filter((one) => one.endsWith('.jwe'))) {
    const key = a.days.get(name.slice(0, 10))
    if (!key) continue
    for (const line of readFileSync(join(data, 'legal', name), 'utf8').trim().split('\n')) {
      for (const record of await openInner(await openOuter(line, key), b.key)) if (record.kind !== 'up' && record.terminal_mac !== undefined) found.add(record.terminal_mac.replaceAll(':', ''))
    }
  }
  return found
}
