import { expect, test } from 'vitest'
import { metWithSilence } from '#test/support/radius-town.ts'
import { accepts, accountingBytes, numbers, ourSecret, PAST_DEADLINE_MS, realm, refusals, server, townWith } from '#test/support/realm-town.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { seal } from '../authenticator.ts'
import { CODES } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'

const A = ATTRIBUTES

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

test('a report without room for our mark is kept, and not acknowledged', async () => {
  const upstream = await server(accepts)
  const { town, nas } = await townWith([realm('ville.example', [upstream])])
  const writer = new PacketWriter().begin(CODES.accountingRequest, 1).add(A['Acct-Status-Type'], 1).add(A['Acct-Session-Id'], 's').add(A['User-Name'], 'amina@ville.example')
  for (let i = 0; i < 15; i++) writer.addRaw(77, Buffer.alloc(253))
  expect(await metWithSilence(nas, seal(writer.addRaw(77, Buffer.alloc(216)), ourSecret), town.radius.acctPort)).toBe(true)
  expect([town.heard.length, upstream.heard.length]).toEqual([1, 0])
})
