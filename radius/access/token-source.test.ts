import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { openDb } from '#shared/db/open.ts'
import { KEYRING, PROFILES, START_MS } from '#test/support/radius-town.ts'
import { sharedSecret } from '../authenticator.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Client } from '../clients.ts'
import { openPacket } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { rateLimit } from '../rate-limit.ts'
import type { Decision } from './access.ts'
import { issuePortalToken, readTokenUser, tokenKeyring, tokenNonce, TOKEN_PASSWORD_LENGTH, TOKEN_USER_LENGTH, type PortalToken } from './portal-token.ts'
import { tokenSource } from './token-source.ts'
import { createTokenUses, TOKEN_USES_MIGRATIONS } from './token-uses.ts'

const STATION = '02-00-00-00-00-01'

/** A gateway's server with its clock standing still, its runtime store, and the sessions that accounting says are alive. */
function gateway() {
  const clock = manualClock(START_MS)
  const db = openDb(':memory:', { durability: 'volatile', migrations: TOKEN_USES_MIGRATIONS })
  const alive = new Set<string>()
  const used = new Map<string, number>()
  const sessions = { alive: (nonce: string) => alive.has(nonce), usedBytes: (nonce: string) => used.get(nonce) ?? 0 }
  const start = (store: 'kept' | 'none') => tokenSource({ keyring: KEYRING, profiles: PROFILES, uses: createTokenUses(store === 'kept' ? db : undefined, clock), sessions, clock })
  let source = start('kept')

  function present(token: Pick<PortalToken, 'user' | 'password'>, how: { station?: string | undefined; nas?: string; stationBound?: boolean } = {}): Decision | undefined {
    const writer = new PacketWriter().begin(1, 1)
    writer.addIf(ATTRIBUTES['Calling-Station-Id'], 'station' in how ? how.station : STATION)
    writer.bytes.writeUInt16BE(writer.end, 2)
    const client: Client = { name: how.nas ?? 'local', secret: sharedSecret('x'), requireMessageAuthenticator: true, stationBound: how.stationBound ?? true, allowance: rateLimit(1), coaPort: 3799 }
    const credential = { kind: 'pap' as const, proves: (secret: string) => secret === token.password }
    const decision = source.decide({ client, address: '192.0.2.1', userName: token.user, credential, packet: openPacket(writer.bytes) })
    if (decision instanceof Promise) throw new Error('tokens are decided at once')
    return decision
  }
  return {
    clock, alive, used, present,
    issue: (csid = '020000000001', profile = 0) => issuePortalToken(KEYRING, { profile, csid, nas: 'local' }, clock.now(), randomBytes),
    restart: (store: 'kept' | 'none') => void (source = start(store)),
  }
}
const said = (decision: Decision | undefined): unknown => (decision?.kind === 'accept' ? decision.authorisation.sessionSeconds : decision?.kind === 'reject' ? decision.reason : undefined)

test('a token says who issued it and when, in 24 and 16 digits, and reads the same in capitals and with a realm', () => {
  const { issue } = gateway()
  const token = issue()
  expect([token.user.length, token.password.length]).toEqual([TOKEN_USER_LENGTH, TOKEN_PASSWORD_LENGTH])
  expect(readTokenUser(token.user)).toEqual({ user: token.user, kid: 1, issuedSeconds: START_MS / 1000, profile: 0, nonce: token.nonce })
  expect(readTokenUser(`${token.user.toUpperCase()}@parvis`)?.user).toBe(token.user)
  for (const name of ['', 'someone', 'someone@else', 'z'.repeat(24), `${token.user}0`, token.user.slice(1)]) expect(tokenNonce(name)).toBeUndefined()
})

test('a token that is fresh opens the door for two hours; 120 s after issue it is too late for a first use', () => {
  const { issue, present, clock } = gateway()
  const [first, late] = [issue(), issue()]
  clock.advance(120_000)
  expect(said(present(first))).toBe(7_200)
  clock.advance(1)
  expect(said(present(late))).toBe('token_expired')
})

