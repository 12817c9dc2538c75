// The generator's own process: reads Streams on standard input, sends them at the same time, prints a LoadResult for each.
import { createSocket, type Socket } from 'node:dgram'
import { json } from 'node:stream/consumers'
import { checkMessageAuthenticator, responseAuthenticatorHolds, sharedSecret } from '#radius/authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket } from '#radius/packet.ts'
import { quantile } from '../figure.ts'
import type { LoadResult } from './load.ts'
import { BUILD } from './questions.ts'
import { MOST_PACKETS, type Stream } from './streams.ts'
import { SECRET } from './town.ts'

const SOCKETS = 8
const IDENTIFIERS = 256
const WINDOW = 128
const FASTEST = 60_000
const LOST_AFTER_MS = 1_000
const PACE_MS = 1

type Asked = { readonly bytes: Buffer; readonly sentMs: number }
type Lane = { readonly socket: Socket; readonly asked: (Asked | undefined)[] }

const secret = sharedSecret(SECRET)

async function openLane(port: number, receive: (lane: Lane, bytes: Buffer) => void): Promise<Lane> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 22 })
  const lane: Lane = { socket, asked: Array.from({ length: IDENTIFIERS }) }
  socket.on('message', (bytes) => receive(lane, bytes))
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve))
  return lane
}

function believed(reply: Buffer, { bytes }: Asked): boolean {
  const packet = openPacket(reply)
  const authenticator = bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  if (!responseAuthenticatorHolds(packet, authenticator, secret)) return false
  return packet.code === CODES.accountingResponse || checkMessageAuthenticator(packet, authenticator, secret) === 'holds'
}

async function run(stream: Stream): Promise<LoadResult> {
  const build = BUILD[stream.kind]
  const total = Math.min(MOST_PACKETS, Math.ceil((stream.rate ?? FASTEST) * stream.seconds))
  const packets = Array.from({ length: total }, (_, index) => build(index, Math.floor(index / SOCKETS) % IDENTIFIERS, stream))
  const took: number[] = []
  const counts = { sent: 0, inFlight: 0, lost: 0, disbelieved: 0 }
  const codes = new Map<number, number>()

  function receive(lane: Lane, bytes: Buffer): void {
    const identifier = bytes[1] ?? 0
    const asked = lane.asked[identifier]
    if (!asked) return
    lane.asked[identifier] = undefined
    counts.inFlight--
    if (!believed(bytes, asked)) counts.disbelieved++
    took.push(performance.now() - asked.sentMs)
    codes.set(bytes[0] ?? 0, (codes.get(bytes[0] ?? 0) ?? 0) + 1)
    if (stream.rate === undefined) fill()
  }

  const lanes = await Promise.all(Array.from({ length: SOCKETS }, () => openLane(stream.port, receive)))
  const startMs = performance.now()
  const endMs = startMs + stream.seconds * 1000

  /** False when the slot of the next packet is still waiting for its answer. */
  function sendNext(nowMs: number): boolean {
    const bytes = packets[counts.sent]
    const lane = lanes[counts.sent % SOCKETS]
    if (!bytes || !lane) return false
    const identifier = bytes[1] ?? 0
    const before = lane.asked[identifier]
    if (before && nowMs - before.sentMs < LOST_AFTER_MS) return false
    if (before) counts.lost++
    else counts.inFlight++
    lane.asked[identifier] = { bytes, sentMs: nowMs }
    lane.socket.send(bytes)
    counts.sent++
    return true
  }

  function fill(): void {
    const nowMs = performance.now()
    if (nowMs >= endMs) return
    const due = stream.rate === undefined ? Infinity : ((nowMs - startMs) / 1000) * stream.rate
    const most = stream.rate === undefined ? (stream.window ?? WINDOW) : Infinity
    while (counts.sent < due && counts.inFlight < most && sendNext(nowMs)) continue
  }

  const pace = setInterval(fill, PACE_MS)
  fill()
  while (performance.now() < endMs && counts.sent < total) await new Promise((resolve) => setTimeout(resolve, 10))
  clearInterval(pace)
  const seconds = (performance.now() - startMs) / 1000
  const replies = took.length
  const grace = performance.now() + LOST_AFTER_MS
  while (counts.inFlight > 0 && performance.now() < grace) await new Promise((resolve) => setTimeout(resolve, 10))
  for (const { socket } of lanes) socket.close()
  if (counts.disbelieved > 0) throw new Error(`${counts.disbelieved} replies are not believed`)
  return {
    sent: counts.sent, replies, perSecond: replies / seconds, lost: counts.lost + counts.inFlight,
    accepted: codes.get(CODES.accessAccept) ?? 0, rejected: codes.get(CODES.accessReject) ?? 0,
    p50: quantile(took, 0.5), p99: quantile(took, 0.99),
  }
}

const streams = (await json(process.stdin)) as readonly Stream[]
process.stdout.write(JSON.stringify(await Promise.all(streams.map(run))))
