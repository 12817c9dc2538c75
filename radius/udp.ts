import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { UsageError } from '#shared/errors.ts'

/** A burst of a few hundred requests must not be lost while the loop does something else. */
const RECEIVE_BUFFER_BYTES = 2 ** 20
const CANNOT_BIND: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken',
  EACCES: 'may not be used by this account',
  EADDRNOTAVAIL: 'is not on an address of this machine',
}

export type Listener = (bytes: Buffer, from: RemoteInfo, socket: Socket) => void
export type Listen = typeof listenUdp
export type UdpListening = { readonly port: number; close(): Promise<void> }

/** Node resolves the address of every datagram, which costs a turn of the loop: an address needs no resolving. */
const lookUp: NonNullable<SocketOptions['lookup']> = (host, options, done) => {
  const family = isIP(host)
  if (family !== 0) done(null, host, family)
  else lookup(host, options, done)
}

function bind(host: string, port: number, key: string): Promise<Socket> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', ipv6Only: isIPv6(host), recvBufferSize: RECEIVE_BUFFER_BYTES, lookup: lookUp })
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const why = CANNOT_BIND[error.code ?? '']
      reject(why ? new UsageError('port', `${host} UDP port ${port} ${why}: set ${key}`, { data: { port, key }, cause: error }) : error)
    })
    socket.bind({ address: host, port, exclusive: true }, () => resolve(socket))
  })
}

/**
 * One UDP port on each of `hosts` (port 0: the first host's free port on all).
 * @param key setting named in the error, `radius.auth_port`.
 * @throws UsageError `port` (exit 2) naming port and key when it cannot be had.
 */
export async function listenUdp(hosts: readonly string[], port: number, key: string, listener: Listener): Promise<UdpListening> {
  const sockets: Socket[] = []
  let bound = port
  try {
    for (const host of hosts) {
      const socket = await bind(host, bound, key)
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
