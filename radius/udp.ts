import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIPv6 } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { UsageError } from '#shared/errors.ts'

/** A burst of a few hundred requests must not be lost while the loop does something else. */
const RECEIVE_BUFFER_BYTES = 2 ** 20
const CANNOT_BIND: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken',
  EACCES: 'may not be used by this account',
  EADDRNOTAVAIL: 'is not on an address of this machine',
}

/** Where a reply is put. */
export type ReplyWay = { send(bytes: Uint8Array, port: number, address: string): void }
export type Listener = (bytes: Buffer, from: RemoteInfo, way: ReplyWay) => void
export type Listen = typeof listenUdp
export type UdpListening = { readonly port: number; close(): Promise<void> }

function bind(host: string, port: number, key: string, reusePort: boolean): Promise<Socket> {
  const six = isIPv6(host)
  let bound = false
  const socket = createSocket({
    type: six ? 'udp6' : 'udp4',
    ipv6Only: six,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    reusePort,
    // Node resolves the address of every datagram that leaves, which costs a turn of the loop. Ours are replies to where a datagram
    // came from, an address: only the host that we bind to may be a name.
    lookup: (name, options, done) => (bound ? done(null, name, six ? 6 : 4) : lookup(name, options, done)),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const why = CANNOT_BIND[error.code ?? '']
      reject(why ? new UsageError('port', `${host} UDP port ${port} ${why}: set ${key}`, { data: { port, key }, cause: error }) : error)
    })
    socket.bind({ address: host, port, exclusive: true }, () => {
      bound = true
      resolve(socket)
    })
  })
}

/**
 * One UDP port on each of `hosts` (port 0: the first host's free port on all).
 * @param key setting named in the error, `radius.auth_port`.
 * @param reusePort lets further processes bind the same ports (SO_REUSEPORT): the kernel gives each source address and port to one of them.
 * @throws UsageError `port` (exit 2) naming port and key when it cannot be had.
 */
export async function listenUdp(hosts: readonly string[], port: number, key: string, listener: Listener, reusePort = false): Promise<UdpListening> {
  const sockets: Socket[] = []
  let bound = port
  try {
    for (const host of hosts) {
      const socket = await bind(host, bound, key, reusePort)
      sockets.push(socket)
      bound = socket.address().port
    }
  } catch (error) {
    for (const socket of sockets) socket.close()
    throw error
  }
  for (const socket of sockets) {
    socket.removeAllListeners('error')
    // An ICMP answer to a reply of ours; the sender has gone, and nobody else is concerned.
    socket.on('error', () => undefined)
    socket.on('message', (bytes, from) => listener(bytes, from, socket))
  }
  async function close(): Promise<void> {
    // What was handed to `send` just now leaves in this turn of the loop.
    await setImmediate()
    for (const socket of sockets) socket.close()
  }
  return { port: bound, close }
}
