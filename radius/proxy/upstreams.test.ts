import { createHash, randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { secretKey } from '#shared/keyed-mac.ts'
import { freeUdpPort } from '#test/support/freeradius.ts'
import { accessBytes, metWithSilence, openWire, radiusTown, SECRET, type RadiusTown, type TownOptions, type Wire } from '#test/support/radius-town.ts'
import { replyTo, scriptedServer, type Script, type ScriptedServer } from '#test/support/upstream.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { checkMessageAuthenticator, sealAccessRequest, seal, sharedSecret } from '../authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { revealPassword } from '../password.ts'
import { hideSalted, revealSalted } from '../salted.ts'
import { TOLD } from '../told.ts'
import { MOST_OUTSTANDING } from './realm.ts'
import type { RealmSettings } from './settings.ts'

const A = ATTRIBUTES
const THEIRS = 'between the proxy and its upstream'
const theirSecret = sharedSecret(THEIRS)
const ourSecret = sharedSecret(SECRET)
const KEY = secretKey(createHash('sha256').update('upstreams of the test town').digest())
const IDENTIFIERS = 256
/** Beyond the time in which a request of a realm is decided. */
const PAST_DEADLINE_MS = 2_801

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})
function kept<T extends { close(): unknown }>(one: T): T {
  opened.push(one)
  return one
}

const accepts: Script = (request, answer) => answer(replyTo(request, request.code === CODES.accountingRequest ? CODES.accountingResponse : CODES.accessAccept, theirSecret))
const isSilent: Script = () => undefined
/** Silent, but for Status-Server. */
const onlyAlive: Script = (request, answer) => {
  if (request.code === CODES.statusServer) accepts(request, answer)
}

async function server(script: Script): Promise<ScriptedServer> {
  return kept(await scriptedServer(script))
}
function realm(name: string, servers: readonly ScriptedServer[], more: Partial<RealmSettings> = {}): RealmSettings {
  return { realm: name, servers: servers.map(({ port }) => ({ address: '127.0.0.1', authPort: port, acctPort: port })), secret: THEIRS, ...more }
}
async function townWith(realms: readonly RealmSettings[], options: TownOptions = {}): Promise<{ town: RadiusTown; nas: Wire; ask(bytes: Buffer): Promise<Packet> }> {
  const town = await radiusTown({ ...options, settings: { upstreams: { realms, key: KEY }, ...options.settings } })
  kept({
    close() {
      // A door that closes waits for what is being decided, and this clock does not move by itself.
      town.effects.clock.advance(PAST_DEADLINE_MS)
      return town.close()
    },
  })
  const nas = kept(await openWire())
  return { town, nas, ask: (bytes) => (nas.send(bytes, town.radius.authPort), nas.next()) }
}

function accountingBytes(status: number, userName: string | undefined, identifier = 7): Buffer {
  const writer = new PacketWriter().begin(CODES.accountingRequest, identifier)
  writer.add(A['Acct-Status-Type'], status).add(A['Acct-Session-Id'], `s${identifier % 100}`).addIf(A['User-Name'], userName).add(A['NAS-Identifier'], 'ap')
  return seal(writer, ourSecret)
}
function refusals(town: RadiusTown, reason: string): number {
  return Number(new RegExp(`reason="${reason}"[^}]*} (\\d+)`).exec(town.effects.metrics.text())?.[1] ?? 0)
}
/** The numbers of its attributes, in their order. */
function numbers(packet: Packet): number[] {
  const found: number[] = []
  for (let at = HEADER_BYTES; at < packet.end; at = packet.after(at)) found.push(packet.bytes[at] ?? 0)
  return found
}

