// Accounts and vouchers from the command line to the access server's answer, while no server runs and while one does.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { CODES } from '#radius/packet.ts'
import { radclient } from '#test/support/freeradius.ts'
import { absent } from '#test/support/peer.ts'
import { accessBytes, openWire, type Wire } from '#test/support/radius-town.ts'
import { rawFiles } from '../privacy/gather.ts'

const MAIN = join(import.meta.dirname, '../../scripts/main.ts')
const [PHONE, TABLET] = ['02-00-00-00-00-01', '02-00-00-00-00-02'] as const

let data: string
let runtime: string
let wire: Wire
let instance: Instance | undefined
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'parvis-accounts-'))
  runtime = mkdtempSync('/dev/shm/parvis-accounts-')
  wire = await openWire()
})
afterAll(async () => {
  wire.close()
  await instance?.stop()
  for (const folder of [data, runtime]) rmSync(folder, { recursive: true, force: true })
})

type Said = { readonly code: number; readonly out: string; readonly err: string }
function parvis(args: readonly string[], typed = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: data, env: { ...process.env, NO_COLOR: '1', PARVIS_DATA: data, PARVIS_RUNTIME: runtime }, stdio: ['pipe', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (part: Buffer) => (out += part.toString()))
    child.stderr.on('data', (part: Buffer) => (err += part.toString()))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }))
    child.stdin.end(typed)
  })
}
async function json(args: readonly string[], typed?: string): Promise<Record<string, unknown>> {
  const { code, out, err } = await parvis([...args, '--json'], typed)
  expect([args, code, err]).toEqual([args, 0, expect.any(String)])
  return JSON.parse(out) as Record<string, unknown>
}
async function listed(): Promise<readonly Record<string, unknown>[]> {
  return (await json(['account', 'list']))['accounts'] as Record<string, unknown>[]
}
async function start(): Promise<Instance> {
  instance = await startInstance({ data, runtime, args: ['--role', 'radius'] })
  return instance
}
const secret = (): string => readFileSync(join(data, 'radius.secret'), 'utf8').trim()

async function signIn(name: string, password: string, station: string = PHONE): Promise<string> {
  wire.send(accessBytes(name, password, { secret: secret(), callingStationId: station }), instance?.ports['radius_auth'] ?? 0)
  const { code } = await wire.next()
  return code === CODES.accessAccept ? 'accept' : code === CODES.accessReject ? 'reject' : String(code)
}
async function account(status: string, name: string, session: string, station: string = PHONE): Promise<void> {
  const { code } = await radclient({
    kind: 'acct', port: instance?.ports['radius_acct'] ?? 0, secret: secret(),
    attributes: [`Acct-Status-Type = ${status}`, `User-Name = "${name}"`, `Acct-Session-Id = "${session}"`, `Calling-Station-Id = "${station}"`, 'NAS-Identifier = "ap"', 'Acct-Session-Time = 60'],
  })
  expect(code).toBe('Accounting-Response')
}

test('accounts and vouchers made while no server runs open the door once one does', async () => {
  const machine = await json(['account', 'add', 'Borne-1', '--kind', 'machine', '--label', 'Place du marché'])
  await parvis(['account', 'add', 'anne'], 'un mot de passe\n')
  const { codes } = (await json(['voucher', 'make', '--count', '2', '--minutes', '60'])) as { codes: string[] }
  expect((await parvis(['voucher', 'make'])).err).toContain('add "voucher" to portal.methods')
  expect((await parvis(['voucher', 'make', '--portal.methods=click,voucher'])).err).not.toContain('portal.methods')
  // A mistake in the settings is told before codes are made that nobody would see.
  const batches = async (): Promise<number> => ((await json(['voucher', 'list']))['batches'] as unknown[]).length
  const before = await batches()
  for (const extra of [[], ['--sheet', join(tmpdir(), 'parvis-no-sheet.html')]]) {
    expect(await parvis(['voucher', 'make', '--portal.port=none', ...extra])).toMatchObject({ code: 2, out: '' })
  }
  expect(await batches()).toBe(before)
  await start()
  expect(await signIn('borne-1', String(machine['secret']))).toBe('accept')
  expect(await signIn('Anne', 'un mot de passe')).toBe('accept')
  expect(await signIn(codes[0] ?? '', codes[0] ?? '')).toBe('accept')
  expect(await signIn('anne', 'un autre')).toBe('reject')
  expect(await signIn('nobody', 'un autre')).toBe('reject')
}, 30_000)

