import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { UsageError } from '../errors.ts'
import { capPerAddress, prepareSocket } from './open-sockets.ts'

/** Node's defaults hold a stalled socket for minutes; a thousand of them are an outage. */
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
const CHECK_EVERY_MS = 1_000
const IDLE_KEEP_ALIVE_MS = 5_000
const MOST_HEADER_BYTES = 16 * 1024
const MOST_SOCKETS_PER_ADDRESS = 256
/** One phone has as many IPv6 addresses as it likes, so the cap per address is not enough. */
const MOST_SOCKETS = 4_096
/**
 * Connections that the kernel keeps for us while we are busy (no more than net.core.somaxconn: 4,096 since Linux 5.4); one that finds
 * no room is tried again by the phone after 1, 3, 7 s.
 */
const MOST_WAITING = 4_096
const DRAIN_TIMEOUT_MS = 5_000
const HANDSHAKE_TIMEOUT_MS = 5_000

export type ListenOptions = {
  /** One address or several; each gets a server of its own. */
  hosts: readonly string[]
  /** 0 asks for any free port (tests). */
  port: number
  /** Named in the error when the port is taken: `portal.port`. */
  key: string
  handler: RequestListener
  /** Default 256, counted in a crowd only: every phone of a town may stand behind one controller, so callers raise it for the hub. */
  socketsPerAddress?: number
  /** Default 30 s. */
  stalledTimeoutMs?: number
  /** The handler calls `prepareSocket` itself, for all but what it answers at once in one short write. Default: called for every request. */
  prepares?: true
  /** TLS instead of plain HTTP; refuses every handshake until `certify` was told a certificate. */
  tls?: true
}
/** In PEM: the chain, leaf first, and the leaf's private key. */
export type Certified = { readonly cert: string; readonly key: string }
export type Listening = {
  /** `http://host:port/` for each host; `https:` with TLS. */
  urls: readonly string[]
  port: number
  /** With TLS: new connections get this certificate, or none and thus no handshake. Connections that are open keep theirs. */
  certify(pair: Certified | undefined): void
  /** No new connections; idle ones end at once, busy ones after their answer or 5 s. */
  close(): Promise<void>
}

const LIMITS: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_EVERY_MS,
  keepAliveTimeout: IDLE_KEEP_ALIVE_MS,
  maxHeaderSize: MOST_HEADER_BYTES,
  // HTTP/1.0 clients and probes without a Host still deserve an answer; the Host list decides, not the parser.
  requireHostHeader: false,
}

function preparing({ handler, prepares, stalledTimeoutMs }: ListenOptions): RequestListener {
  if (prepares) return handler
  return function prepare(request, response) {
    prepareSocket(request.socket, stalledTimeoutMs)
    handler(request, response)
  }
}

function serverFor(options: ListenOptions): Server | TlsServer {
  const handler = preparing(options)
  if (!options.tls) return createServer({ ...LIMITS, noDelay: false }, handler)
  return createTlsServer({ ...LIMITS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, minVersion: 'TLSv1.2' }, handler)
}

function listenOn(host: string, port: number, options: ListenOptions): Promise<Server | TlsServer> {
  const server = serverFor(options)
  server.maxConnections = MOST_SOCKETS
  capPerAddress(server, options.socketsPerAddress ?? MOST_SOCKETS_PER_ADDRESS)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL') return reject(error)
      const why = { EADDRINUSE: 'is taken', EACCES: 'may not be used by this account', EADDRNOTAVAIL: 'is not on an address of this machine' }[error.code]
      reject(new UsageError('port', `${host} port ${port} ${why}: set ${options.key}`, { data: { port, key: options.key } }))
    })
    server.listen({ host, port, exclusive: true, backlog: MOST_WAITING }, () => resolve(server))
  })
}

function drain(server: Server | TlsServer): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** A hardened HTTP/1.1 listener, plain or with TLS. @throws UsageError `port` (exit 2) naming port and key when it cannot be had. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const servers: (Server | TlsServer)[] = []
  let port = options.port
  for (const host of options.hosts) {
    const server = await listenOn(host, port, options)
    const bound = server.address()
    if (bound !== null && typeof bound === 'object') port = bound.port
    servers.push(server)
  }
  let closing: Promise<void> | undefined
  return {
    urls: options.hosts.map((host) => `${options.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/`),
    port,
    certify(pair) {
      for (const server of servers) if ('setSecureContext' in server) server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' })
    },
    close: () => (closing ??= Promise.all(servers.map(drain)).then(() => undefined)),
  }
}