test('a user of a realm is let in by the server of the realm, who is told everything in its order and the password under its own secret', async () => {
  const upstream = await server((request, answer) => answer(replyTo(request, CODES.accessAccept, theirSecret, (w) => w.add(A['Reply-Message'], 'Bonjour').add(A.Class, Buffer.from('theirs')))))
  const { ask } = await townWith([realm('ville.example', [upstream])])
  const password = 'à la bonne heure, une très longue phrase'
  const states = [Buffer.from('first'), Buffer.from('second')]
  const add = (w: PacketWriter): void => {
    w.add(A['Proxy-State'], states[0]!).add(A['NAS-Identifier'], 'ap').addRaw(26, Buffer.from([0, 0, 0x99, 0x99, 7, 3, 1])).add(A['Proxy-State'], states[1]!).add(A['NAS-Port'], 3)
  }
  const reply = await ask(accessBytes('amina@Ville.Example', password, { add }))
  expect(reply.code).toBe(CODES.accessAccept)
  expect(checkMessageAuthenticator(reply, Buffer.alloc(16), ourSecret)).toBe('wrong')
  expect([reply.read(A['Reply-Message']), Buffer.from(reply.read(A.Class)!).toString()]).toEqual(['Bonjour', 'theirs'])
  expect(reply.readAll(A['Proxy-State']).map((state) => Buffer.from(state).toString())).toEqual(['first', 'second'])

  const [relayed] = upstream.heard
  expect(numbers(relayed!)).toEqual([80, 1, 2, 31, 33, 32, 26, 33, 5, 33])
  expect(checkMessageAuthenticator(relayed!, 'own', theirSecret)).toBe('holds')
  expect([relayed!.read(A['User-Name']), relayed!.read(A['Calling-Station-Id']), relayed!.read(A['NAS-Port'])]).toEqual(['amina@Ville.Example', '02-00-00-00-00-01', 3])
  const authenticator = relayed!.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  expect(revealPassword(relayed!.read(A['User-Password'])!, authenticator, theirSecret).toString().replace(/\0+$/, '')).toBe(password)
  const relayedStates = relayed!.readAll(A['Proxy-State']).map((state) => Buffer.from(state).toString())
  expect(relayedStates).toHaveLength(3)
  expect(relayedStates.slice(0, 2)).toEqual(['first', 'second'])
})

test('its reject is told to the access server, and why to the operator', async () => {
  const upstream = await server((request, answer) => answer(replyTo(request, CODES.accessReject, theirSecret, (w) => w.add(A['Reply-Message'], 'Non'))))
  const { town, ask } = await townWith([realm('ville.example', [upstream])])
  const reply = await ask(accessBytes('amina@ville.example', 'x'))
  expect([reply.code, reply.read(A['Reply-Message']), refusals(town, 'upstream_refused')]).toEqual([CODES.accessReject, 'Non', 1])
})

test('the exact realm is asked before a wider one, and what has none is asked nowhere', async () => {
  const named = async (name: string): Promise<ScriptedServer> => server((request, answer) => answer(replyTo(request, CODES.accessAccept, theirSecret, (w) => w.add(A['Reply-Message'], name))))
  const [exact, below, others] = [await named('exact'), await named('below'), await named('others')]
  const { town, ask } = await townWith([realm('*', [others]), realm('*.ville.example', [below]), realm('a.ville.example', [exact])])
  const asked = async (user: string): Promise<string | undefined> => (await ask(accessBytes(user, 'x'))).read(A['Reply-Message'])
  expect(await asked('u@a.ville.example')).toBe('exact')
  expect(await asked('u@b.ville.example')).toBe('below')
  expect(await asked('u@c.b.ville.example')).toBe('below')
  expect(await asked('u@ville.example')).toBe('others')
  expect(await asked('someone')).toBe(TOLD.wrong)
  const token = town.token()
  expect((await ask(accessBytes(`${token.user}@ville.example`, token.password))).code).toBe(CODES.accessAccept)
  expect(others.heard).toHaveLength(1)
})

test('a challenge for CHAP that was only in the authenticator goes on in its own attribute', async () => {
  const upstream = await server(accepts)
  const { ask } = await townWith([realm('ville.example', [upstream])])
  const authenticator = randomBytes(16)
  const chap = (challenge?: Buffer): Buffer => {
    const writer = new PacketWriter().begin(CODES.accessRequest, challenge ? 1 : 2, authenticator).reserveMessageAuthenticator()
    writer.add(A['User-Name'], 'amina@ville.example').add(A['CHAP-Password'], Buffer.alloc(17, 9)).addIf(A['CHAP-Challenge'], challenge)
    return sealAccessRequest(writer, ourSecret)
  }
  await ask(chap())
  await ask(chap(Buffer.from('a challenge')))
  expect(upstream.heard.map((packet) => packet.readAll(A['CHAP-Challenge']).map((value) => Buffer.from(value).toString('hex')))).toEqual([
    [authenticator.toString('hex')],
    [Buffer.from('a challenge').toString('hex')],
  ])
})

