import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argon2Sync, randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { manualClock, systemClock } from '#shared/clock.ts'
import { accountTown, ask, chap, pap, removeTown } from '#test/support/account-town.ts'
import { PROFILE, PROFILES, START_MS } from '#test/support/radius-town.ts'
import type { Decision } from '../access/access.ts'
import type { Credential } from '../access/credentials.ts'
import { stationNames } from '../access/station-names.ts'
import { createLiveSessions } from '../live-sessions.ts'
import type { AccountingReport } from '../nas.ts'
import { oneProfile } from '../profiles.ts'
import { generateDeviceKey } from '#shared/sign.ts'
import { nameProblem } from './name.ts'
import { createPasswordChecks } from './password-checks.ts'
import { hashPassword, passwordMatches } from './password-hash.ts'
import { accountFromJson, accountToJson } from './row.ts'
import { accountProblem, machineSecret, sealAccount } from './seal-account.ts'
import { openSecret, sealSecret } from './sealed-secret.ts'
import { accountSource, strangerSource } from './source.ts'

const ORIGIN = { client: 'local', address: '127.0.0.1' }

function town(options: Parameters<typeof accountTown>[1] = {}) {
  // Hashes take real time; sessions live on a clock that stands still.
  const clock = manualClock(START_MS)
  const here = accountTown(clock, options)
  const live = createLiveSessions(clock)
  // Delays between tries pass with both.
  const real = systemClock()
  const checks = createPasswordChecks({ monotonic: () => real.monotonic() + clock.monotonic(), after: real.after })
  const parts = { accounts: here.accounts, checks, stationOf: stationNames(randomBytes) }
  const source = accountSource({ ...parts, live, profiles: PROFILES })
  const stranger = strangerSource(parts)
  onTestFinished(async () => {
    await here.close()
    removeTown(here)
  })
  async function says(userName: string, credential: Credential, station?: string): Promise<string | undefined> {
    const decision: Decision | undefined = await source.decide(ask(userName, credential, station))
    return decision?.kind === 'reject' ? decision.reason : decision?.kind
  }
  function heard(status: AccountingReport['status'], userName: string, callingStationId: string, acctSessionId = 's1'): void {
    live.heard(ORIGIN, { status, userName, callingStationId, acctSessionId, nasIdentifier: 'ap', eventSeconds: clock.now() / 1000 }, (name) => source.holderOf?.(name))
  }
  return { ...here, clock, live, source, stranger, says, heard }
}

for (const [where, cached] of [['in memory', undefined], ['in the database', 0]] as const) {
  test(`a machine opens with its secret, by PAP and by what needs it in clear, when it is found ${where}`, async () => {
    const { add, says } = town(cached === undefined ? {} : { cached })
    await add({ name: 'Écran-12', password: 'a secret of the screen' })
    for (const how of [pap, chap]) {
      for (let round = 0; round < 2; round++) {
        expect([await says('écran-12', how('a secret of the screen')), await says('écran-12', how('another'))]).toEqual(['accept', 'account_wrong'])
      }
    }
    expect(await says('E\u0301CRAN-12', pap('a secret of the screen'))).toBe('accept')
    expect(await says('ecran-12', pap('a secret of the screen'))).toBeUndefined()
  })

  test(`a person opens by PAP alone when found ${where}, and is gone the moment the account is`, async () => {
    const { add, says, accounts, clock } = town(cached === undefined ? {} : { cached })
    await add({ name: 'anne', kind: 'person', password: 'motdepasse' })
    expect([await says('Anne', pap('motdepasse')), await says('anne', pap('motdepass')), await says('anne', chap('motdepasse'))]).toEqual(['accept', 'account_wrong', 'method_needs_clear_secret'])
    clock.advance(250)
    const [one] = accounts.list()
    expect(one).toEqual({ key: accounts.keyOf('ANNE'), kind: 'person', madeDay: 20_000, label: '', sessions: undefined })
    const asked = says('anne', pap('motdepasse'))
    expect(await accounts.remove(one?.key.slice(0, 8) ?? '')).toBe(one?.key)
    expect([await asked, await says('anne', pap('motdepasse'))]).toEqual(['account_wrong', undefined])
  })

  test(`a new password holds at once when found ${where}`, async () => {
    const { add, says } = town(cached === undefined ? {} : { cached })
    await add({ name: 'porte', password: 'old' })
    expect(await says('porte', pap('old'))).toBe('accept')
    await add({ name: 'porte', password: 'new' })
    expect([await says('porte', pap('old')), await says('porte', pap('new')), await says('porte', chap('new'))]).toEqual(['account_wrong', 'accept', 'accept'])
  })
}

