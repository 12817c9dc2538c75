/** One stream of questions on its way: which are sent, which are answered, how long each took. */
import { createSocket, type Socket } from 'node:dgram'
import { checkMessageAuthenticator, responseAuthenticatorHolds, sharedSecret } from '#radius/authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket } from '#radius/packet.ts'
import { LATE_MS } from './load.ts'
import { SECRET } from './town.ts'

export const SOCKETS = 8
export const IDENTIFIERS = 256
const RECEIVE_BUFFER_BYTES = 2 ** 22

type Asked = { readonly bytes: Buffer; readonly sentMs: number }
type Lane = { readonly socket: Socket; readonly asked: (Asked | undefined)[] }

export type Sender = {
  /** Sends the next question; false when none is left, or when its place still waits for an answer. */
  sendNext(nowMs: number): boolean
  readonly sent: number
  readonly inFlight: number
  /** Given up because their place was needed again. */
  readonly lost: number
  /** Milliseconds of each answer so far. */
  readonly took: readonly number[]
  /** Answers of a code. */
  answers(code: number): number
  /** Answers whose authenticators do not hold. */
  readonly disbelieved: number
  close(): void
}

const secret = sharedSecret(SECRET)

function believed(reply: Buffer, { bytes }: Asked): boolean {
  const packet = openPacket(reply)
  const authenticator = bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  if (!responseAuthenticatorHolds(packet, authenticator, secret)) return false
  return packet.code === CODES.accountingResponse || checkMessageAuthenticator(packet, authenticator, secret) === 'holds'
}

async function openLane(port: number): Promise<Lane> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES })
  // A server that has gone: its questions count as lost.
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve))
  return { socket, asked: Array.from({ length: IDENTIFIERS }) }
}

/** The place of the `index`-th question: its identifier, under which its lane knows it. */
export function identifierOf(index: number): number {
  return Math.floor(index / SOCKETS) % IDENTIFIERS
}

/** @param onAnswer called after each answer, to send on. */
export async function openSender(port: number, questions: readonly Buffer[], onAnswer: () => void): Promise<Sender> {
  const lanes = await Promise.all(Array.from({ length: SOCKETS }, () => openLane(port)))
  const took: number[] = []
  const codes = new Map<number, number>()
  const state = { sent: 0, inFlight: 0, lost: 0, disbelieved: 0 }

  function receive(lane: Lane, bytes: Buffer): void {
    const identifier = bytes[1] ?? 0
    const asked = lane.asked[identifier]
    if (!asked) return
    lane.asked[identifier] = undefined
    state.inFlight--
    if (!believed(bytes, asked)) state.disbelieved++
    took.push(performance.now() - asked.sentMs)
    codes.set(bytes[0] ?? 0, (codes.get(bytes[0] ?? 0) ?? 0) + 1)
    onAnswer()
  }
  for (const lane of lanes) lane.socket.on('message', (bytes) => receive(lane, bytes))

  return {
    sendNext(nowMs) {
      const bytes = questions[state.sent]
      const lane = lanes[state.sent % SOCKETS]
      if (!bytes || !lane) return false
      const identifier = bytes[1] ?? 0
      const before = lane.asked[identifier]
      if (before && nowMs - before.sentMs < LATE_MS) return false
      if (before) state.lost++
      else state.inFlight++
      lane.asked[identifier] = { bytes, sentMs: nowMs }
      lane.socket.send(bytes)
      state.sent++
      return true
    },
    get sent() {
      return state.sent
    },
    get inFlight() {
      return state.inFlight
    },
    get lost() {
      return state.lost
    },
    get disbelieved() {
      return state.disbelieved
    },
    took,
    answers: (code) => codes.get(code) ?? 0,
    close: () => lanes.forEach(({ socket }) => socket.close()),
  }
}