test('while the server runs, what is added opens at once, and what is removed no longer does', async () => {
  const { secret: first } = await json(['account', 'add', 'porte', '--kind', 'machine'])
  expect(await signIn('porte', String(first))).toBe('accept')
  const { secret: second, replaced } = await json(['account', 'add', 'porte', '--kind', 'machine'])
  expect([replaced, await signIn('porte', String(first)), await signIn('porte', String(second))]).toEqual([true, 'reject', 'accept'])
  expect((await parvis(['account', 'add', 'lent', '--kind', 'machine', '--secret-stdin', '--sessions', '1'], 'given\r\n')).code).toBe(0)
  expect([await signIn('lent', 'given'), await signIn('lent', 'given', TABLET)]).toEqual(['accept', 'reject'])
  const listing = await listed()
  expect(listing.map(({ kind, label, sessions }) => [kind, label, sessions])).toEqual(expect.arrayContaining([['machine', 'Place du marché', null], ['person', '', null], ['machine', '', 1]]))
  const person = listing.find(({ kind }) => kind === 'person')
  expect((await parvis(['account', 'remove', 'PORTE'])).out).toBe('The account is gone.\n')
  expect((await parvis(['account', 'remove', String(person?.['key']).slice(0, 10)])).code).toBe(0)
  expect([await signIn('porte', String(second)), await signIn('anne', 'un mot de passe')]).toEqual(['reject', 'reject'])
  expect(await parvis(['account', 'remove', 'porte'])).toEqual({ code: 1, out: '', err: 'There is no account with this name or key.\n' })
  expect(instance?.log()).toMatch(/"reason":"account_in_use"/)
}, 30_000)

test('a name that is not on the command line is the first line of a pipe', async () => {
  expect((await parvis(['account', 'add', '-'], 'Chloé B\nun mot de passe\n')).code).toBe(0)
  const { secret: made } = await json(['account', 'add', '--kind', 'machine'], 'écran 7\r\n')
  expect([await signIn('chloé b', 'un mot de passe'), await signIn('écran 7', String(made))]).toEqual(['accept', 'accept'])
  for (const [args, typed] of [[['account', 'remove', '-'], 'CHLOÉ B\n'], [['account', 'remove'], 'écran 7']] as const) expect((await parvis(args, typed)).out).toMatch(/^The account is gone/)
  expect(await signIn('chloé b', 'un mot de passe')).toBe('reject')
}, 30_000)

test('an import is all or nothing, tells wrong lines without names, and replaces what was there', async () => {
  const file = join(data, '..', `${data.split('/').at(-1) ?? ''}.csv`)
  const write = (text: string): void => writeFileSync(file, text)
  try {
    write('name,password\r\nbasile,un\r\n,deux\r\n"chloé ""c""",\r\n')
    const wrong = await parvis(['account', 'import', file, '--kind', 'machine'])
    expect([wrong.code, wrong.err]).toEqual([1, 'parvis: 2 lines are wrong: nothing was imported\n  line 3: the name is empty\n  line 4: the password is empty\n'])
    expect(await signIn('basile', 'un')).toBe('reject')
    write('name,password\r\nanne,un mot de passe\r\nbasile,court\r\n')
    const short = await parvis(['account', 'import', file, '--kind', 'person'])
    expect([short.code, short.err]).toEqual([1, expect.stringMatching(/^parvis: one line is wrong: nothing was imported\n  line 3: the password is shorter than 8 characters: /)])
    write('name,password\r\nbasile,un\r\n"chloé ""c""","trois, quatre"\r\nBASILE,cinq\r\n')
    expect(await json(['account', 'import', file, '--kind', 'machine'])).toEqual({ count: 2, replaced: 0, repeated: 1 })
    expect([await signIn('basile', 'un'), await signIn('basile', 'cinq'), await signIn('chloé "c"', 'trois, quatre')]).toEqual(['reject', 'accept', 'accept'])
    write('password;name\nsecret de personne;basile\n')
    expect(await json(['account', 'import', file, '--kind', 'person'])).toEqual({ count: 1, replaced: 1, repeated: 0 })
    // In this order: a person who was wrong waits before the next try.
    expect([await signIn('basile', 'secret de personne'), await signIn('basile', 'cinq')]).toEqual(['accept', 'reject'])
    for (const [text, says] of [['', /line 1 must name the columns/], ['name,pass\n', /line 1 must/], ['name,password\n"open', /a quote is never closed/], ['name,password\na,b,c\n', /3 fields instead of 2/]] as const) {
      write(text)
      const { code, err } = await parvis(['account', 'import', file, '--kind', 'person'])
      expect([code, err]).toEqual([1, expect.stringMatching(says)])
    }
  } finally {
    rmSync(file, { force: true })
  }
}, 30_000)