test('memory keeps as many accounts as it may, and all are found', async () => {
  const { add, says } = town({ cached: 2 })
  for (const name of ['a', 'b', 'c', 'd']) await add({ name, password: `secret of ${name}` })
  for (const name of ['a', 'b', 'c', 'd', 'a']) expect(await says(name, pap(`secret of ${name}`))).toBe('accept')
})

test('EAP is left to upstream realms', async () => {
  const { add, says } = town()
  await add({ name: 'anne', password: 'x' })
  expect(await says('anne', { kind: 'eap', proves: () => false })).toBeUndefined()
})

test('a name that does not exist is answered as slowly as a wrong password, without a hash, where there are people', async () => {
  const { add, says, stranger, accounts, clock } = town()
  const strangerSays = async (how: Credential) => (await stranger.decide(ask('nobody', how))) ?? 'nothing'
  const quick = stranger.decide(ask('nobody', pap('x')))
  expect(quick).toEqual({ kind: 'reject', reason: 'user_unknown' })
  await add({ name: 'anne', kind: 'person', password: 'the right one' })
  await add({ name: 'screen', kind: 'machine', password: 'the right one' })
  async function timed(what: () => Promise<unknown>): Promise<number> {
    const began = performance.now()
    for (let i = 0; i < 3; i++) {
      clock.advance(2_000)
      await what()
    }
    return (performance.now() - began) / 3
  }
  await says('anne', pap('wrong'))
  const [person, machine, nobody] = [await timed(() => says('anne', pap('wrong'))), await timed(() => says('screen', pap('wrong'))), await timed(() => strangerSays(pap('wrong')))]
  for (const other of [machine, nobody]) expect(other).toBeGreaterThan(person / 3)
  const spent = process.cpuUsage()
  await Promise.all(Array.from({ length: 200 }, () => strangerSays(pap('wrong'))))
  // Two hundred hashes would take five seconds of a processor.
  expect(process.cpuUsage(spent).user / 1000).toBeLessThan(person * 20)
  expect(stranger.decide(ask('nobody', chap('x')))).toEqual({ kind: 'reject', reason: 'user_unknown' })
  expect(await accounts.remove(accounts.keyOf('anne'))).toBe(accounts.keyOf('anne'))
  expect(stranger.decide(ask('nobody', pap('x')))).toEqual({ kind: 'reject', reason: 'user_unknown' })
})

test('what is tried too soon is answered as slowly as a wrong password, whoever has that name', async () => {
  const { add, says, stranger, clock } = town()
  await add({ name: 'anne', kind: 'person', password: 'the right one' })
  await add({ name: 'screen', kind: 'machine', password: 'the right one' })
  async function timed(name: string): Promise<readonly [reason: string | undefined, ms: number]> {
    const began = performance.now()
    if (name !== 'nobody') return [await says(name, pap('wrong')), performance.now() - began]
    const decision = await stranger.decide(ask(name, pap('wrong')))
    return [decision?.kind === 'reject' ? decision.reason : decision?.kind, performance.now() - began]
  }
  await timed('anne')
  clock.advance(2_000)
  const [, wrongMs] = await timed('anne')
  for (const name of ['anne', 'screen', 'nobody']) {
    await timed(name)
    const [reason, ms] = await timed(name)
    expect([name, reason]).toEqual([name, 'account_too_soon'])
    expect(ms).toBeGreaterThan(wrongMs / 3)
  }
})

for (const known of [true, false]) {
  test(`who guesses at a name that ${known ? 'exists' : 'does not exist'} has one try, keeps nobody from signing in, and the name’s owner not where it was before`, async () => {
    const { add, says, stranger, clock } = town()
    for (const name of ['anne', 'basile']) await add({ name, kind: 'person', password: `one of ${name}`, sessions: 0 })
    const [home, away] = ['02-00-00-00-00-01', '02-00-00-00-00-02']
    expect(await says('anne', pap('one of anne'), home)).toBe('accept')
    async function guess(index: number): Promise<string> {
      const question = ask(known ? 'Anne' : 'nobody', pap(`guess ${index}`), `02-00-00-00-01-${index.toString(16).padStart(2, '0')}`)
      const decision = await (known ? says(question.userName, question.credential, away) : stranger.decide(question))
      return typeof decision === 'object' && decision.kind === 'reject' ? decision.reason : String(decision)
    }
    const wrong = known ? 'account_wrong' : 'user_unknown'
    const guesses = Promise.all(Array.from({ length: 100 }, (_, index) => guess(index)))
    expect([await says('basile', pap('one of basile'), away), await says('anne', pap('one of anne'), home)]).toEqual(['accept', 'accept'])
    expect((await guesses).filter((said) => said === wrong)).toHaveLength(1)
    expect(new Set(await guesses)).toEqual(new Set([wrong, 'account_too_soon']))
    // Its owner waits elsewhere, and no longer than a delay.
    if (known) expect(await says('anne', pap('one of anne'), away)).toBe('account_too_soon')
    clock.advance(250)
    expect([await guess(1), await guess(2)]).toEqual([wrong, 'account_too_soon'])
    clock.advance(500)
    expect(await says('anne', pap('one of anne'), away)).toBe('accept')
  })
}