test('EAP goes through untouched, and its next step to the server that began it, whichever is asked first by then', async () => {
  const eap = [randomBytes(253), randomBytes(253), randomBytes(40)]
  const pieces = (packet: Packet): string[] => packet.readAll(A['EAP-Message']).map((value) => Buffer.from(value).toString('hex'))
  const challenge = (state: string): Script => (request, answer) =>
    answer(replyTo(request, CODES.accessChallenge, theirSecret, (w) => {
      for (const piece of eap) w.addRaw(79, piece)
      w.add(A.State, Buffer.from(state)).add(A['Session-Timeout'], 30)
    }))
  let firstIsSilent = true
  const first = await server((request, answer) => (firstIsSilent ? onlyAlive(request, answer) : challenge('of the first')(request, answer)))
  const second = await server(challenge('of the second'))
  const { town, nas, ask } = await townWith([realm('ville.example', [first, second])])
  const step = (state?: string): Buffer => accessEap(eap, state)
  nas.send(step(), town.radius.authPort)
  await expect.poll(() => first.heard.length).toBe(1)
  // Past its two tries, before the deadline of all.
  town.effects.clock.advance(600)
  town.effects.clock.advance(1_100)
  const begun = await nas.next()
  expect([begun.code, pieces(begun), Buffer.from(begun.read(A.State)!).toString(), begun.read(A['Session-Timeout'])]).toEqual([CODES.accessChallenge, eap.map((piece) => piece.toString('hex')), 'of the second', 30])
  expect(pieces(second.heard[0]!)).toEqual(eap.map((piece) => piece.toString('hex')))
  // The first answers again: what begins now begins there, what has begun goes on at the second.
  firstIsSilent = false
  await expect.poll(() => town.effects.lines.some((line) => line.includes('server is asked in its turn again'))).toBe(true)
  expect(Buffer.from((await ask(step())).read(A.State)!).toString()).toBe('of the first')
  expect(Buffer.from((await ask(step('of the second'))).read(A.State)!).toString()).toBe('of the second')
})

function accessEap(pieces: readonly Buffer[], state?: string): Buffer {
  const writer = new PacketWriter().begin(CODES.accessRequest, randomBytes(1).readUInt8(), randomBytes(16)).reserveMessageAuthenticator()
  writer.add(A['User-Name'], 'anonymous@ville.example')
  for (const piece of pieces) writer.addRaw(79, piece)
  return sealAccessRequest(writer.addIf(A.State, state === undefined ? undefined : Buffer.from(state)), ourSecret)
}

test('a phone whose realm says nothing is told no in its own protocol', async () => {
  const upstream = await server(isSilent)
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  nas.send(accessEap([Buffer.from([2, 77, 0, 5, 1])]), town.radius.authPort)
  await expect.poll(() => upstream.heard.length).toBe(1)
  town.effects.clock.advance(PAST_DEADLINE_MS)
  const reply = await nas.next()
  expect([reply.code, reply.readAll(A['EAP-Message'])]).toEqual([CODES.accessReject, [Buffer.from([4, 77, 0, 4])]])
})

test('keys are hidden again for the access server', async () => {
  const keys = { 'MS-MPPE-Send-Key': randomBytes(32), 'MS-MPPE-Recv-Key': randomBytes(32) } as const
  const upstream = await server((request, answer) => {
    const authenticator = request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
    answer(replyTo(request, CODES.accessAccept, theirSecret, (w) => {
      w.add(A['MS-MPPE-Send-Key'], hideSalted(keys['MS-MPPE-Send-Key'], 0x8001, authenticator, theirSecret))
      w.add(A['MS-MPPE-Recv-Key'], hideSalted(keys['MS-MPPE-Recv-Key'], 0x9002, authenticator, theirSecret))
    }))
  })
  const { ask } = await townWith([realm('ville.example', [upstream])])
  const request = accessBytes('amina@ville.example', 'x')
  const reply = await ask(request)
  for (const [name, key] of Object.entries(keys)) {
    const hidden = reply.read(A[name as keyof typeof keys])!
    expect(revealSalted(hidden, request.subarray(AUTHENTICATOR_AT, HEADER_BYTES), ourSecret).equals(key)).toBe(true)
  }
})

