import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { accessBytes } from '#test/support/radius-town.ts'
import { accepts, accessEap, accountingBytes, numbers, onlyAlive, ourSecret, realm, refusals, server, theirSecret, townWith } from '#test/support/realm-town.ts'
import { replyTo, type Script, type ScriptedServer } from '#test/support/upstream.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { checkMessageAuthenticator, sealAccessRequest } from '../authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { revealPassword } from '../password.ts'
import { hideSalted, revealSalted } from '../salted.ts'
import { TOLD } from '../told.ts'

const A = ATTRIBUTES

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

test('nobody signs in to the access server itself through another organisation', async () => {
  const upstream = await server(accepts)
  const { town, ask } = await townWith([realm('*', [upstream])])
  for (const service of [6, 7]) expect((await ask(accessBytes('admin@ville.example', 'x', { add: (w) => void w.add(A['Service-Type'], service) }))).code).toBe(CODES.accessReject)
  expect((await ask(accessBytes('amina@ville.example', 'x', { add: (w) => void w.add(A['Service-Type'], 2) }))).code).toBe(CODES.accessAccept)
  expect([refusals(town, 'upstream_device_login'), upstream.heard.length]).toEqual([2, 1])
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

test('what an upstream answers beyond sense lets nobody in', async () => {
  const upstream = await server((request, answer) => answer(replyTo(request, CODES.accessAccept, theirSecret, (w) => void w.addBytes(A['MS-MPPE-Send-Key'], Buffer.alloc(3)))))
  const { town, ask } = await townWith([realm('ville.example', [upstream])])
  expect([(await ask(accessBytes('amina@ville.example', 'x'))).code, refusals(town, 'upstream_malformed')]).toEqual([CODES.accessReject, 1])
})

test('a realm without servers or secret is said at start', async () => {
  await expect(townWith([realm('ville.example', [])])).rejects.toMatchObject({ code: 'upstream_servers' })
  await expect(townWith([realm('ville.example', [await server(accepts)], { secret: '' })])).rejects.toMatchObject({ code: 'upstream_secret' })
})