test('an account that vanished while it was asked for proves nothing, not even an empty secret', async () => {
  const { add, accounts } = town()
  await add({ name: 'porte', password: 'passwort' })
  const account = accounts.find('porte')
  if (!account) throw new Error('there is no account')
  await accounts.remove(accounts.keyOf('porte'))
  expect([accounts.machineProves(account, 'porte', chap('')), accounts.machineProves(account, 'porte', chap('passwort'))]).toEqual([false, false])
})

test('a person is in one place at a time; the same phone asking again, a Stop, a restarted access server or silence make room', async () => {
  const { add, says, heard, clock } = town()
  await add({ name: 'anne', kind: 'person', password: 'passwort' })
  const [phone, other] = ['02-00-00-00-00-01', '02-00-00-00-00-02']
  const from = (station: string) => says('anne', pap('passwort'), station)
  expect([await from(phone), await from(phone), await from(other)]).toEqual(['accept', 'accept', 'account_in_use'])
  clock.advance(61_000)
  expect(await from(other)).toBe('accept')
  heard('start', 'ANNE', other)
  clock.advance(61_000)
  expect([await from(phone), await from(other)]).toEqual(['account_in_use', 'accept'])
  heard('stop', 'ANNE', other)
  clock.advance(61_000)
  expect(await from(phone)).toBe('accept')
  for (const end of ['on', 'off'] as const) {
    heard('start', 'anne', phone, 's2')
    expect(await from(other)).toBe('account_in_use')
    clock.advance(61_000)
    heard(end, '', '')
    expect(await from(other)).toBe('accept')
    clock.advance(61_000)
  }
  heard('start', 'anne', phone, 's3')
  clock.advance(6 * 3_600_000 - 1)
  expect(await from(other)).toBe('account_in_use')
  clock.advance(2)
  expect(await from(other)).toBe('accept')
})

test('who is signed in stays so until the account is taken away', async () => {
  const { add, accounts, source, heard, live } = town()
  await add({ name: 'anne', password: 'passwort' })
  heard('start', 'Anne', '02-00-00-00-00-01')
  const [session] = live.of(`account:${accounts.keyOf('anne')}`)
  if (!session) throw new Error('no session')
  expect(source.remainderOf?.(session)).toBeUndefined()
  await accounts.remove(accounts.keyOf('anne'))
  expect(source.remainderOf?.(session)).toEqual({ kind: 'withdrawn' })
  // Nor does what is still reported of them belong to a realm of the same name.
  expect(source.holderOf?.('ANNE')).toBe(session.holder)
  expect(source.holderOf?.('bruno')).toBeUndefined()
})

test('an access server that names no station may repeat its question; a session that has begun counts', async () => {
  const { add, says, heard } = town()
  await add({ name: 'anne', kind: 'person', password: 'passwort' })
  expect([await says('anne', pap('passwort'), ''), await says('anne', pap('passwort'), '')]).toEqual(['accept', 'accept'])
  heard('start', 'anne', '')
  expect(await says('anne', pap('passwort'), '')).toBe('account_in_use')
})

test('an account may say for itself how many sessions it has; machines have as many as come', async () => {
  const { add, says } = town()
  await add({ name: 'duo', kind: 'machine', password: 'passwort', sessions: 2 })
  await add({ name: 'class', kind: 'machine', password: 'passwort' })
  await add({ name: 'anne', kind: 'person', password: 'passwort', sessions: 0 })
  const stations = ['1', '2', '3'].map((n) => `02-00-00-00-00-0${n}`)
  const all = async (name: string) => {
    const said: unknown[] = []
    for (const station of stations) said.push(await says(name, pap('passwort'), station))
    return said
  }
  expect(await all('duo')).toEqual(['accept', 'accept', 'account_in_use'])
  for (const name of ['class', 'anne']) expect(await all(name)).toEqual(['accept', 'accept', 'accept'])
})