test('a realm that says nothing is a reject within three seconds, asked twice, and never an accept however late it wakes', async () => {
  const late: (() => void)[] = []
  const upstream = await server((request, answer) => late.push(() => accepts(request, answer)))
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  nas.send(accessBytes('amina@ville.example', 'x'), town.radius.authPort)
  await expect.poll(() => upstream.heard.length).toBe(1)
  town.effects.clock.advance(600)
  await expect.poll(() => upstream.heard.length).toBe(2)
  expect(upstream.heard[1]!.bytes.equals(upstream.heard[0]!.bytes)).toBe(true)
  town.effects.clock.advance(PAST_DEADLINE_MS - 600)
  expect((await nas.next()).code).toBe(CODES.accessReject)
  expect(refusals(town, 'upstream_silent')).toBe(1)
  for (const wake of late) wake()
  expect(await metWithSilence(nas, Buffer.from('nothing but the fence answers'), town.radius.authPort)).toBe(true)
})

test('what the access server sends again is not relayed again', async () => {
  let answerNow: (() => void) | undefined
  const upstream = await server((request, answer) => void (answerNow ??= () => accepts(request, answer)))
  const { town, nas, ask } = await townWith([realm('ville.example', [upstream])])
  const bytes = accessBytes('amina@ville.example', 'x')
  for (let i = 0; i < 3; i++) nas.send(bytes, town.radius.authPort)
  await expect.poll(() => answerNow !== undefined).toBe(true)
  await expect.poll(() => /parvis_radius_repeated_total{[^}]*} 2/.test(town.effects.metrics.text())).toBe(true)
  answerNow?.()
  expect((await nas.next()).code).toBe(CODES.accessAccept)
  expect((await ask(bytes)).code).toBe(CODES.accessAccept)
  expect(upstream.heard).toHaveLength(1)
})

test('when the first server is silent the second is asked, and first from then on', async () => {
  const [dead, alive] = [await server(isSilent), await server(accepts)]
  const { town, nas, ask } = await townWith([realm('ville.example', [dead, alive])])
  nas.send(accessBytes('amina@ville.example', 'x'), town.radius.authPort)
  await expect.poll(() => dead.heard.length).toBe(1)
  town.effects.clock.advance(1_650)
  expect((await nas.next()).code).toBe(CODES.accessAccept)
  const before = dead.heard.filter(({ code }) => code === CODES.accessRequest).length
  expect((await ask(accessBytes('amina@ville.example', 'x'))).code).toBe(CODES.accessAccept)
  expect(dead.heard.filter(({ code }) => code === CODES.accessRequest)).toHaveLength(before)
  expect(town.effects.lines.filter((line) => line.includes('server is silent'))).toEqual([expect.stringContaining('"servers":"ville.example auth","server":"1"')])
})

test('a slow answer counts, even when the next server has been asked meanwhile', async () => {
  let answerNow: (() => void) | undefined
  const slow = await server((request, answer) => {
    if (request.code === CODES.accessRequest) answerNow = () => accepts(request, answer)
  })
  const dead = await server(isSilent)
  const { town, nas } = await townWith([realm('ville.example', [slow, dead])])
  nas.send(accessBytes('amina@ville.example', 'x'), town.radius.authPort)
  await expect.poll(() => slow.heard.length).toBe(1)
  town.effects.clock.advance(1_650)
  await expect.poll(() => dead.heard.length).toBe(1)
  answerNow?.()
  expect((await nas.next()).code).toBe(CODES.accessAccept)
})

test('a reply that nobody but its server could have written is waited for', async () => {
  const upstream = await server((request, answer) => {
    answer(replyTo(request, CODES.accessAccept, sharedSecret('forged')))
    const bare = new PacketWriter().begin(CODES.accessAccept, request.identifier, request.bytes, AUTHENTICATOR_AT)
    answer(seal(bare, theirSecret))
    answer(replyTo(request, CODES.accountingResponse, theirSecret))
    answer(replyTo(request, CODES.accessReject, theirSecret))
  })
  const { town, ask } = await townWith([realm('ville.example', [upstream])])
  expect((await ask(accessBytes('amina@ville.example', 'x'))).code).toBe(CODES.accessReject)
  expect(town.effects.metrics.text()).toMatch(/parvis_radius_replies_disbelieved_total 3/)
  expect(town.effects.lines.filter((line) => line.includes('reply is not believed'))).toHaveLength(1)
})

test('a realm whose server is ourselves ends at its first turn', async () => {
  const port = await freeUdpPort()
  const ourselves = { realm: '*', servers: [{ address: '127.0.0.1', authPort: port, acctPort: port }], secret: SECRET }
  const { town, ask } = await townWith([ourselves], { settings: { authPort: port, upstreams: { realms: [ourselves], key: KEY } } })
  expect((await ask(accessBytes('amina@ville.example', 'x'))).code).toBe(CODES.accessReject)
  expect(refusals(town, 'proxy_loop')).toBe(1)
})