test('wrong use is told, and a password is no argument', async () => {
  const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
    [['account'], /parvis account add/], [['account', 'add'], /the name is empty|the password is empty/], [['account', 'import'], /parvis account add/], [['account', 'add', 'anne', 'secret'], /parvis account/], [['account', 'add', 'a', '--kind', 'cat'], /--kind must be person or machine/],
    [['account', 'add', 'b', '--sessions', '-1'], /--sessions is a whole number/], [['account', 'add', 'anne'], /the password is empty/], [['account', 'import', 'nowhere.csv', '--kind', 'person'], /there is no file nowhere\.csv/],
    [['account', 'import', 'a.csv'], /--kind must be person or machine/], [['account', 'list', 'all'], /parvis account/], [['account', 'constructor', 'x'], /parvis account/],
    [['voucher'], /parvis voucher make/], [['voucher', 'make', '--count', '0'], /--count is/], [['voucher', 'make', '--until', 'tomorrow'], /--until is a date/],
    [['voucher', 'make', '--until', '2020-01-31'], /has passed/], [['voucher', 'void'], /parvis voucher/],
  ]
  const said = await Promise.all(wrong.map(([args]) => parvis(args)))
  for (const [index, [args, says]] of wrong.entries()) {
    expect([args, said[index]?.code, said[index]?.err]).toEqual([args, 2, expect.stringMatching(says)])
    expect(said[index]?.err).not.toMatch(/\n\s+at /)
  }
}, 30_000)

test.skipIf(absent('radclient'))('radclient signs a machine in by PAP and CHAP, a person by PAP alone, and a voucher pays for its sessions', async () => {
  const { secret: machine } = await json(['account', 'add', 'radclient-1', '--kind', 'machine'])
  await parvis(['account', 'add', 'radclient-2'], 'of a person')
  const port = instance?.ports['radius_auth'] ?? 0
  async function ask(name: string, how: string, station: string = PHONE): Promise<readonly [string, string]> {
    const { code, output } = await radclient({ kind: 'auth', port, secret: secret(), attributes: [`User-Name = "${name}"`, how, `Calling-Station-Id = "${station}"`, 'Message-Authenticator = 0x00'] })
    return [code, /Session-Timeout = (\d+)/.exec(output)?.[1] ?? '']
  }
  expect((await ask('radclient-1', `User-Password = "${String(machine)}"`))[0]).toBe('Access-Accept')
  expect((await ask('radclient-1', `CHAP-Password = "${String(machine)}"`))[0]).toBe('Access-Accept')
  expect((await ask('radclient-2', 'User-Password = "of a person"'))[0]).toBe('Access-Accept')
  expect((await ask('radclient-2', 'CHAP-Password = "of a person"'))[0]).toBe('Access-Reject')
  const { codes, label } = (await json(['voucher', 'make', '--minutes', '10', '--letters'])) as { codes: string[]; label: string }
  const [code = ''] = codes
  expect(await ask(code, `CHAP-Password = "${code}"`)).toEqual(['Access-Accept', '600'])
  await account('Start', code, 'v1')
  expect((await ask(code, `User-Password = "${code}"`, TABLET))[0]).toBe('Access-Reject')
  await account('Stop', code, 'v1')
  expect(await ask(code, `User-Password = "${code.replaceAll('-', '').toUpperCase()}"`, TABLET)).toEqual(['Access-Accept', '540'])
  const { batches } = (await json(['voucher', 'list'])) as { batches: { label: string; count: number; unused: number }[] }
  expect(batches.find((one) => one.label === label)).toMatchObject({ count: 1, unused: 0 })
  expect((await parvis(['voucher', 'void', label])).code).toBe(0)
  expect((await ask(code, `User-Password = "${code}"`))[0]).toBe('Access-Reject')
  expect((await parvis(['voucher', 'void', 'nothing'])).code).toBe(1)
}, 30_000)

test.skipIf(absent('radclient'))('after sessions of a hundred accounts no file names one of them, and after a restart they open the door again', async () => {
  const people = Array.from({ length: 100 }, (_, index) => [`habitant.${index}.du.quartier`, `phrase de passe numéro ${index}`] as const)
  const file = join(runtime, 'people.csv')
  writeFileSync(file, `name,password\n${people.map((fields) => fields.join(',')).join('\n')}\n`)
  expect(await json(['account', 'import', file, '--kind', 'machine'])).toMatchObject({ count: 100 })
  rmSync(file)
  for (const [name, password] of people) expect(await signIn(name, password)).toBe('accept')
  for (const [index, [name]] of people.entries()) if (index % 20 === 0) for (const status of ['Start', 'Interim-Update', 'Stop']) await account(status, name, `${name}/${index}`)
  await instance?.stop()
  const files = rawFiles(data)
  expect(files.some(({ where }) => where === 'accounts.db')).toBe(true)
  for (const words of people) for (const word of words) for (const { where, bytes } of files) if (bytes.includes(word)) expect([where, word]).toBe('nowhere')
  await start()
  for (const [name, password] of people.slice(0, 5)) expect(await signIn(name, password, TABLET)).toBe('accept')
}, 60_000)