test('where the account says nothing of sessions, the profile does', async () => {
  const { accounts, add } = town()
  const live = createLiveSessions(manualClock(START_MS))
  const profiles = oneProfile({ ...PROFILE, sessions: 2 })
  const source = accountSource({ accounts, checks: createPasswordChecks(systemClock()), live, profiles, stationOf: stationNames(randomBytes) })
  await add({ name: 'class', password: 'passwort' })
  await add({ name: 'many', password: 'passwort', sessions: 0 })
  const kinds = (name: string) => ['1', '2', '3'].map((n) => source.decide(ask(name, pap('passwort'), `02-00-00-00-00-0${n}`))).map((decision) => decision && !(decision instanceof Promise) && decision.kind)
  expect([kinds('class'), kinds('many')]).toEqual([['accept', 'accept', 'reject'], ['accept', 'accept', 'accept']])
})

test('a password’s hash proves nothing under another name or on another device, and costs of its own still hold', async () => {
  const mixed = { key: Buffer.alloc(16, 1), pepper: Buffer.alloc(32, 2) }
  const hash = await hashPassword(Buffer.from('p'), mixed, (n) => randomBytes(n))
  const matches = (word: string, some: Partial<typeof mixed> = {}) => passwordMatches(hash, Buffer.from(word), { ...mixed, ...some })
  expect([await matches('p'), await matches('q'), await matches('p', { key: Buffer.alloc(16, 3) }), await matches('p', { pepper: Buffer.alloc(32, 3) })]).toEqual([true, false, false, false])
  // Made by this machine with less memory and more passes.
  const tag = argon2Sync('argon2id', { message: 'p', nonce: Buffer.alloc(16, 7), memory: 64, passes: 3, parallelism: 2, tagLength: 32, secret: mixed.pepper, associatedData: mixed.key })
  const cheaper = `$argon2id$v=19$m=64,t=3,p=2$${Buffer.alloc(16, 7).toString('base64').slice(0, 22)}$${tag.toString('base64').slice(0, 43)}`
  expect([await passwordMatches(cheaper, Buffer.from('p'), mixed), await passwordMatches(cheaper, Buffer.from('q'), mixed)]).toEqual([true, false])
  await expect(passwordMatches('p', Buffer.from('p'), mixed)).rejects.toThrow(/no password hash/)
})

test('an import is valid all at once, replaces what was there, and leaves nothing behind when it is given up', async () => {
  const { accounts, keys, add, says } = town()
  await add({ name: 'anne', password: 'old' })
  const rows = await Promise.all(['anne', 'basile', 'chloé'].map((name) => sealAccount(keys, { name, kind: 'machine', password: `one of ${name}`, label: 'school', sessions: undefined }, 20_001, (n) => randomBytes(n))))
  await accounts.beginImport()
  await accounts.gather(rows.slice(0, 2))
  expect([await says('anne', pap('old')), await says('basile', pap('one of basile'))]).toEqual(['accept', undefined])
  await accounts.beginImport()
  await accounts.gather(rows)
  expect(await accounts.finishImport()).toEqual({ count: 3, replaced: 1 })
  expect([await says('anne', pap('old')), await says('anne', pap('one of anne')), await says('chloé', pap('one of chloé'))]).toEqual(['account_wrong', 'accept', 'accept'])
  expect(accounts.list().map(({ label, madeDay }) => [label, madeDay])).toEqual([['school', 20_001], ['school', 20_001], ['school', 20_001]])
})

test('the beginning of a key takes an account away only when no other begins alike', async () => {
  const { accounts, add } = town()
  for (let i = 0; i < 40; i++) await add({ name: `n${i}`, password: 'passwort' })
  const first = accounts.list().map(({ key }) => key[0] ?? '')
  const twice = first.find((digit, index) => first.indexOf(digit) !== index) ?? ''
  expect([await accounts.remove(twice), await accounts.remove('zz'), accounts.list().length]).toEqual(['several', undefined, 40])
})

test('after a reboot all accounts are there; with another device key none is', async () => {
  const before = town()
  await before.add({ name: 'anne', password: 'passwort' })
  const after = town({ dir: before.dir, device: before.device })
  expect([await after.says('anne', pap('passwort')), await after.says('anne', chap('passwort'))]).toEqual(['accept', 'accept'])
  const stolen = town({ dir: before.dir, device: generateDeviceKey() })
  expect(await stolen.says('anne', pap('passwort'))).toBeUndefined()
})