test('a circle through another server ends too, for questions and for reports', async () => {
  const upstream = await server(accepts)
  const { town, nas, ask } = await townWith([realm('ville.example', [upstream])])
  await ask(accessBytes('amina@ville.example', 'x'))
  const mark = Buffer.from(upstream.heard[0]!.readAll(A['Proxy-State']).at(-1)!)
  const again = accessBytes('amina@ville.example', 'x', { add: (w) => void w.add(A['Proxy-State'], mark).add(A['Proxy-State'], Buffer.from('of another')) })
  expect((await ask(again)).code).toBe(CODES.accessReject)
  const report = new PacketWriter().begin(CODES.accountingRequest, 1).add(A['Acct-Status-Type'], 1).add(A['Acct-Session-Id'], 's').add(A['User-Name'], 'amina@ville.example').add(A['Proxy-State'], mark)
  expect(await metWithSilence(nas, seal(report, ourSecret), town.radius.acctPort)).toBe(true)
  expect([town.heard.length, upstream.heard.length]).toEqual([0, 1])
})

test('nobody signs in to the access server itself through another organisation', async () => {
  const upstream = await server(accepts)
  const { town, ask } = await townWith([realm('*', [upstream])])
  for (const service of [6, 7]) expect((await ask(accessBytes('admin@ville.example', 'x', { add: (w) => void w.add(A['Service-Type'], service) }))).code).toBe(CODES.accessReject)
  expect((await ask(accessBytes('amina@ville.example', 'x', { add: (w) => void w.add(A['Service-Type'], 2) }))).code).toBe(CODES.accessAccept)
  expect([refusals(town, 'upstream_device_login'), upstream.heard.length]).toEqual([2, 1])
})

test('a dead realm holds no more than its share: beyond it is refused at once, and the other realm answers', async () => {
  const [dead, alive] = [await server(isSilent), await server(accepts)]
  const { town } = await townWith([realm('dead.example', [dead]), realm('alive.example', [alive])])
  for (let sent = 0; sent < MOST_OUTSTANDING; sent += IDENTIFIERS) {
    const phones = kept(await openWire())
    for (let identifier = 0; identifier < IDENTIFIERS; identifier++) phones.send(accessBytes('amina@dead.example', 'x', { identifier }), town.radius.authPort)
    await expect.poll(() => dead.heard.length).toBe(sent + IDENTIFIERS)
  }
  const fresh = kept(await openWire())
  fresh.send(accessBytes('amina@dead.example', 'x'), town.radius.authPort)
  expect((await fresh.next()).code).toBe(CODES.accessReject)
  expect(refusals(town, 'upstream_busy')).toBe(1)
  fresh.send(accessBytes('amina@alive.example', 'x'), town.radius.authPort)
  expect((await fresh.next()).code).toBe(CODES.accessAccept)
  town.effects.clock.advance(PAST_DEADLINE_MS)
  fresh.send(accessBytes('amina@dead.example', 'x'), town.radius.authPort)
  await expect.poll(() => dead.heard.length).toBeGreaterThan(MOST_OUTSTANDING)
})

test('a session of a realm is written down here and reported there, and acknowledged when both have it', async () => {
  const upstream = await server(accepts)
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  nas.send(accountingBytes(1, 'amina@ville.example'), town.radius.acctPort)
  expect((await nas.next()).code).toBe(CODES.accountingResponse)
  expect(town.heard.map(({ report }) => report.userName)).toEqual(['amina@ville.example'])
  expect(numbers(upstream.heard[0]!)).toEqual([40, 44, 1, 32, 33])
  for (const [status, user] of [[7, undefined], [7, 'amina@ville.example'], [8, 'mairie@ville.example'], [1, town.token().user], [1, `${town.token().user}@ville.example`], [1, 'someone@else.example']] as const) {
    nas.send(accountingBytes(status, user, status + (user?.length ?? 0)), town.radius.acctPort)
    expect((await nas.next()).code).toBe(CODES.accountingResponse)
  }
  expect([town.heard.length, upstream.heard.length]).toEqual([7, 1])
})

