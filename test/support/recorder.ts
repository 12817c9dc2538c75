// Stands between two RADIUS peers on loopback, hands every datagram on and keeps a copy, so that tests read what others really sent.
import { createSocket, type Socket } from 'node:dgram'

export type Recorded = { readonly from: 'client' | 'server'; readonly bytes: Buffer }
export type Recorder = {
  readonly port: number
  /** In the order in which they came. */
  readonly packets: readonly Recorded[]
  close(): Promise<void>
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve))
}

/** @param target the server's port on 127.0.0.1; each client's port is given a socket of its own towards it. */
export async function startRecorder(target: number): Promise<Recorder> {
  const packets: Recorded[] = []
  const towards = new Map<number, Socket>()
  const front = createSocket('udp4')
  function behalfOf(port: number): Socket {
    const socket = createSocket('udp4')
    socket.on('message', (bytes) => {
      packets.push({ from: 'server', bytes })
      front.send(bytes, port, '127.0.0.1')
    })
    towards.set(port, socket)
    return socket
  }
  front.on('message', (bytes, { port }) => {
    packets.push({ from: 'client', bytes })
    const socket = towards.get(port) ?? behalfOf(port)
    socket.send(bytes, target, '127.0.0.1')
  })
  await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve))
  return {
    port: front.address().port,
    packets,
    async close() {
      await Promise.all([front, ...towards.values()].map(closed))
    },
  }
}