test('no name and no secret of a hundred accounts is in any file', async () => {
  const { add, dir, says } = town()
  const words: string[] = []
  for (let i = 0; i < 100; i++) {
    const [name, password] = [`habitante-${i}-${randomBytes(4).toString('hex')}`, `phrase ${randomBytes(6).toString('hex')}`]
    await add({ name, password, kind: i % 20 === 0 ? 'person' : 'machine', label: 'a label' })
    expect(await says(name, pap(password), `02-00-00-00-01-${i.toString(16).padStart(2, '0')}`)).toBe('accept')
    words.push(name, password)
  }
  const files = readdirSync(dir).map((name) => readFileSync(join(dir, name)))
  expect(files.some((bytes) => bytes.includes('a label'))).toBe(true)
  for (const word of words) for (const bytes of files) expect(bytes.includes(word)).toBe(false)
})

test('a sealed secret opens under its own name alone', () => {
  const sealing = accountTownKeys().sealing
  const sealed = sealSecret(sealing, Buffer.alloc(16, 1), Buffer.from('secret'), (n) => randomBytes(n))
  expect(openSecret(sealing, Buffer.alloc(16, 1), sealed).toString()).toBe('secret')
  expect(() => openSecret(sealing, Buffer.alloc(16, 2), sealed)).toThrow(/does not open/)
  for (let cut = 0; cut < sealed.length; cut++) expect(() => openSecret(sealing, Buffer.alloc(16, 1), sealed.subarray(0, cut))).toThrow(/does not open/)
})

function accountTownKeys() {
  return town().keys
}

test('names that are tokens, vouchers or no names are refused with the reason, and so are passwords that RADIUS cannot carry', () => {
  for (const name of ['', ' anne', 'a\nb', 'é'.repeat(127), '04000000000000000000000g', '12345678901234567897']) expect([name, nameProblem(name)]).not.toEqual([name, undefined])
  for (const name of ['anne', 'anne.martin@ville.fr', 'jeandelafonte', 'bibliotheque-2']) expect([name, nameProblem(name)]).toEqual([name, undefined])
  for (const password of ['', 'x'.repeat(129), 'ends\0']) expect(accountProblem({ name: 'anne', kind: 'machine', password })).toMatch(/^the password/)
  for (const password of ['seven 7', '🙂'.repeat(7)]) expect(accountProblem({ name: 'anne', kind: 'person', password })).toMatch(/^the password is shorter than 8 characters: /)
  for (const [kind, password] of [['person', 'eight 8!'], ['person', 'é'.repeat(8)], ['machine', 'in\0side']] as const) expect(accountProblem({ name: 'anne', kind, password })).toBeUndefined()
  expect(machineSecret((n) => randomBytes(n))).toMatch(/^([0-9a-z]{4}-){5}[0-9a-z]{4}$/)
})

test('an account goes to the running server and arrives as it was; what is no account does not', async () => {
  const { keys } = town()
  for (const kind of ['person', 'machine'] as const) {
    const row = await sealAccount(keys, { name: 'anne', kind, password: 'passwort', label: 'l', sessions: 3 }, 20_000, (n) => randomBytes(n))
    const said: unknown = JSON.parse(JSON.stringify(accountToJson(row)))
    expect(accountFromJson(said)).toEqual(row)
    for (const wrong of [{ key: 'AA==' }, { kind: 'cat' }, { proof: '' }, { label: 'x'.repeat(101) }, { madeDay: -1 }, { sessions: 1.5 }]) expect(() => accountFromJson({ ...(said as object), ...wrong })).toThrow(/account/)
  }
  for (const nothing of [null, 7, 'x', {}]) expect(() => accountFromJson(nothing)).toThrow(/account/)
})

test('an account that was removed, and a password that was replaced, are in no file a moment later, while the server runs', async () => {
  const { add, accounts, keys, dir, says } = town()
  await add({ name: 'reste', password: 'a secret that stays' })
  await add({ name: 'amina', password: 'an old secret' })
  const rowOf = async (name: string, password: string): Promise<Buffer> => (await sealAccount(keys, { name, password, kind: 'machine', label: '', sessions: undefined }, 0, (n) => randomBytes(n))).verifier ?? Buffer.alloc(0)
  // The first half is how a row holds it: a number of six bytes.
  const [old, key] = [(await rowOf('amina', 'an old secret')).subarray(0, 6), Buffer.from(accounts.keyOf('amina'), 'hex')]
  const lies = (bytes: Buffer): boolean => readdirSync(dir).some((name) => readFileSync(join(dir, name)).includes(bytes))
  expect([lies(key), lies(old)]).toEqual([true, true])
  await add({ name: 'amina', password: 'a new secret' })
  expect([lies(key), lies(old)]).toEqual([true, false])
  await accounts.remove(accounts.keyOf('amina'))
  expect(lies(key)).toBe(false)
  expect(await says('reste', pap('a secret that stays'))).toBe('accept')
})
