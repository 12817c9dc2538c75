// The world as a process, in the upstream's namespace: HTTP on 80, TLS on 443 with CERT_FILE and KEY_FILE, both families. Says each
// request for a probe as a line `HOST PATH ADDRESS`.
import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import { world } from './world.ts'

const [certFile = '', keyFile = ''] = process.argv.slice(2)
const pair: ServerOptions & { cert: string; key: string } = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
const heard: RequestListener = (request, response) => {
  process.stdout.write(`${request.headers.host} ${request.url} ${request.socket.remoteAddress}\n`)
  world(request, response)
}
let listening = 0
for (const host of ['0.0.0.0', '::']) {
  for (const [server, port] of [[createServer(heard), 80], [createTlsServer(pair, heard), 443]] as const) {
    server.listen({ host, port, ipv6Only: true }, () => {
      if (++listening === 4) process.stdout.write('listening\n')
    })
  }
}
