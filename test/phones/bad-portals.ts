// Four portals that are kept because they are bad: each is what some product does, and each leaves people without a page or
// without the internet. The emulators must fail on every one of them before they may pass ours.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { world } from './world.ts'

const PAGE = '<!doctype html><title>Wi-Fi</title><form method="post" action="/connect"><button>Go</button></form>'

/** `redirect` answers a foreign address; the page behind it is good everywhere, so that only the fault in hand is met. */
type BadPortal = { readonly name: string; readonly redirect: (request: IncomingMessage, response: ServerResponse, portalUrl: string) => void }

export const BAD_PORTALS: readonly BadPortal[] = [
  { name: '200 with an empty body', redirect: (_, response) => void response.writeHead(200, { 'Content-Length': 0, Connection: 'close' }).end() },
  {
    // Good in all else: the redirected connection stays, and with it the redirection (conntrack decides once for each flow).
    name: 'keep-alive',
    redirect: (_, response, url) => void response.writeHead(302, { Location: url, 'Content-Length': PAGE.length, Connection: 'keep-alive', 'Keep-Alive': 'timeout=60' }).end(PAGE),
  },
  { name: 'a 302 without a body', redirect: (_, response, url) => void response.writeHead(302, { Location: url, 'Content-Length': 0, Connection: 'close' }).end() },
  { name: 'faked success', redirect: (request, response) => void world(request, response) },
]

export type RunningBadPortal = { readonly port: number; close(): void }

/** @param open called with the source address of whoever presses the button. */
export async function startBadPortal({ redirect }: BadPortal, open: (source: string) => void): Promise<RunningBadPortal> {
  let port = 0
  const answer: RequestListener = (request, response) => {
    if (request.headers.host !== `127.0.0.1:${port}`) return redirect(request, response, `http://127.0.0.1:${port}/`)
    if (request.method === 'POST') open(request.socket.remoteAddress ?? '')
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': PAGE.length, Connection: 'close' }).end(PAGE)
  }
  const server: Server = createServer({ keepAliveTimeout: 60_000 }, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  port = bound !== null && typeof bound === 'object' ? bound.port : 0
  return {
    port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