test('while the upstream says nothing the report is kept but not acknowledged; the same report again is one session and is acknowledged', async () => {
  let dead = true
  const upstream = await server((request, answer) => void (dead || accepts(request, answer)))
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  const bytes = accountingBytes(1, 'amina@ville.example')
  nas.send(bytes, town.radius.acctPort)
  await expect.poll(() => upstream.heard.length).toBe(1)
  town.effects.clock.advance(PAST_DEADLINE_MS)
  await expect.poll(() => refusals(town, 'upstream_unacknowledged')).toBe(1)
  expect(town.heard).toHaveLength(1)
  dead = false
  nas.send(bytes, town.radius.acctPort)
  expect((await nas.next()).code).toBe(CODES.accountingResponse)
})

test('what is not stored here is not reported there, and a realm without accounting is never told', async () => {
  const [told, untold] = [await server(accepts), await server(accepts)]
  const store = { record: async () => Promise.reject(new Error('disk full')) }
  const { town, nas } = await townWith([realm('ville.example', [told])], { accounting: store })
  expect(await metWithSilence(nas, accountingBytes(1, 'amina@ville.example'), town.radius.acctPort)).toBe(true)
  expect(told.heard).toHaveLength(0)
  const quiet = await townWith([realm('ville.example', [untold], { accounting: false })])
  quiet.nas.send(accountingBytes(1, 'amina@ville.example'), quiet.town.radius.acctPort)
  expect((await quiet.nas.next()).code).toBe(CODES.accountingResponse)
  expect(untold.heard).toHaveLength(0)
})

test('neither log nor metrics nor the holder of a session name its user, and the case of the realm makes nobody another', async () => {
  const upstream = await server(accepts)
  const { town, nas, ask } = await townWith([realm('ville.example', [upstream]), realm('-', [upstream])])
  const holders: (string | undefined)[] = []
  for (const [identifier, user] of ['amina@ville.example', 'amina@Ville.EXAMPLE', 'Amina@ville.example', 'amina'].entries()) {
    await ask(accessBytes(user, 'x'))
    nas.send(accountingBytes(1, user, identifier), town.radius.acctPort)
    await nas.next()
    holders.push([...town.radius.live.all()].at(-1)?.holder)
    nas.send(accountingBytes(2, user, identifier + 100), town.radius.acctPort)
    await nas.next()
  }
  for (const holder of holders) expect(holder).toMatch(/^upstream:[0-9a-f]{32}$/)
  expect([holders[0] === holders[1], new Set(holders).size]).toEqual([true, 3])
  expect(town.effects.metrics.text() + town.effects.lines.join('')).not.toMatch(/amina/)
})

test('a packet that the proxy could not have opened is never sent on', async () => {
  const upstream = await server(accepts)
  const { ask } = await townWith([realm('ville.example', [upstream])])
  const crowded = accessBytes('amina@ville.example', 'x', { add: (w) => { for (let i = 0; i < 15; i++) w.addRaw(77, Buffer.alloc(253)); w.addRaw(77, Buffer.alloc(165)) } })
  expect(openPacket(crowded).end).toBeGreaterThan(4_086)
  expect((await ask(crowded)).code).toBe(CODES.accessReject)
  expect(upstream.heard).toHaveLength(0)
})

test('a report without room for our mark is kept, and not acknowledged', async () => {
  const upstream = await server(accepts)
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  const writer = new PacketWriter().begin(CODES.accountingRequest, 1).add(A['Acct-Status-Type'], 1).add(A['Acct-Session-Id'], 's').add(A['User-Name'], 'amina@ville.example')
  for (let i = 0; i < 15; i++) writer.addRaw(77, Buffer.alloc(253))
  expect(await metWithSilence(nas, seal(writer.addRaw(77, Buffer.alloc(216)), ourSecret), town.radius.acctPort)).toBe(true)
  expect([town.heard.length, upstream.heard.length]).toEqual([1, 0])
})

test('a realm without servers or secret is said at start', async () => {
  await expect(townWith([realm('ville.example', [])])).rejects.toMatchObject({ code: 'upstream_servers' })
  await expect(townWith([realm('ville.example', [await server(accepts)], { secret: '' })])).rejects.toMatchObject({ code: 'upstream_secret' })
})

test('what an upstream answers beyond sense lets nobody in', async () => {
  const upstream = await server((request, answer) => answer(replyTo(request, CODES.accessAccept, theirSecret, (w) => void w.addBytes(A['MS-MPPE-Send-Key'], Buffer.alloc(3)))))
  const { town, ask } = await townWith([realm('ville.example', [upstream])])
  expect([(await ask(accessBytes('amina@ville.example', 'x'))).code, refusals(town, 'upstream_malformed')]).toEqual([CODES.accessReject, 1])
})
