// Tells everybody who asks, over TCP and UDP, from which address and port they seem to come.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'

const port = Number(process.argv[2] ?? 8000)
let listening = 0
const ready = () => ++listening === 3 && process.stdout.write('mirror\n')

for (const host of ['0.0.0.0', '::']) {
  createServer(({ socket }, response) => response.end(`${socket.remoteAddress} ${socket.remotePort}\n`)).listen({ host, port, ipv6Only: true }, ready)
}
const datagrams = createSocket('udp4')
datagrams.on('message', (_message, from) => datagrams.send(`${from.address} ${from.port}\n`, from.port, from.address))
datagrams.bind(port, ready)
