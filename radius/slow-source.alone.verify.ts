// One source that never answers, beside portal tokens: how much later do the tokens' answers come? The same number of requests goes to
// a source that answers at once, in turns, so that only the waiting differs. Turns come in the order A BB AA BB AA B: a machine that
// slowly becomes busier does so to both alike, and every second change needs no wait.
import { createSocket } from 'node:dgram'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '#shared/clock.ts'
import { accessBytes, KEYRING, openWire, PROFILES, SECRET, townEffects, type Wire } from '#test/support/radius-town.ts'
import type { Source } from './access/access.ts'
import { issuePortalToken } from './access/portal-token.ts'
import { createTokenUses } from './access/token-uses.ts'
import { startRadius, type RunningRadius } from './main.ts'
import { CODES } from './packet.ts'

/** Pairs of turns, one turn of each kind. */
const LEAST_PAIRS = 5
/** Somebody else may be using the machine. */
const MOST_PAIRS = 15
const MEASURED_MS = 1_000
const PATIENCE_MS = 3_000
const LATEST_MS = 3_500
/** Beside the tokens: 500 requests a second, each from a socket and under an identifier that nothing else uses meanwhile. */
const AT_ONCE = 5
const EVERY_MS = 10
const SOCKETS = 16
const MOST_SLOWER = 1.1

const effects = townEffects(systemClock())
const dead: Source = { name: 'dead', decide: ({ userName }) => (userName === 'never' ? new Promise<never>(() => {}) : undefined) }
const quick: Source = { name: 'quick', decide: ({ userName }) => (userName === 'quick' ? { kind: 'reject', reason: 'user_unknown' } : undefined) }

function start(): Promise<RunningRadius> {
  const clients = [{ name: 'local', address: '127.0.0.1', secret: SECRET, packetsPerSecond: 1e6 }]
  const accounting = { record: async () => undefined, alive: () => false }
  const settings = { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients, tokenKeys: KEYRING, profiles: PROFILES }
  return startRadius(settings, effects, { accounting, tokenUses: createTokenUses(undefined, effects.clock), sources: [dead, quick] })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN
}

type Heard = { readonly code: number; readonly afterMs: number }
/** Whoever asks as `name` all the time between `begin` and `pause`. */
type Asker = { readonly name: string; begin(): void; pause(): void; sent(): number; readonly heard: readonly Heard[]; close(): void }

async function openAsker(name: string, port: number): Promise<Asker> {
  const heard: Heard[] = []
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, async () => {
      const sinceMs = new Float64Array(256)
      const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 20 })
      socket.on('message', (bytes) => void heard.push({ code: bytes.readUInt8(0), afterMs: performance.now() - (sinceMs[bytes.readUInt8(1)] ?? 0) }))
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
      return { socket, sinceMs }
    }),
  )
  let sent = 0
  let timer: NodeJS.Timeout | undefined
  function ask(): void {
    for (let i = 0; i < AT_ONCE; i++, sent++) {
      const identifier = Math.floor(sent / SOCKETS) % 256
      const one = sockets[sent % SOCKETS]
      if (one) one.sinceMs[identifier] = performance.now()
      one?.socket.send(accessBytes(name, 'x', { identifier }), port, '127.0.0.1')
    }
  }
  return {
    name,
    heard,
    begin: () => void (timer = setInterval(ask, EVERY_MS)),
    pause: () => clearInterval(timer),
    sent: () => sent,
    close: () => sockets.forEach(({ socket }) => socket.close()),
  }
}

/** Milliseconds that tokens wait for their answers, one after another. */
async function measureTokens(wire: Wire, port: number): Promise<number[]> {
  const waits: number[] = []
  const untilMs = performance.now() + MEASURED_MS
  while (performance.now() < untilMs) {
    const { user, password } = issuePortalToken(KEYRING, { profile: 0, csid: '020000000001', nas: 'local' }, effects.clock.now(), effects.random)
    const bytes = accessBytes(user, password, { identifier: waits.length % 256 })
    const sinceMs = performance.now()
    wire.send(bytes, port)
    const reply = await wire.next()
    waits.push(performance.now() - sinceMs)
    if (reply.code !== CODES.accessAccept) throw new Error('a fresh token is accepted')
  }
  return waits
}

/** Which of the two asks in each turn: 0 11 00 11 00 … */
const turnOf = (turn: number): 0 | 1 => (Math.floor((turn + 1) / 2) % 2 === 0 ? 0 : 1)

test('a source that never answers: its requests end at 3 s and are never accepted, and the p99 of tokens stays within 10 %', async () => {
  const radius = await start()
  const wire = await openWire()
  const askers = [await openAsker('quick', radius.authPort), await openAsker('never', radius.authPort)] as const
  const waits: readonly [number[], number[]] = [[], []]
  const slower = (): number => median(waits[1]) / median(waits[0])
  for (let turn = 0; turn < 2 * MOST_PAIRS; turn++) {
    const who = turnOf(turn)
    if (turn === 0 || who !== turnOf(turn - 1)) {
      if (turn > 0) askers[turnOf(turn - 1)].pause()
      askers[who].begin()
      // Until the dead source has as many requests as it will ever have, or the last of them has ended.
      if (turn > 0) await setTimeout(LATEST_MS)
    }
    waits[who].push(p99(await measureTokens(wire, radius.authPort)))
    const even = waits[0].length === waits[1].length
    if (even && waits[0].length >= LEAST_PAIRS && slower() <= MOST_SLOWER) break
  }
  for (const asker of askers) asker.pause()
  await setTimeout(LATEST_MS)
  process.stderr.write(`p99 of tokens: ${median(waits[0]).toFixed(3)} ms beside a quick source, ${median(waits[1]).toFixed(3)} ms beside a dead one, of ${waits[0].length} turns each\n`)
  const [quick, never] = askers
  expect([quick.heard.length, never.heard.length]).toEqual([quick.sent(), never.sent()])
  expect([...quick.heard, ...never.heard].every(({ code }) => code === CODES.accessReject)).toBe(true)
  expect(never.heard.filter(({ afterMs }) => afterMs < PATIENCE_MS - 1 || afterMs > LATEST_MS)).toEqual([])
  expect(slower()).toBeLessThanOrEqual(MOST_SLOWER)
  for (const asker of askers) asker.close()
  wire.close()
  await radius.close()
})
