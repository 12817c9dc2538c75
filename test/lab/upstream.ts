// The world behind the gateway: web servers on both families. `/` says where it is, `/stream?kBps=N` never ends by itself,
// `/sink` takes whatever comes.
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'

const EVERY_MS = 20

function stream(response: ServerResponse, bytesPerSecond: number): void {
  const piece = Buffer.alloc(Math.max(1, Math.round((bytesPerSecond * EVERY_MS) / 1000)))
  const timer = setInterval(() => response.writableNeedDrain || response.write(piece), EVERY_MS)
  response.once('close', () => clearInterval(timer))
}

const ports = (process.argv[2] ?? '80').split(',').map(Number)
let listening = 0
for (const host of ['0.0.0.0', '::']) {
  for (const port of ports) {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://upstream')
      response.setHeader('content-type', 'text/plain')
      if (url.pathname === '/stream') stream(response, Number(url.searchParams.get('kBps') ?? 100) * 1000)
      else if (url.pathname === '/sink') request.resume()
      else response.end('the world\n')
    })
    server.listen({ host, port, ipv6Only: true }, () => {
      if (++listening === 2 * ports.length) process.stdout.write('listening\n')
    })
  }
}
