import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessBytes, openWire, radiusTown, SECRET, PROFILE, type RadiusTown, type Wire } from '#test/support/radius-town.ts'
import type { Source } from '../access/access.ts'
import { tokenNonce } from '../access/portal-token.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { seal, sharedSecret } from '../authenticator.ts'
import type { LiveSession } from '../live-sessions.ts'
import type { AccountingReport } from '../nas.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import type { Remainder } from './policy.ts'

const A = ATTRIBUTES
const ORIGIN = { client: 'local', address: '127.0.0.1' }
const STATION = '02-00-00-00-00-01'
let nas: Wire
let town: RadiusTown
let used = 0
/** What the people of this source still have, by name. */
let remainders: Map<string, Remainder>

const people: Source = {
  name: 'people',
  decide: () => undefined,
  holderOf: (userName) => `account:${userName}`,
  remainderOf: ({ userName }) => remainders.get(userName),
}

beforeEach(async () => {
  remainders = new Map()
  used = 0
  nas = await openWire()
  const clients = [{ name: 'local', address: '127.0.0.0/8', secret: SECRET, coaPort: nas.port }]
  town = await radiusTown({ clients, sources: [people], accounting: { usedBytes: () => used } })
})
afterEach(async () => {
  await town.close()
  nas.close()
})

/** An access server reports a session of this user. */
function begun(userName: string, acctSessionId = userName, more: Partial<AccountingReport> = {}): LiveSession {
  const { live } = town.radius
  function holderOf(name: string): string | undefined {
    const nonce = tokenNonce(name)
    return nonce === undefined ? people.holderOf?.(name) : `token:${nonce}`
  }
  live.heard(ORIGIN, { status: 'start', nasIdentifier: 'ap', acctSessionId, userName, callingStationId: STATION, eventSeconds: 0, ...more }, holderOf)
  const one = [...live.all()].find((session) => session.acctSessionId === acctSessionId)
  if (!one) throw new Error('the session is not followed')
  return one
}
function answer(request: Packet, code: number, cause?: number): void {
  const writer = new PacketWriter().begin(code, request.identifier, request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES))
  if (cause !== undefined) writer.add(A['Error-Cause'], cause)
  nas.reply(seal(writer, sharedSecret(SECRET)))
}
const endings = (labels: string): string | undefined => new RegExp(`^parvis_radius_endings_total\\{${labels}\\} (\\d+)$`, 'm').exec(town.effects.metrics.text())?.[1]
const ended = (reason: string, outcome: string) => expect.poll(() => endings(`client="local",reason="${reason}",outcome="${outcome}"`)).toBe('1')
/** Nothing has come yet; after `act` a request does, and is acknowledged. */
async function quietThen(act: () => void): Promise<void> {
  const next = nas.next()
  expect(await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 50, 'quiet'))])).toBe('quiet')
  act()
  answer(await next, CODES.disconnectAck)
}

async function signedIn(): Promise<string> {
  const phone = await openWire()
  const token = town.token()
  phone.send(accessBytes(token.user, token.password, { callingStationId: STATION }), town.radius.authPort)
  expect((await phone.next()).code).toBe(CODES.accessAccept)
  phone.close()
  return token.user
}

test('a phone that has used up its data is ended at its access server, once that is known', async () => {
  begun(await signedIn(), 's1')
  used = PROFILE.quotaBytes - 1
  town.effects.clock.advance(30_000)
  await quietThen(() => {
    used = PROFILE.quotaBytes
    town.effects.clock.advance(30_000)
  })
  await ended('quota', 'done')
})

test('an access server that lets somebody go on beyond the time is asked a minute later, not before', async () => {
  begun(await signedIn(), 's1')
  town.effects.clock.advance((PROFILE.sessionSeconds + 50) * 1000)
  expect(town.effects.metrics.text()).not.toContain('parvis_radius_endings_total')
  town.effects.clock.advance(40_000)
  const request = await nas.next()
  expect([request.code, request.read(A['Acct-Session-Id'])]).toEqual([CODES.disconnectRequest, 's1'])
  answer(request, CODES.disconnectAck)
  await ended('time', 'done')
})

test('a clock that is set while people are online ends nobody: their access servers keep the time', async () => {
  begun(await signedIn(), 's1')
  const { clock } = town.effects
  clock.setNow(clock.now() + 10 * 365 * 86_400_000)
  clock.advance(60_000)
  await quietThen(() => {
    used = PROFILE.quotaBytes
    clock.advance(30_000)
  })
  await ended('quota', 'done')
})

