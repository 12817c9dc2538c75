import { expect, test } from 'vitest'
import { freeUdpPort } from '#test/support/freeradius.ts'
import { accessBytes, metWithSilence, openWire, SECRET } from '#test/support/radius-town.ts'
import { accepts, accessEap, isSilent, KEY, kept, ourSecret, PAST_DEADLINE_MS, realm, refusals, server, theirSecret, townWith } from '#test/support/realm-town.ts'
import { replyTo } from '#test/support/upstream.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { seal, sharedSecret } from '../authenticator.ts'
import { AUTHENTICATOR_AT, CODES } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { MOST_OUTSTANDING } from './realm.ts'

const A = ATTRIBUTES
const IDENTIFIERS = 256

test('a phone whose realm says nothing is told no in its own protocol', async () => {
  const upstream = await server(isSilent)
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  nas.send(accessEap([Buffer.from([2, 77, 0, 5, 1])]), town.radius.authPort)
  await expect.poll(() => upstream.heard.length).toBe(1)
  town.effects.clock.advance(PAST_DEADLINE_MS)
  const reply = await nas.next()
  expect([reply.code, reply.readAll(A['EAP-Message'])]).toEqual([CODES.accessReject, [Buffer.from([4, 77, 0, 4])]])
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