test('the access server that lost our answer gets the same within 30 s; after that only a live session does, and only what remains', () => {
  const { issue, present, clock, alive } = gateway()
  const token = issue()
  expect(said(present(token))).toBe(7_200)
  clock.advance(30_000)
  expect(said(present(token))).toBe(7_200)
  clock.advance(1_000)
  expect(said(present(token))).toBe('token_replay')
  alive.add(token.nonce)
  expect(said(present(token))).toBe(7_169)
  clock.advance(3_600_000)
  expect(said(present(token))).toBe(3_569)
  clock.advance(3_569_000)
  expect(said(present(token))).toBe('token_spent')
})

test('asking again gives back no bytes either', () => {
  const { issue, present, clock, alive, used } = gateway()
  const token = issue()
  present(token)
  clock.advance(60_000)
  alive.add(token.nonce)
  used.set(token.nonce, 5_999_999_999)
  expect(present(token)).toMatchObject({ authorisation: { quotaBytes: 1 } })
  used.set(token.nonce, 6_000_000_000)
  expect(said(present(token))).toBe('token_spent')
})

test('another phone, another access server or another password gets nothing, and a known token shown by them counts as replay', () => {
  const { issue, present } = gateway()
  const token = issue()
  expect(said(present(token, { station: '02-00-00-00-00-02' }))).toBe('token_wrong')
  expect(said(present(token, { nas: 'another' }))).toBe('token_wrong')
  expect(said(present(token))).toBe(7_200)
  expect(said(present(token, { station: '02-00-00-00-00-02' }))).toBe('token_replay')
  expect(said(present(token, { nas: 'another' }))).toBe('token_replay')
  expect(said(present({ ...token, password: 'x'.repeat(16) }))).toBe('token_replay')
  expect(said(present(token))).toBe(7_200)
})

test('without a usable Calling-Station-Id there is no answer, unless the client is not bound to one: then a first use has 30 s', () => {
  const { issue, present, clock } = gateway()
  expect(said(present(issue(), { station: undefined }))).toBe('station_absent')
  expect(said(present(issue(), { station: 'unknown' }))).toBe('station_absent')
  const [quick, slow] = [issue(''), issue('')]
  clock.advance(30_000)
  expect(said(present(quick, { station: undefined, stationBound: false }))).toBe(7_200)
  clock.advance(1)
  expect(said(present(slow, { station: undefined, stationBound: false }))).toBe('token_expired')
})

test('a token of an unknown key, an unknown profile or the future is refused; other names are left to other sources', () => {
  const { present, issue, clock } = gateway()
  const foreign = issuePortalToken(tokenKeyring([9, randomBytes(32)]), { profile: 0, csid: '020000000001', nas: 'local' }, clock.now(), randomBytes)
  expect(said(present(foreign))).toBe('token_key_unknown')
  expect(said(present(issue('020000000001', 7)))).toBe('token_profile_unknown')
  clock.setNow(START_MS + 6_000)
  const early = issue()
  clock.setNow(START_MS)
  expect(said(present(early))).toBe('token_from_future')
  expect(present({ user: 'someone', password: 'x' })).toBeUndefined()
})

test('a restart forgets no use; a server without a store refuses what was issued before its start', () => {
  const { issue, present, clock, restart } = gateway()
  const [used, fresh] = [issue(), issue()]
  present(used)
  clock.advance(40_000)
  restart('kept')
  expect(said(present(used))).toBe('token_replay')
  expect(said(present(fresh))).toBe(7_200)
  const unseen = issue()
  clock.advance(2_000)
  restart('none')
  expect(said(present(unseen))).toBe('token_before_start')
  expect(said(present(issue()))).toBe(7_200)
})

test('the store forgets a token only when its age alone refuses it', () => {
  const { issue, present, clock } = gateway()
  const token = issue()
  present(token)
  clock.advance(7_500_001)
  present(issue())
  expect(said(present(token))).toBe('token_expired')
})

test('a keyring without a key, or with a short one, is refused at start', () => {
  expect(() => tokenKeyring()).toThrow(/radius.token_key/)
  expect(() => tokenKeyring([1, Buffer.alloc(8)])).toThrow(/16/)
})