test('an account that is removed takes its sessions with it, and only its own', async () => {
  begun('amina')
  begun('bruno')
  const withdrawn = town.radius.endings.withdraw('account:amina')
  const request = await nas.next()
  expect(request.read(A['User-Name'])).toBe('amina')
  answer(request, CODES.disconnectAck)
  expect(await withdrawn).toBe(1)
  expect(town.effects.lines.join('')).toContain('"reason":"withdrawn","outcome":"done"')
  expect(town.effects.lines.join('')).not.toContain('amina')
})

test('a session that its access server has lost is forgotten, so that its holder may come back', async () => {
  begun('amina')
  const { live, endings: acts } = town.radius
  expect(live.inUse('account:amina', 'elsewhere')).toBe(1)
  const told = acts.withdraw('account:amina')
  answer(await nas.next(), CODES.disconnectNak, 503)
  expect(await told).toBe(1)
  expect(live.inUse('account:amina', 'elsewhere')).toBe(0)
})

test('an access server that says nothing, or no, is asked again after a minute, then after two, without anybody asking', async () => {
  const session = begun('amina')
  remainders.set('amina', { kind: 'withdrawn' })
  const { clock } = town.effects
  clock.advance(30_000)
  const first = await nas.next()
  for (const waitMs of [1_100, 2_200]) {
    clock.advance(waitMs)
    expect((await nas.next()).bytes).toEqual(first.bytes)
  }
  clock.advance(4_400)
  await ended('withdrawn', 'silent')
  clock.advance(90_000)
  const second = await nas.next()
  expect(second.read(A['Event-Timestamp'])).toBeGreaterThan(first.read(A['Event-Timestamp']) ?? 0)
  answer(second, CODES.disconnectNak, 504)
  await ended('withdrawn', 'sessionNotRemovable')
  clock.advance(90_000)
  await quietThen(() => clock.advance(60_000))
  expect([...town.radius.live.all()]).toContain(session)
})

test('our own gateway keeps time and data itself, is asked without a packet, and of nothing but what it cannot know', async () => {
  const asked: string[] = []
  town.radius.endings.attach({ client: 'local', nasIdentifier: 'gw', end: async (id) => (asked.push(id), { kind: 'done' }) })
  begun('amina', 'own', { nasIdentifier: 'gw' })
  remainders.set('amina', { kind: 'left', seconds: -100, octets: -1 })
  await town.radius.endings.round()
  expect(asked).toEqual([])
  remainders.set('amina', { kind: 'withdrawn' })
  await town.radius.endings.round()
  expect(asked).toEqual(['own'])
})

test('staff end one session; asked twice while it is on its way it is one question', async () => {
  const session = begun('amina')
  const both = [town.radius.endings.end(session, 'staff'), town.radius.endings.end(session, 'staff')]
  answer(await nas.next(), CODES.disconnectAck)
  expect(await Promise.all(both)).toEqual([{ kind: 'done' }, { kind: 'done' }])
  await ended('staff', 'done')
})

test('a round goes on with who is there and with the clock as it is by then', async () => {
  const { clock } = town.effects
  for (let n = 0; n < 130; n++) begun(`guest${n}`)
  const round = town.radius.endings.round()
  // Of the first slice only it has looked: one goes, the clock is set, and by the new one somebody's time is long over.
  remainders.set('guest129', { kind: 'withdrawn' })
  town.radius.live.heard(ORIGIN, { status: 'stop', nasIdentifier: 'ap', acctSessionId: 'guest129', userName: 'guest129', eventSeconds: 1 }, () => undefined)
  clock.setNow(clock.now() + 10 * 365 * 86_400_000)
  remainders.set('guest128', { kind: 'left', seconds: -3_600 })
  await round
  await quietThen(() => {
    remainders.set('guest1', { kind: 'withdrawn' })
    void town.radius.endings.round()
  })
  await ended('withdrawn', 'done')
})

test('closing does not wait for an access server that says nothing', async () => {
  const told = town.radius.endings.end(begun('amina'), 'staff')
  await nas.next()
  await town.radius.close()
  expect(await told).toEqual({ kind: 'silent' })
})

test('a session that its source can say nothing of keeps no other from its end', async () => {
  begun('amina')
  begun('luc')
  remainders.set('luc', { kind: 'withdrawn' })
  Object.defineProperty(remainders, 'get', {
    value: (name: string) => {
      if (name === 'amina') throw new Error('the disk does not answer')
      return Map.prototype.get.call(remainders, name) as Remainder | undefined
    },
  })
  const asked = nas.next()
  await town.radius.endings.round()
  const request = await asked
  expect(request.read(A['User-Name'])).toBe('luc')
  answer(request, CODES.disconnectAck)
  await ended('withdrawn', 'done')
})
