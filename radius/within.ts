/**
 * Between a portal and the RADIUS server of the same process: the same packets as on the wire, handed over in memory, which spares
 * a log-in four trips through the kernel. Whoever else asks finds the server at its ports as ever.
 */
import type { RemoteInfo } from 'node:dgram'
import { carryByUdp, type Carry } from './client/carrier.ts'
import { listenUdp, type Listen, type Listener, type ReplyWay } from './udp.ts'

const HERE = '127.0.0.1'
const HEARD_BY: ReadonlySet<string> = new Set([HERE, '0.0.0.0'])
/** Source ports that no client has: those of the oldest services. Carriers that are open at once have different ones. */
const MOST_CARRIERS = 512

export type Within = {
  /** Listens by UDP, and hears what is carried to 127.0.0.1 as well where one of its hosts does. */
  readonly listen: Listen
  /** To a door of ours in memory, to everywhere else by UDP. */
  readonly carry: Carry
}

export function createWithin(): Within {
  const doors = new Map<number, Listener>()
  let opened = 0

  function carryTo(door: Listener, hear: (bytes: Buffer) => void): ReturnType<Carry> {
    let open = true
    const port = 1 + (opened++ % MOST_CARRIERS)
    // What is handed over is a copy, as from the kernel, and comes in a moment of its own: each side goes on with its own bytes and errors.
    const way: ReplyWay = {
      send(bytes) {
        const copy = Buffer.from(bytes)
        queueMicrotask(() => open && hear(copy))
      },
    }
    return {
      ready: Promise.resolve(true),
      send(bytes) {
        const copy = Buffer.from(bytes)
        const from: RemoteInfo = { address: HERE, family: 'IPv4', port, size: copy.length }
        setImmediate(() => door(copy, from, way))
      },
      close: () => void (open = false),
    }
  }

  return {
    async listen(hosts, port, key, listener, reusePort) {
      const listening = await listenUdp(hosts, port, key, listener, reusePort)
      if (hosts.some((host) => HEARD_BY.has(host))) doors.set(listening.port, listener)
      async function close(): Promise<void> {
        doors.delete(listening.port)
        await listening.close()
      }
      return { port: listening.port, close }
    },
    carry(address, port, hear) {
      const door = address === HERE ? doors.get(port) : undefined
      return door ? carryTo(door, hear) : carryByUdp(address, port, hear)
    },
  }
}
