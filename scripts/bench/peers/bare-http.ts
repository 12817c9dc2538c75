// The least that Node can do: a 302 with our headers on node:http alone. What the portal's captive answer is held against.
import { createServer } from 'node:http'

const server = createServer((_, response) => {
  response.writeHead(302, { location: 'http://127.0.0.1/', 'cache-control': 'no-store', connection: 'close', 'content-length': '9' })
  response.end('Redirect\n')
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${address !== null && typeof address === 'object' ? address.port : 0}\n`)
})
