/** What carries packets to one server and back: a UDP socket, or nothing at all where the server lives in this process (`within.ts`). */
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/** The answers to all questions that one carrier bears may come at once. */
const RECEIVE_BUFFER_BYTES = 2 ** 19

export type Carrier = {
  /** False when the server cannot be reached: a name that does not resolve, a network that is not there. */
  readonly ready: Promise<boolean>
  /** A packet that cannot leave is a lost one. `bytes` may be sent again. */
  send(bytes: Buffer): void
  /** Once `ready` is settled. */
  close(): void
}
/** @param hear called with each packet that comes back from there. */
export type Carry = (address: string, port: number, hear: (bytes: Buffer) => void) => Carrier

export function carryByUdp(address: string, port: number, hear: (bytes: Buffer) => void): Carrier {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES })
  socket.on('message', (bytes) => hear(bytes))
  // Connected: the kernel drops what comes from anywhere else. A callback of `connect` would be called for a failure too.
  const ready = new Promise<boolean>((resolve) => {
    socket.on('error', () => resolve(false))
    socket.on('connect', () => resolve(true))
    socket.connect(port, address)
  })
  // A refused port shows as an error of a later send; it is silence like any other.
  return { ready, send: (bytes) => socket.send(bytes, () => undefined), close: () => void socket.close() }
}
