// A SIMULATED gateway on loopback: like conntrack it decides once for each connection, by who is open at that moment, and the
// connection stays where it was led. The real one (nftables) is in test/journeys/phones.test.ts.
import { connect, createServer, type Server, type Socket } from 'node:net'

export type FlowGateway = { readonly http: number; readonly https: number; close(): void }
export type FlowGatewayOptions = {
  readonly isOpen: (source: string) => boolean | Promise<boolean>
  readonly portalPort: number
  readonly worldPorts: { readonly http: number; readonly https: number }
}

function join(a: Socket, b: Socket): void {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy()).on('close', () => to.destroy())
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return bound !== null && typeof bound === 'object' ? bound.port : 0
}

export async function startFlowGateway({ isOpen, portalPort, worldPorts }: FlowGatewayOptions): Promise<FlowGateway> {
  const lead = (socket: Socket, port: number): void => join(socket, connect({ host: '127.0.0.1', port, localAddress: socket.remoteAddress }))
  const http = createServer(async (socket) => lead(socket, (await isOpen(socket.remoteAddress ?? '')) ? worldPorts.http : portalPort))
  // portal.md: 443 is refused at once while captive, or a phone waits for it.
  const https = createServer(async (socket) => ((await isOpen(socket.remoteAddress ?? '')) ? lead(socket, worldPorts.https) : void socket.resetAndDestroy()))
  const ports = { http: await listening(http), https: await listening(https) }
  return {
    ...ports,
    close() {
      http.close()
      https.close()
    },
  }
}
