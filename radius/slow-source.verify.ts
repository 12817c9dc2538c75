// One source that never answers, beside portal tokens: how much later do the tokens' answers come? The same number of requests goes to
// a source that answers at once, in turns, so that only the waiting differs.
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

const ROUNDS = 5
/** Somebody else may be using the machine. */
const TRIES = 3
const MEASURED_MS = 2_000
/** Long enough for the first of the dead source's requests to end while tokens are measured. */
const WARMING_MS = 3_200
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

/** Asks as `name` all the time until stopped; says what came back and after how long. */
async function askBeside(name: string, port: number): Promise<{ stop(): Promise<{ sent: number; heard: readonly Heard[] }> }> {
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
  const timer = setInterval(() => {
    for (let i = 0; i < AT_ONCE; i++, sent++) {
      const identifier = Math.floor(sent / SOCKETS) % 256
      const one = sockets[sent % SOCKETS]
      if (one) one.sinceMs[identifier] = performance.now()
      one?.socket.send(accessBytes(name, 'x', { identifier }), port, '127.0.0.1')
    }
  }, EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await setTimeout(LATEST_MS)
      for (const { socket } of sockets) socket.close()
      return { sent, heard }
    },
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

async function p99Beside(name: string, wire: Wire, port: number): Promise<{ p99: number; sent: number; heard: readonly Heard[] }> {
  const beside = await askBeside(name, port)
  await setTimeout(WARMING_MS)
  const waits = await measureTokens(wire, port)
  return { p99: p99(waits), ...(await beside.stop()) }
}

test('a source that never answers: its requests end at 3 s and are never accepted, and the p99 of tokens stays within 10 %', async () => {
  const radius = await start()
  const wire = await openWire()
  const tries: number[] = []
  while (tries.length < TRIES && !tries.some((ratio) => ratio <= MOST_SLOWER)) {
    const [beside, alone]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      alone.push((await p99Beside('quick', wire, radius.authPort)).p99)
      const { p99, sent, heard } = await p99Beside('never', wire, radius.authPort)
      beside.push(p99)
      expect(heard).toHaveLength(sent)
      expect(heard.every(({ code }) => code === CODES.accessReject)).toBe(true)
      expect(heard.filter(({ afterMs }) => afterMs < PATIENCE_MS - 1 || afterMs > LATEST_MS)).toEqual([])
    }
    tries.push(median(beside) / median(alone))
    process.stderr.write(`p99 of tokens: ${median(alone).toFixed(3)} ms beside a quick source, ${median(beside).toFixed(3)} ms beside a dead one\n`)
  }
  expect(Math.min(...tries)).toBeLessThanOrEqual(MOST_SLOWER)
  wire.close()
  await radius.close()
})
