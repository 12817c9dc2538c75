import { describe, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { ACCOUNTING_STATUS, TERMINATE_CAUSES } from '../nas.ts'
import { CODES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { endingSight } from './sight.ts'
import { createWatch, type Passing, type Told } from './watch.ts'
import { durationInWords } from './words.ts'

const A = ATTRIBUTES
const START_MS = Date.UTC(2026, 10, 3, 10)

function packet(code: number, add: (writer: PacketWriter) => void = () => undefined): Packet {
  const writer = new PacketWriter().begin(code, 1)
  add(writer)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return openPacket(Buffer.from(writer.bytes))
}
const signIn = packet(CODES.accessRequest, (w) => w.add(A['User-Name'], 'awa').add(A['User-Password'], Buffer.alloc(16)).add(A['Calling-Station-Id'], '02-00-5E-00-00-01'))
const byChap = packet(CODES.accessRequest, (w) => w.add(A['CHAP-Password'], Buffer.alloc(17)))
const accept = (seconds: number): Packet => packet(CODES.accessAccept, (w) => w.add(A['Session-Timeout'], seconds))
const report = (status: number, seconds?: number, cause?: number): Packet =>
  packet(CODES.accountingRequest, (w) => w.add(A['Acct-Status-Type'], status).addIf(A['Acct-Session-Time'], seconds).addIf(A['Acct-Terminate-Cause'], cause))
const stored = packet(CODES.accountingResponse)
const alive = packet(CODES.statusServer)

function town() {
  const clock = manualClock(START_MS)
  const watch = createWatch(clock)
  const heard: Told[] = []
  const stop = watch.follow((told) => void heard.push(told))
  return { clock, watch, heard, stop }
}
function inWords(passing: Omit<Passing, 'door' | 'client'>): string | undefined {
  const { watch, heard } = town()
  watch.tell({ door: 'auth', client: 'ap', ...passing })
  return heard[0]?.words
}

const SAYINGS: readonly (readonly [Omit<Passing, 'door' | 'client'>, string])[] = [
  [{ request: signIn, reply: accept(7_200), by: 'token' }, 'accepted: portal token, 2 h'],
  [{ request: byChap, reply: accept(45), by: 'account' }, 'accepted: account (CHAP), 45 s'],
  [{ request: signIn, reply: packet(CODES.accessAccept), by: 'elsewhere' }, 'accepted: elsewhere'],
  [{ request: signIn, reply: packet(CODES.accessChallenge), by: 'upstream' }, 'a further question: upstream realm'],
  [{ request: signIn, reply: packet(CODES.accessReject), reason: 'token_expired', by: 'token' }, 'refused: a portal token that was not used in time'],
  [{ reason: 'unknown_client' }, 'no answer: no client is configured under this address'],
  [{ request: alive, reply: packet(CODES.accessAccept) }, 'asked whether we are there: yes'],
  [{ request: alive, reply: stored }, 'asked whether we are there: yes'],
  [{ request: signIn, reply: accept(60), again: true }, 'asked again: the same answer again'],
  [{ request: signIn, again: true }, 'asked again while it is being decided'],
  [{ request: report(ACCOUNTING_STATUS.start), reply: stored }, 'start'],
  [{ request: report(ACCOUNTING_STATUS.interim, 3_600), reply: stored }, 'still there, 1 h'],
  [{ request: report(ACCOUNTING_STATUS.stop, 725, TERMINATE_CAUSES.idleTimeout), reply: stored }, 'stop, idle timeout, 12 min'],
  [{ request: report(ACCOUNTING_STATUS.stop, 0, 99), reply: stored }, 'stop, cause 99, 0 s'],
  [{ request: report(ACCOUNTING_STATUS.on, 9), reply: stored }, 'the access server has started; its sessions are over'],
  [{ request: packet(CODES.accountingRequest, (w) => w.addRaw(40, Buffer.of(1))), reply: stored }, 'about no session: acknowledged, not kept'],
  [{ request: report(15), reply: stored }, 'about no session: acknowledged, not kept'],
  [{ request: packet(CODES.disconnectRequest), reply: packet(CODES.disconnectAck) }, 'session ended'],
  [{ request: packet(CODES.coaRequest), reply: packet(CODES.coaAck) }, 'session changed'],
  [{ request: packet(CODES.disconnectRequest), reply: packet(CODES.disconnectNak), reason: 'nak_503' }, 'refused: no such session here'],
]
test.each(SAYINGS)('what passed is said as it is: %#', (passing, words) => {
  expect(inWords(passing)).toBe(words)
})

test('what came of asking an access server to end a session is said too', () => {
  const said = ([{ kind: 'done' }, { kind: 'silent' }, { kind: 'stranger' }, { kind: 'refused', cause: 'sessionNotRemovable' }, { kind: 'refused', cause: undefined }] as const).map((ending) => {
    const { watch, heard } = town()
    watch.show(endingSight('ap', ending))
    return heard[0]
  })
  expect(said[0]).toEqual({ at: START_MS, door: 'coa', client: 'ap', outcome: 'asked', words: 'asked to end a session: done' })
  expect(said.slice(1).map((told) => told?.words.replace('asked to end a session: ', ''))).toEqual([
    'it does not answer', 'its address belongs to no client any more', 'refused: this session cannot be ended', 'refused',
  ])
})

describe('whoever watches', () => {
  test('gets outcome, source, proof and minutes for programs, and nothing that names a person', () => {
    const { watch, heard } = town()
    watch.tell({ door: 'auth', client: 'ap', request: signIn, reply: accept(7_200), by: 'token' })
    expect(heard).toEqual([{ at: START_MS, door: 'auth', client: 'ap', outcome: 'accepted', words: 'accepted: portal token, 2 h', by: 'token', proof: 'pap', minutes: 120 }])
  })

  test('is told how much was left out when more passes than anyone reads', () => {
    const { clock, watch, heard } = town()
    for (let i = 0; i < 500; i++) watch.tell({ door: 'auth', client: 'ap', reason: 'rate_limit' })
    expect(heard).toHaveLength(200)
    clock.advance(1_000)
    watch.tell({ door: 'auth', client: 'ap', reason: 'rate_limit' })
    watch.tell({ door: 'auth', client: 'ap', reason: 'rate_limit' })
    expect(heard.slice(200).map(({ untold }) => untold)).toEqual([300, undefined])
  })

  test('hears nothing after stopping, and then nobody watches', () => {
    const { watch, heard, stop } = town()
    expect(watch.watched).toBe(true)
    stop()
    expect(watch.watched).toBe(false)
    watch.tell({ door: 'auth', client: 'ap', reason: 'rate_limit' })
    expect(heard).toEqual([])
  })
})

test('durations are words', () => {
  expect([0, 59, 60, 3_599, 5_400, 172_799, 172_800].map(durationInWords)).toEqual(['0 s', '59 s', '1 min', '1 h', '1 h 30 min', '2 days', '2 days'])
})
